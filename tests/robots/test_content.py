import re
from pathlib import Path

import pytest
import yaml

from hiyari.physics.scene.stage import load_stage

ROBOTS = Path(__file__).parents[2] / "robots"
SCENES = sorted(path.parent for path in ROBOTS.glob("scenes/*/scene.yaml"))
MACHINES = sorted(path.parent for path in ROBOTS.glob("*/robot.yaml"))
AVOIDED = (
    "laikago",
    "bicycle",
    "a1",
    "aliengo",
    "mini_cheetah",
    "random_urdfs",
    "kiva_shelf",
    "mjcf",
    "samurai",
    "dinnerware",
)
"""Assets of pybullet_data whose licence is missing, unclear or not free enough to ship with scenarios."""


def manifest_of(folder):
    return next(file for name in ("scene.yaml", "robot.yaml") if (file := folder / name).is_file())


def references(data):
    if isinstance(data, dict):
        for key, value in data.items():
            if key == "urdf":
                yield value, data.get("licence")
            yield from references(value)
    elif isinstance(data, list):
        for value in data:
            yield from references(value)


@pytest.mark.parametrize("folder", [*MACHINES, *SCENES], ids=lambda folder: folder.name)
def test_every_asset_has_a_licence_that_the_manifest_lists(folder):
    """Whatever URDF a content file names has a licence, free enough, and a line in robots/LICENSES.md."""
    file = manifest_of(folder)
    manifest = (ROBOTS / "LICENSES.md").read_text(encoding="utf-8")
    for urdf, licence in references(yaml.safe_load(file.read_text(encoding="utf-8"))):
        assert licence["name"] in ("Apache-2.0", "Zlib", "BSD-3-Clause", "MIT"), urdf
        assert not urdf.removeprefix("pybullet_data:").startswith(AVOIDED), urdf
        shown = urdf if urdf.startswith("pybullet_data:") else f"{folder.relative_to(ROBOTS)}/{urdf}"
        line = re.search(rf"^\| `{re.escape(shown)}` \| {re.escape(licence['name'])} \|", manifest, re.MULTILINE)
        assert line, f"robots/LICENSES.md has no line for {shown} under {licence['name']}"


def test_the_manifest_lists_nothing_that_is_not_used():
    """Every line of the manifest belongs to an asset that some content file names."""
    used = set()
    for folder in [*MACHINES, *SCENES]:
        for urdf, _ in references(yaml.safe_load(manifest_of(folder).read_text(encoding="utf-8"))):
            used.add(urdf if urdf.startswith("pybullet_data:") else f"{folder.relative_to(ROBOTS)}/{urdf}")
    listed = re.findall(r"^\| `([^`]+)` \|", (ROBOTS / "LICENSES.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert set(listed) == used


@pytest.mark.parametrize("folder", SCENES, ids=lambda folder: folder.name)
def test_every_scene_loads(folder):
    """Each scene of ours and its robots are free of mistakes."""
    assert load_stage(folder, lambda name: ROBOTS / name).scene.name == folder.name


@pytest.mark.physics
@pytest.mark.parametrize("folder", SCENES, ids=lambda folder: folder.name)
@pytest.mark.parametrize("seed", [0, 3, 11])
def test_every_scene_stands_still_at_its_start(folder, seed):
    """No seed overlaps bodies or lets a robot or a part move before it is told to."""
    from hiyari.adapters.bullet.engine import BulletEngine
    from hiyari.physics.session import Session
    from hiyari.scenario.model import Operator

    engine = BulletEngine()
    session = Session(load_stage(folder, lambda name: ROBOTS / name), engine, Operator(), "ja")
    session.reset(seed)
    before = session.probe({"state": True})
    for _ in session.wait(0.5):
        pass
    after = session.probe({"state": True})
    engine.close()
    for kind in ("robots", "objects"):
        for name, thing in before[kind].items():
            assert thing["position"] == pytest.approx(after[kind][name]["position"], abs=0.004), name


def test_every_skill_name_has_a_skill():
    """The names a scene may use and the skills there are agree."""
    from hiyari.physics.scene.abilities import NEEDS
    from hiyari.physics.skills import SKILLS

    assert set(SKILLS) == set(NEEDS)
