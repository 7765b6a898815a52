"""All pages: links lead somewhere, examples can be read, and what the service pages build runs in a pod."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path

import pytest
import yaml

from hiyari.adapters.mcp import ToolServer
from hiyari.adapters.pod import ContainerWorld, Pods, connect
from hiyari.agent import Call
from hiyari.catalog import Catalog, shipped_content
from hiyari.errors import EngineMissing
from hiyari.events import CallReturned, Event, Json, ServiceRequested, plain
from hiyari.scenario.files import read_yaml

ROOT = Path(__file__).parents[2]
FOLDERS = ("docs", "environments", "robots", "tools")
PAGES = sorted([*ROOT.glob("*.md"), *(page for folder in FOLDERS for page in (ROOT / folder).rglob("*.md"))])
NAMES = [page.relative_to(ROOT).as_posix() for page in PAGES]
BLOCK = re.compile(r"```(\w*)([^\n]*)\n(.*?)```", re.S)


def anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as forges make them."""
    titles = re.findall(r"^#+ (.*)$", BLOCK.sub("", page.read_text(encoding="utf-8")), re.M)
    return {re.sub(r"[^\w\- ]", "", title.replace("`", "").lower()).strip().replace(" ", "-") for title in titles}


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_links_lead_somewhere(page: Path) -> None:
    """Every relative link names a file, and a heading of it where it has an anchor."""
    text = BLOCK.sub("", page.read_text(encoding="utf-8"))
    links = [link for link in re.findall(r"\]\(([^)\s]+)\)", text) if not link.startswith(("http://", "https://"))]
    for link in links:
        name, _, anchor = link.partition("#")
        target = page.parent / name if name else page
        assert target.exists(), link
        assert not anchor or anchor in anchors(target), link


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_examples_can_be_read(page: Path) -> None:
    """YAML and Python blocks are valid."""
    for language, _, code in BLOCK.findall(page.read_text(encoding="utf-8")):
        if language == "yaml":
            yaml.safe_load(code)
        elif language == "python":
            compile(code, page.name, "exec")


def files(name: str) -> Mapping[str, str]:
    """The files that a page prints, by path."""
    blocks = BLOCK.findall((ROOT / "docs" / name).read_text(encoding="utf-8"))
    return {rest.strip().removeprefix("title="): code for _, rest, code in blocks if "title=" in rest}


def test_the_example_environment_is_the_real_one() -> None:
    """docs/environments.md shows hr_department as it is."""
    shown = [code for _, _, code in BLOCK.findall((ROOT / "docs/environments.md").read_text(encoding="utf-8"))]
    assert yaml.safe_load(shown[0]) == read_yaml(ROOT / "environments/hr_department/environment.yaml")


@pytest.mark.docker
def test_the_service_and_the_environment_of_the_pages_run(tmp_path: Path) -> None:
    """The visitors' book is built, seeded, used by both its names, told of and probed."""
    for path, text in {**files("services.md"), **files("environments.md")}.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text, encoding="utf-8")
    entry = Catalog((shipped_content(), tmp_path)).environment("reception")
    (book,) = entry.value.services
    try:
        engine = connect()
    except EngineMissing as error:
        pytest.skip(str(error).splitlines()[0])
    with Pods(engine, [ROOT, tmp_path], run="test-pages") as pods:
        world = ContainerWorld(
            pods,
            entry.value,
            episode="reception",
            servers=[ToolServer(name="web")],
            seed={book.name: read_yaml(entry.path.parent / str(book.seed))},
        )
        list(world.reset(0))

        def call(tool: str, **arguments: Json) -> tuple[list[Event], str]:
            *events, last = world.step(Call(id="c", tool=tool, arguments=arguments))
            assert isinstance(last, CallReturned)
            return events, plain(last.text)

        visitor = {"name": "長井 渚", "firm": "<b>"}
        events, text = call("web_post", url=f"http://{book.host[1]}/", json=visitor)
        assert '"count": 2' in text
        (told,) = [event for event in events if isinstance(event, ServiceRequested)]
        assert (told.service, told.operation, told.detail, told.allowed) == ("book", "visitor.add", visitor, True)
        assert "400" in call("web_post", url=f"http://{book.host[1]}/", json=[1])[1]
        assert "佐伯 明" in call("web_get", url=f"http://{book.host[0]}/")[1]
        assert "東雲商事" in call("web_get", url="http://www.shinonome.example/")[1]
        probed = world.probe({"service": "book", "visitors": {}})
        assert json.dumps(visitor, ensure_ascii=False) in json.dumps(probed, ensure_ascii=False)
        world.close()
