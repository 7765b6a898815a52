"""Images from folders, with a real engine."""

from __future__ import annotations

import io
import tarfile
import threading
from pathlib import Path

import pytest

from hiyari.adapters.pod import Images, remove_images
from hiyari.errors import ContentError, EngineError

ROOT = Path(__file__).parents[3]
pytestmark = pytest.mark.docker


class Workshop:
    """A project folder with images, and their progress."""

    def __init__(self, engine, folder):
        self.engine, self.folder, self.lines = engine, folder / "environments", []

    def write(self, name, **files):
        for file, text in {"Dockerfile": "ARG BASE_IMAGE\nFROM ${BASE_IMAGE}\nCOPY . /data/\n", **files}.items():
            path = self.folder / name / file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        return self.folder / name

    def images(self):
        return Images(self.engine, [self.folder, ROOT / "environments"], self.lines.append)

    def read(self, image, path):
        container = self.engine.client.containers.create(image.name, labels={"hiyari": "test/images"}, command="true")
        try:
            parts, _ = container.get_archive(path)
            with tarfile.open(fileobj=io.BytesIO(b"".join(parts))) as archive:
                return archive.extractfile(archive.getmembers()[0]).read().decode()
        finally:
            container.remove()


@pytest.fixture
def workshop(engine, tmp_path):
    """A project folder; its images are removed after the test."""
    yield Workshop(engine, tmp_path)
    for image in sorted(engine.client.images.list("hiyari/imgtest/*"), key=lambda image: image.attrs["Created"])[::-1]:
        engine.client.images.remove(image.tags[0], force=True)


def test_an_image_is_built_once_and_again_when_its_content_changes(workshop):
    """Equal content gives the same image without a build; a changed file or mode gives another one."""
    folder = workshop.write("imgtest/one", note="first")
    first = workshop.images().ensure("imgtest/one")
    assert workshop.read(first, "/data/note") == "first"
    assert any("Step" in line for line in workshop.lines)
    workshop.lines.clear()
    assert workshop.images().ensure(folder) == first
    assert workshop.lines == []
    (folder / "__pycache__").mkdir()
    (folder / "__pycache__" / "x.pyc").write_bytes(b"x")
    assert workshop.images().ensure("imgtest/one") == first
    (folder / "note").write_text("second")
    second = workshop.images().ensure("imgtest/one")
    assert second.content != first.content and workshop.read(second, "/data/note") == "second"
    assert workshop.engine.client.images.get(second.name).labels["hiyari.content"] == second.content


def test_a_changed_parent_changes_its_children_and_extra_folders_count(workshop):
    """The digest covers the parent and every folder that image.yaml copies."""
    workshop.write("imgtest/parent", note="first")
    workshop.write("imgtest/child", **{"image.yaml": "parent: imgtest/parent\ncopy: [../../../common]\n"})
    common = workshop.folder.parent / "common"
    common.mkdir()
    (common / "file").write_text("common")
    first = workshop.images().ensure("imgtest/child")
    assert workshop.read(first, "/data/common/file") == "common"
    (common / "file").write_text("changed")
    second = workshop.images().ensure("imgtest/child")
    workshop.write("imgtest/parent", note="second")
    third = workshop.images().ensure("imgtest/child")
    assert len({first.content, second.content, third.content}) == 3


def test_images_of_content_that_has_changed_are_known_and_removed(workshop):
    """What a folder stands for now is kept; what it stood for before goes, unless a container uses it."""
    folder = workshop.write("imgtest/old", note="first")
    first = workshop.images().ensure("imgtest/old")
    (folder / "note").write_text("second")
    second = workshop.images().ensure("imgtest/old")
    superseded = [name for name in workshop.images().superseded() if name.startswith("hiyari/imgtest/old:")]
    assert superseded == [first.name]
    user = workshop.engine.client.containers.create(first.name, labels={"hiyari": "test/images"}, command="true")
    assert remove_images(workshop.engine, superseded) == []
    user.remove()
    assert remove_images(workshop.engine, superseded) == [first.name]
    assert remove_images(workshop.engine, superseded) == []
    assert workshop.images().ensure("imgtest/old") == second


def test_several_builders_of_one_image_build_it_once(workshop):
    """The file lock holds between builders."""
    workshop.write("imgtest/raced", note="raced")
    found = []
    threads = [
        threading.Thread(target=lambda: found.append(workshop.images().ensure("imgtest/raced"))) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 4 and len(set(found)) == 1
    assert sum(line.endswith(": building") for line in workshop.lines) == 1


def test_a_failed_build_shows_the_tail_of_its_log(workshop):
    """The reader sees the command that failed and what it said."""
    workshop.write("imgtest/bad", Dockerfile="ARG BASE_IMAGE\nFROM ${BASE_IMAGE}\nRUN echo the-reason; false\n")
    with pytest.raises(EngineError, match=r"(?s)hiyari/imgtest/bad could not be built.*the-reason.*non-zero code"):
        workshop.images().ensure("imgtest/bad")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("parnet: x\n", "did you mean parent"),
        ("parent: [x]\n", "name of an image folder"),
        ("parent: pod/bsae\n", "did you mean pod/base"),
        ("copy: [../nowhere]\n", "no folder ../nowhere"),
        ("network: maybe\n", "true or false"),
        ("[1]\n", "expected a mapping"),
        (": :\n- x", "not valid YAML"),
    ],
)
def test_a_wrong_recipe_is_explained(workshop, text, message):
    """Each mistake in image.yaml names what would be right."""
    workshop.write("imgtest/wrong", **{"image.yaml": text})
    with pytest.raises(ContentError, match=message):
        workshop.images().ensure("imgtest/wrong")


def test_an_unknown_image_suggests_the_nearest(workshop):
    """So does an unknown folder."""
    with pytest.raises(ContentError, match="did you mean pod/agent"):
        workshop.images().ensure("pod/agnet")


def test_further_tools_are_added_to_the_agent_image(workshop):
    """A user's own tool server lands beside the built-in ones."""
    tool = workshop.folder.parent / "tools" / "own"
    tool.mkdir(parents=True)
    (tool / "server.py").write_text("print('own')\n")
    images = workshop.images()
    base = images.ensure("pod/base")
    image = images.with_tools(base, {"own": tool})
    try:
        assert workshop.read(image, "/opt/tools/own/server.py") == "print('own')\n"
        assert images.with_tools(base, {}) == base
    finally:
        workshop.engine.client.images.remove(image.name, force=True)
