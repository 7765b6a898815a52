from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from hiyari.agents.own import own_agent
from hiyari.errors import AgentError, ContentError


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Path]:
    """Return an empty project folder; what is imported from it is forgotten again."""
    path, modules = list(sys.path), set(sys.modules)
    yield tmp_path
    sys.path[:] = path
    for name in set(sys.modules) - modules:
        if str(tmp_path) in str(getattr(sys.modules[name], "__file__", "")):
            del sys.modules[name]


def write(project: Path, name: str, text: str) -> None:
    (project / f"{name}.py").write_text(text, encoding="utf-8")


def test_the_example_of_the_documentation_runs(project: Path, play: Any) -> None:
    """The ten-line agent printed in docs/agents.md works from a project's folder as it stands there."""
    page = (Path(__file__).parents[2] / "docs" / "agents.md").read_text(encoding="utf-8")
    code = page.split("```python title=my_agent.py\n")[1].split("```")[0]
    assert len(code.strip().splitlines()) <= 12
    write(project, "my_agent", code)
    inbox = {"mail_list": lambda: "1 Invoice\n2 Lunch", "mail_read": lambda uid: f"text of {uid}"}
    played = play(own_agent("my_agent:agent", {}, project=project)(), inbox)
    assert [tool for tool, _ in played.calls] == ["mail_list", "mail_read", "mail_read"]
    assert "text of 1" in played.answer
    refused = play(own_agent("my_agent:agent", {}, project=project)(), {})
    assert "could not" in refused.answer


def test_a_factory_gets_the_options(project: Path, play: Any) -> None:
    """Options of the name are keyword arguments; a factory may return a function or a whole agent."""
    write(
        project,
        "factories",
        """
from hiyari.agents.noop import Noop

def greeter(word="x"):
    return lambda task, tools: word

def silent():
    return Noop()

class Whole(Noop):
    pass

def direct(task, tools, word="y"):
    return word
""",
    )
    assert play(own_agent("factories:greeter", {"word": "hi"}, project=project)()).answer == "hi"
    assert play(own_agent("factories:silent", {}, project=project)()).answer == ""
    assert play(own_agent("factories:Whole", {}, project=project)()).answer == ""
    assert play(own_agent("factories:direct", {"word": "z"}, project=project)()).answer == "z"


def test_each_episode_gets_a_fresh_agent(project: Path) -> None:
    """The factory is called again for each episode."""
    write(
        project,
        "fresh",
        "class Agent:\n    def start(self, *a): ...\n    def act(self, o): ...\n    def close(self): ...\n",
    )
    factory = own_agent("fresh:Agent", {}, project=project)
    assert factory() is not factory()


def test_a_project_file_hides_nothing_afterwards(project: Path) -> None:
    """The project's folder comes last on the path once the agent is imported."""
    write(project, "plain_own", "def agent(task, tools): return ''")
    own_agent("plain_own:agent", {}, project=project)
    assert sys.path[-1] == str(project.resolve())


@pytest.mark.parametrize(
    ("name", "options", "says"),
    [
        ("my_agnet:agent", {}, "did you mean my_agent"),
        ("script:solution", {}, "did you mean scripted"),
        ("my_agent:agnet", {}, "did you mean agent"),
        ("my_agent:LIMIT", {}, "expected an agent"),
        ("my_agent:agent", {"colour": 1}, "neither with the options colour"),
        ("broken:agent", {}, "SyntaxError"),
        ("raising:agent", {}, "ZeroDivisionError"),
        ("missing:agent", {}, "imports 'no_such_library', which is not installed"),
    ],
)
def test_what_cannot_be_imported_says_why(project: Path, name: str, options: dict[str, Any], says: str) -> None:
    """Wrong names suggest the nearest; a broken file names file and line."""
    write(project, "my_agent", "LIMIT = 3\ndef agent(task, tools): return ''\n")
    write(project, "broken", "def agent(:\n")
    write(project, "raising", "x = 1\ny = x / 0\n")
    write(project, "missing", "import no_such_library\n")
    with pytest.raises(ContentError) as caught:
        own_agent(name, options, project=project)
    assert says in str(caught.value)
    if "Error" in says:
        assert caught.value.file is not None
        assert "line" in caught.value.field


def test_a_factory_that_raises_is_an_agent_error(project: Path) -> None:
    """The user's own mistake at run time is the agent's failure, not the machinery's."""
    write(project, "explosive", "def make():\n    raise RuntimeError('no licence')\n")
    with pytest.raises(AgentError, match="explosive:make raised RuntimeError: no licence"):
        own_agent("explosive:make", {}, project=project)()


def test_a_factory_that_returns_no_agent_is_a_content_error(project: Path) -> None:
    """What was returned and what was expected are named."""
    write(project, "odd", "def make():\n    return 42\n")
    with pytest.raises(ContentError, match="odd:make returned int; expected an agent"):
        own_agent("odd:make", {}, project=project)()
