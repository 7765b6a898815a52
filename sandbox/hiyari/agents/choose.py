"""Reads the name of an agent as people type it: ``scripted:solution``, ``model:openai:gpt-x?seed=1``, ``mine:agent``.

Parsing only: nothing is imported and nothing is made, so that a misspelt name fails before anything starts.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any, Literal, cast
from urllib.parse import parse_qsl, urlsplit

from hiyari.errors import ContentError, unknown_name

Kind = Literal["scripted", "noop", "refuse", "model", "local", "own"]

FORMS = (
    "scripted:<trace>",
    "noop",
    "refuse",
    "model:<provider>:<model>[?temperature=0&base_url=...]",
    "local[?temperature=0.7&moves=6]",
    "<module>:<factory or function>",
)
"""What an agent's name may look like."""

_OWN = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*:[A-Za-z_]\w*")
_KEY = re.compile(r"\b(sk|pk|key|AIza|gsk|xai)[-_][A-Za-z0-9_-]{20,}")
_SECRET = re.compile(r"(^|_)(key|secret|password|passwd|credentials?|token|authorization|headers?)$", re.IGNORECASE)


@dataclass(frozen=True)
class AgentName:
    """The parsed name of an agent."""

    text: str
    """The whole name as it was typed; it stands in recordings and reports."""
    kind: Kind
    """Which family: ``own`` is a user's own module."""
    value: str
    """What follows the family: the trace, ``provider:model``, ``module:attribute``; empty for the others."""
    options: tuple[tuple[str, Any], ...] = ()
    """What follows ``?``, in order; values are JSON where they read as JSON, else text."""


def parse(text: str) -> AgentName:
    """Read an agent's name.

    Options follow a ``?`` as in a URL: ``&`` between them, ``%26`` and the like for special characters.

    Args:
        text: The name as it was typed.

    Raises:
        ContentError: If it is no name of an agent; says what is nearest, or all forms.
    """
    if _KEY.search(text):
        raise _wrong("...", "it holds what looks like a key, and names of agents are recorded; use the environment")
    head, _, query = text.strip().partition("?")
    kind, colon, value = head.partition(":")
    options = _options(text, query)
    if kind in ("noop", "refuse", "local") and not colon:
        if options and kind != "local":
            raise _wrong(text, f"{kind} takes no options")
        return AgentName(text, cast("Kind", kind), "", options)
    if kind == "scripted" and value:
        if options:
            raise _wrong(text, "scripted takes no options")
        return AgentName(text, "scripted", value)
    if kind == "model":
        provider, _, model = value.partition(":")
        if not (provider and model):
            raise _wrong(text, "a model is named model:<provider>:<model>, such as model:openai:gpt-4.1-mini")
        return AgentName(text, "model", value, options)
    if kind not in ("scripted", "noop", "refuse", "local") and _OWN.fullmatch(head):
        return AgentName(text, "own", head, options)
    if kind in ("scripted", "noop", "refuse", "local"):
        raise _wrong(text, f"{kind} is written {next(form for form in FORMS if form.startswith(kind))}")
    raise _wrong(text, str(unknown_name("agent", kind, ("scripted", "noop", "refuse", "model", "local"))))


def _options(text: str, query: str) -> tuple[tuple[str, Any], ...]:
    """Read the part after the question mark.

    Raises:
        ContentError: If it is malformed, repeats an option, or holds a secret: names of agents are recorded.
    """
    if not query:
        return ()
    try:
        pairs = parse_qsl(query, keep_blank_values=True, strict_parsing=True)
    except ValueError as problem:
        raise _wrong(text, f"the options after ? must read name=value&name=value ({problem})") from None
    seen: dict[str, Any] = {}
    for name, value in pairs:
        if name in seen:
            raise _wrong(text, f"option {name} is given twice")
        if _SECRET.search(name):
            hidden = text.partition("?")[0] + "?..."
            raise _wrong(
                hidden,
                f"option {name} looks like a secret, and names of agents are recorded; "
                "set the provider's environment variable, or name another one with key_env=NAME",
            )
        if name == "base_url":
            _check_url(text.partition("?")[0] + "?base_url=...", value)
        seen[name] = value if name in ("base_url", "key_env") else _value(value)
    return tuple(seen.items())


def _check_url(hidden: str, url: str) -> None:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise _wrong(hidden, "base_url must be an http:// or https:// address")
    if parts.username or parts.password or parts.query:
        raise _wrong(hidden, "base_url must hold no user name, password or query: names of agents are recorded")


def _value(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


def _wrong(text: str, problem: str) -> ContentError:
    return ContentError(f"{text!r} names no agent: {problem}. Forms: {', '.join(FORMS)}", field="agent")
