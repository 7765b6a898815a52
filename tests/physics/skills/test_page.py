"""The page on skills is true: its table names them all, and its example works."""

import re
from pathlib import Path

import pytest

from hiyari.physics.scene.abilities import NEEDS
from hiyari.physics.skills import SKILLS

PAGE = (Path(__file__).parents[3] / "docs/skills.md").read_text(encoding="utf-8")


def test_the_table_names_every_skill_and_what_it_needs():
    """Each skill there is has its row, with the part it needs."""
    rows = {}
    for names, needs in re.findall(r"^\| (`[^|]*`) \| ([a-z]*) ?\|", PAGE, re.MULTILINE):
        rows |= dict.fromkeys(re.findall(r"`(\w+)`", names), (needs,) if needs else ())
    assert rows == {name: NEEDS[name] for name in SKILLS}


def test_the_example_nods(scene):
    """The skill of the page moves the tool down and up again, and is refused when told to nod too deep."""
    (code,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    names = {}
    exec(code, names)
    call = scene("cell")
    arm = call.simulation.built.machines["arm"].arm
    before, accepted, heights = arm.place, [], []
    nod = names["NOD"].run(call.session, {"deep": 0.08}, lambda **parsed: accepted.append(parsed))
    with pytest.raises(StopIteration) as end:
        while True:
            next(nod)
            call.simulation.tick()
            heights.append(arm.place[2])
    assert end.value.value.text == "Nodded." and accepted == [{"deep": 0.08}]
    assert before[2] - min(heights) == pytest.approx(0.08, abs=0.01)
    assert arm.place == pytest.approx(before, abs=0.005)
    assert names["NOD"].spec(call.session.stage, "ja").parameters["properties"]["deep"]["description"] == "深さ m"
