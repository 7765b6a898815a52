"""The table of robots in docs/robots.md says what the files say."""

import re
from pathlib import Path

import pytest
import yaml

from hiyari.physics.machines.model import load_robot

ROOT = Path(__file__).parents[2]
TABLE = (ROOT / "docs/robots.md").read_text(encoding="utf-8").partition("## Limits")[0]
ROWS = dict(re.findall(r"^\| `(\w+)` \| (.*) \|$", TABLE, re.MULTILINE))
NAMES = sorted(path.parent.name for path in ROOT.glob("robots/*/robot.yaml"))


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.physics
def test_every_robot_has_a_row_with_its_mass_and_limits(on_floor, name):
    """Mass as the engine counts it, within 3 %, and the limits as written."""
    assert name in ROWS, f"docs/robots.md has no row for {name}"
    _, mass, _, speeds, rates, payload, _ = (cell.strip() for cell in ROWS[name].split("|"))
    _, machine = on_floor(name)
    limits = load_robot(ROOT / "robots" / name)[0].limits
    assert float(mass) == pytest.approx(machine.moving_mass, rel=0.03)
    assert [float(value) for value in re.findall(r"[\d.]+", speeds)] == [limits.speed, limits.usual_speed]
    assert [float(value) for value in rates.split("/")] == [limits.acceleration, limits.braking]
    assert float(payload) == limits.payload


def test_every_part_of_every_robot_is_named_in_its_row():
    """Drive, arm and each piece of equipment appear."""
    for name in NAMES:
        data = yaml.safe_load((ROOT / "robots" / name / "robot.yaml").read_text(encoding="utf-8"))
        for part in [*({"arm", "drive"} & data.keys()), *(f"`{piece}`" for piece in data.get("equipment", {}))]:
            assert part in ROWS[name], f"{name}: {part}"
