"""``hiyari show`` of scenes and robots, its pictures, and ``hiyari film``."""

import json
from pathlib import Path

import pytest
from PIL import Image

from .conftest import Called


def test_a_scene_is_shown_as_an_inventory(hiyari: Called) -> None:
    """Robots, skills, things, people, zones, cameras and the reference task of a scene are listed, in two languages."""
    code, out, _ = hiyari("show", "cell", "--lang", "en")
    assert code == 0
    for word in ("panda", "move_to", "part_1", "worker", "collaborative workspace", "overview", "Reference task"):
        assert word in out
    code, out, _ = hiyari("show", "cell", "--lang", "ja")
    assert (code, "参照課題" in out, "協働作業空間" in out) == (0, True, True)


def test_a_robot_is_shown_with_parts_and_limits(hiyari: Called) -> None:
    """A robot's parts, limits and licence are listed."""
    code, out, _ = hiyari("show", "panda", "--lang", "en")
    assert code == 0
    assert "7 × joint" in out
    assert "m/s" in out
    assert "Licence" in out


def test_a_scene_is_shown_as_json(hiyari: Called) -> None:
    """With --json a scene is what its file holds."""
    code, out, _ = hiyari("show", "cell", "--json")
    assert code == 0
    assert json.loads(out)["scenes"]["operates"] == "arm"


def test_pictures_are_written(hiyari: Called, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A picture goes into the file that is named, or one named after what it shows, and --json tells of it."""
    code, out, _ = hiyari("show", "cell", "--image", tmp_path / "a.png", "--size", "160x120", "--zones")
    assert (code, out.strip()) == (0, str(tmp_path / "a.png"))
    monkeypatch.chdir(tmp_path)
    code, out, _ = hiyari("show", "amr", "--image", "--size", "100x80", "--json")
    assert (code, json.loads(out)) == (0, {"image": "amr.png", "width": 100, "height": 80})
    for name, size in (("a", (160, 120)), ("amr", (100, 80))):
        with Image.open(tmp_path / f"{name}.png") as image:
            assert image.size == size


WAITING = """
def agent(task, tools):
    tools.call("wait", seconds=1.0)
    return "done"
"""


def test_an_episode_is_filmed_and_shown_in_the_report(
    hiyari: Called, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The recording of a run is drawn again into its folder, where the report finds the film; --json tells of it."""
    out = tmp_path / "run"
    (tmp_path / "waits_a_second.py").write_text(WAITING, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    code, _, _ = hiyari(
        "run", "ROB-4", "--agent", "waits_a_second:agent", "--arm", "benign", "--out", out, "--no-report", "--quiet"
    )
    assert code == 0
    (manifest,) = out.rglob("manifest.json")
    words = ("film", manifest.parent, "--to", "0.4", "--fps", "5", "--size", "96x72")
    code, told, _ = hiyari(*words, "--json")
    assert code == 0
    film = json.loads(told)
    assert (film["frames"], film["film"]) == (3, str(manifest.parent / "film.gif"))
    hiyari("report", out)
    assert "data:image/gif;base64" in (out / "report.html").read_text(encoding="utf-8")
    code, _, err = hiyari("film", manifest.parent, "--camera", "overveiw")
    assert (code, "did you mean overview" in err) == (2, True)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("show", "cel", "--image"), "did you mean cell"),
        (("show", "cell", "--image", "a.jpg"), "must end in .png"),
        (("show", "cell", "--image", "--size", "3x4"), "64 to 1920"),
        (("show", "cell", "--image", "--camera", "overveiw"), "did you mean overview"),
        (("show", "cell", "--image", "nowhere/a.png", "--size", "64x64"), "cannot write nowhere/a.png"),
        (("show", "cell", "a.png"), "--image"),
        (("film", "."), "there is no manifest.json"),
    ],
)
def test_mistakes_are_told(
    hiyari: Called, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], told: str
) -> None:
    """A mistake in the command is one line that says what would be right, and nothing is written."""
    monkeypatch.chdir(tmp_path)
    code, _, err = hiyari(*words)
    assert code == 2
    assert told in err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("asked", [("people",), ("kitchen", "--zones"), ("cell", "--regions")])
def test_what_only_a_picture_shows_asks_for_one(hiyari: Called, asked: tuple[str, ...]) -> None:
    """People, zones and body regions are shown in pictures: without --image the command says so."""
    code, out, err = hiyari("show", *asked)
    assert (code, out) == (2, "") and "add --image" in err
