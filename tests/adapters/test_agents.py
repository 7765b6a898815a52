from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from hiyari.adapters.agents import make, prepare
from hiyari.agents.choose import parse
from hiyari.agents.noop import Noop
from hiyari.agents.refuse import Refuse
from hiyari.agents.scripted import Scripted
from hiyari.errors import ContentError
from hiyari.scenario.model import Trace

TRACES = {"solution": Trace.model_validate({"arms": {"benign": {}}, "steps": [{"answer": "done"}]})}


def test_every_plain_agent_can_be_made(tmp_path: Path) -> None:
    """Names without frameworks give a fresh agent each time."""
    for text, kind in (("scripted:solution", Scripted), ("noop", Noop), ("refuse", Refuse)):
        factory = prepare(parse(text), traces=TRACES, project=tmp_path)
        assert isinstance(factory(), kind)
        assert factory() is not factory()
    assert isinstance(make(parse("noop"), traces={}, project=tmp_path), Noop)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("scripted:solutoin", "there is no trace 'solutoin'; did you mean solution?"),
        ("local?movs=3", "did you mean moves"),
        ("local?moves=0", "moves must be a number from 1 on"),
        ("local?moves=2.5", "moves must be a number from 1 on"),
        ("local?temperature=hot", "temperature must be a number"),
        ("model:openai:x?thought=long", "thought must be virtual seconds"),
        ("model:openai:x?images=maybe", "images must be true or false"),
        ("no_such_module:agent", "there is no module 'no_such_module'"),
    ],
)
def test_wrong_names_fail_before_anything_is_made(tmp_path: Path, text: str, says: str) -> None:
    """Preparing says what is wrong and what is nearest."""
    with pytest.raises(ContentError) as caught:
        prepare(parse(text), traces=TRACES, project=tmp_path)
    assert says in str(caught.value)


def test_preparing_imports_nothing_heavy() -> None:
    """LangChain and the model engine are imported when an agent is made, not when it is named."""
    code = """
import sys
from pathlib import Path
from hiyari.adapters.agents import prepare
from hiyari.agents.choose import parse
prepare(parse("model:openai:gpt"), traces={}, project=Path("."))
prepare(parse("refuse"), traces={}, project=Path("."))()
heavy = {"langchain", "langchain_core", "xllamacpp", "openai", "numpy"} & set(sys.modules)
sys.exit(f"imported: {heavy}" if heavy else 0)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
