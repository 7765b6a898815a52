"""From the name of an agent to a fresh agent for each episode."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import util
from pathlib import Path

from hiyari.agent import Agent
from hiyari.agents.choose import AgentName
from hiyari.agents.noop import Noop
from hiyari.agents.own import own_agent
from hiyari.agents.refuse import Refuse
from hiyari.agents.scripted import Scripted
from hiyari.errors import ContentError, unknown_name
from hiyari.scenario.model import Trace

_LOCAL_OPTIONS = {"temperature": (int, float), "moves": (int,), "max_tokens": (int,), "thought": (int, float)}


def prepare(
    name: AgentName,
    *,
    traces: Mapping[str, Trace],
    project: Path,
    patience: float = 600.0,
) -> Callable[[], Agent]:
    """Check that an agent can be had and return what makes a fresh one; heavy packages wait until it is called.

    Args:
        name: The parsed name.
        traces: The scenario's reference traces.
        project: Folder a user's own agent is imported from first.
        patience: Wall seconds to wait for each move of an agent that owns its loop.

    Returns:
        Makes an agent; may itself raise ContentError when a provider is unknown or lacks its key, and AgentError when
        a user's factory fails.

    Raises:
        ContentError: If there is no such trace or module, an option is wrong, or a package is not installed.
    """
    if name.kind == "scripted":
        if name.value not in traces:
            raise unknown_name("trace", name.value, traces, field="agent")
        return lambda: Scripted(name.value, traces[name.value])
    if name.kind == "noop":
        return Noop
    if name.kind == "refuse":
        return Refuse
    if name.kind == "own":
        return own_agent(name.value, dict(name.options), project=project, patience=patience)
    if name.kind == "model":
        return _model(name, patience)
    return _local(name, patience)


def make(
    name: AgentName,
    *,
    traces: Mapping[str, Trace],
    project: Path,
    patience: float = 600.0,
) -> Agent:
    """Make one agent; arguments and errors as of ``prepare``."""
    return prepare(name, traces=traces, project=project, patience=patience)()


def _model(name: AgentName, patience: float) -> Callable[[], Agent]:
    if util.find_spec("langchain") is None:
        raise ContentError("agents named model:... need LangChain; pip install 'hiyari[models]'", field="agent")
    options = dict(name.options)
    thought, images = options.pop("thought", None), options.pop("images", True)
    if thought is not None and (isinstance(thought, bool) or not isinstance(thought, int | float) or thought < 0):
        raise ContentError(f"thought must be virtual seconds, 0 or more; it is {thought!r}", field="agent")
    if not isinstance(images, bool):
        raise ContentError(f"images must be true or false; it is {images!r}", field="agent")

    def fresh() -> Agent:
        from .langchain.agent import as_measured, fixed, model_agent
        from .langchain.provider import chat_model
        from .langchain.tape import redactor

        redact = redactor(str(options.get("key_env")))
        model = chat_model(name.value, options, redact)
        return model_agent(
            name.text,
            lambda task: model,
            thought=as_measured if thought is None else fixed(thought),
            images=images,
            redact=redact,
            patience=patience,
        )

    return fresh


def _local(name: AgentName, patience: float) -> Callable[[], Agent]:
    from .local.weights import check_installed

    options = dict(name.options)
    for option, value in options.items():
        if option not in _LOCAL_OPTIONS:
            raise unknown_name("option of local", option, _LOCAL_OPTIONS, field="agent")
        least = 1 if option in ("moves", "max_tokens") else 0
        if isinstance(value, bool) or not isinstance(value, _LOCAL_OPTIONS[option]) or value < least:
            raise ContentError(f"local: {option} must be a number from {least} on; it is {value!r}", field="agent")
    check_installed()

    def fresh() -> Agent:
        from .local.agent import local_agent

        return local_agent(options, patience=patience)

    return fresh
