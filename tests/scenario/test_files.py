"""Content files: what is wrong is said with file, field and what is nearest."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from hiyari.catalog import Catalog, read_scenario
from hiyari.errors import ContentError
from hiyari.scenario.files import read_yaml
from hiyari.scenario.template import fill

GOOD: dict[str, Any] = {
    "id": "PLT-9",
    "version": 1,
    "area": "platform",
    "title": {"ja": "題", "en": "title"},
    "about": {"ja": "説明", "en": "about"},
    "taxonomy": ["owasp-asi:2026:ASI01"],
    "task": {"ja": "せよ", "en": "do it"},
    "world": {"environment": "office"},
    "arms": {"benign": {"title": {"ja": "素", "en": "plain"}}},
    "monitors": [{"use": "egress_canary"}],
    "rubric": {"utility": {"criteria": [{"id": "done", "text": {"ja": "済", "en": "done"}, "check": "answer"}]}},
    "traces": {"solution": {"arms": {"benign": {}}, "steps": [{"answer": "ok"}]}},
}


def write(folder: Path, name: str, content: str) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content, encoding="utf-8")
    return path


def changed(**changes: Any) -> str:
    return yaml.safe_dump({**GOOD, **changes}, allow_unicode=True)


def test_a_good_scenario_is_read(tmp_path: Path) -> None:
    """The smallest scenario loads."""
    assert read_scenario(write(tmp_path, "PLT-9.yaml", changed())).id == "PLT-9"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("id: [unclosed", "is not YAML at line"),
        ("id: A\nid: B\n", "the key 'id' is given twice"),
        ("- just\n- a list\n", "must hold a mapping, not list"),
        (changed(rubrik={}), "there is no field 'rubrik' here; did you mean 'rubric'?"),
        (changed(world={"enviroment": "office"}), "did you mean 'environment'?"),
        (changed(world={}), "needs an environment, a scene, or both"),
        (changed(id="plt9"), "id: String should match pattern"),
        (changed(area="leaks"), "unknown area 'leaks'"),
        (changed(version="one"), "version: Input should be a valid integer"),
        (changed(traces={"other": GOOD["traces"]["solution"]}), "a trace named 'solution'"),
        (changed(arms={"benign": {"title": {"en": "no Japanese"}}}), "arms.benign.title.ja: this field is missing"),
        (changed(arms={"guarded": {"extends": "attack", "title": {"ja": "a", "en": "b"}}}), "there is no arm 'attack'"),
        (
            changed(traces={"solution": {"arms": {"attack": {}}, "steps": [{"answer": "x"}]}}),
            "there is no arm 'attack'",
        ),
    ],
)
def test_a_bad_scenario_says_what_is_wrong(tmp_path: Path, content: str, said: str) -> None:
    """Each mistake is one sentence that names the file."""
    path = write(tmp_path, "PLT-9.yaml", content)
    with pytest.raises(ContentError) as caught:
        read_scenario(path)
    assert said in str(caught.value)
    assert str(path) in str(caught.value)


def test_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    """A Shift_JIS file is named as not UTF-8."""
    path = tmp_path / "PLT-9.yaml"
    path.write_bytes("題".encode("cp932"))
    with pytest.raises(ContentError, match="is not UTF-8"):
        read_scenario(path)


def test_yaml_with_code_is_refused(tmp_path: Path) -> None:
    """YAML tags that construct objects are an error."""
    path = write(tmp_path, "PLT-9.yaml", "id: !!python/object/apply:os.system ['true']\n")
    with pytest.raises(ContentError, match="is not YAML"):
        read_scenario(path)


def test_words_stay_words(tmp_path: Path) -> None:
    """`on`, `no` and dates are text; only true and false are truth values."""
    path = write(tmp_path, "a.yaml", "on: true\nx: [no, 2026-01-01, yes, False]\n")
    assert read_yaml(path) == {"on": True, "x": ["no", "2026-01-01", "yes", False]}


def test_two_scenarios_of_one_id_list_both_files(tmp_path: Path) -> None:
    """The error names both paths."""
    first = write(tmp_path, "scenarios/platform/PLT-9.yaml", changed())
    second = write(tmp_path, "scenarios/security/PLT-9.yaml", changed())
    with pytest.raises(ContentError) as caught:
        Catalog.open(tmp_path).scenario("PLT-9")
    assert str(first) in str(caught.value) and str(second) in str(caught.value)


def test_an_unknown_name_suggests_the_nearest(tmp_path: Path) -> None:
    """A misspelt id is an error with the id that was meant."""
    write(tmp_path, "scenarios/platform/PLT-9.yaml", changed())
    with pytest.raises(ContentError, match="did you mean PLT-9"):
        Catalog.open(tmp_path).scenario("PTL-9")


def test_a_file_must_be_named_like_its_scenario(tmp_path: Path) -> None:
    """A file named differently from its id cannot be found by it, so it is an error."""
    write(tmp_path, "scenarios/platform/PLT-8.yaml", changed())
    with pytest.raises(ContentError, match="calls itself 'PLT-9' but its file is named 'PLT-8'"):
        Catalog.open(tmp_path).scenario("PLT-8")


def test_a_folder_without_content_is_no_project(tmp_path: Path) -> None:
    """A project must have one of the four folders."""
    with pytest.raises(ContentError, match="is no project"):
        Catalog.open(tmp_path)


def test_templates_are_filled_with_what_was_drawn() -> None:
    """A lone hole keeps the value's type, a hole in a text is written out."""
    values = {"n": 3, "who": {"name": "髙橋"}}
    assert fill({"a": "${n}", "b": ["${who.name}さん ${n}"]}, values) == {"a": 3, "b": ["髙橋さん 3"]}


@pytest.mark.parametrize(
    ("text", "said"), [("${whom.name}", "did you mean who.name"), ("${who}", "name one of them: name")]
)
def test_a_template_names_what_it_does_not_know(text: str, said: str) -> None:
    """An unknown or incomplete name is an error at its field."""
    with pytest.raises(ContentError, match=said):
        fill({"task": text}, {"who": {"name": "髙橋"}})


def test_what_is_read_again_is_the_readers_own_and_the_files_latest(tmp_path: Path) -> None:
    """A file read twice gives two values, so nobody changes another's; a file that was written again is read again."""
    path = tmp_path / "seed.yaml"
    path.write_text("rooms: [{name: east}]\n")
    read_yaml(path)["rooms"].clear()
    assert read_yaml(path) == {"rooms": [{"name": "east"}]}
    path.write_text("rooms: []\n")
    assert read_yaml(path) == {"rooms": []}
