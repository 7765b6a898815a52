"""How model traffic is written down: canonical JSON, so that equal messages share one blob, without any secret."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from langchain_core.messages import AIMessage, BaseMessage, ToolMessage, message_to_dict

from hiyari.events import Blob

Redact = Callable[[str], str]
"""Replaces the values of secrets in a text."""

_ROLES = {"human": "user", "ai": "assistant"}
_SECRET_NAME = re.compile(r"KEY|TOKEN|SECRET|PASSWORD|CREDENTIAL")
_SECRET_PARAMETER = re.compile(
    r"(^|_)(key|secret|password|credentials?|access_token|auth_token|authorization|headers?)$", re.IGNORECASE
)
_LEAST_SECRET = 8


def redactor(*also: str) -> Redact:
    """Make a function that hides the values of this process's secret environment variables.

    A variable is secret when its name holds KEY, TOKEN, SECRET, PASSWORD or CREDENTIAL and its value has 8 characters
    or more.

    Args:
        also: Names of further variables that are secret.
    """
    held = {
        value: name
        for name, value in os.environ.items()
        if name in also or (_SECRET_NAME.search(name.upper()) and len(value) >= _LEAST_SECRET)
    }
    held.pop("", None)
    longest_first = sorted(held, key=len, reverse=True)

    def redact(text: str) -> str:
        for value in longest_first:
            text = text.replace(value, f"[{held[value]}]")
        return text

    return redact


def canonical(value: Any) -> bytes:
    """Return one fixed JSON for a value; objects that are no JSON become the name of their type."""
    text = json.dumps(
        value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=lambda thing: type(thing).__name__
    )
    return text.encode("utf-8", "replace")


def message_blob(message: BaseMessage, redact: Redact) -> Blob:
    """Write a message as ``{"role", "content", ...}``, without what differs from run to run (identifiers, usage)."""
    entry: dict[str, Any] = {"role": _ROLES.get(message.type, message.type), "content": message.content}
    if message.name:
        entry["name"] = message.name
    if isinstance(message, AIMessage):
        calls = [{"id": call["id"], "name": call["name"], "args": call["args"]} for call in message.tool_calls]
        malformed = [
            {"id": call["id"], "name": call["name"], "args": call["args"]} for call in message.invalid_tool_calls
        ]
        entry |= {"tool_calls": calls} if calls else {}
        entry |= {"invalid_tool_calls": malformed} if malformed else {}
        if message.additional_kwargs.get("refusal"):
            entry["refusal"] = message.additional_kwargs["refusal"]
    if isinstance(message, ToolMessage):
        entry |= {"tool_call_id": message.tool_call_id, "status": message.status}
    return _blob(entry, redact)


def response_blob(message: BaseMessage, redact: Redact) -> Blob:
    """Write a response whole, so that LangChain's ``messages_from_dict`` can make the message again."""
    whole = message_to_dict(message)
    data = whole["data"]
    if str(data.get("id") or "").startswith("lc_run-"):  # LangChain's own random number, not the provider's
        data["id"] = None
    return _blob(whole, redact)


def tools_blob(tools: Iterable[Any], redact: Redact) -> Blob | None:
    """Write the tool specifications of a request; None when there are none."""
    listed = list(tools)
    return _blob(listed, redact) if listed else None


def parameters(invocation: Mapping[str, Any], redact: Redact) -> dict[str, Any]:
    """Keep the sampling parameters of a request: no tools, no secrets, nothing empty."""
    kept = {
        name: value
        for name, value in invocation.items()
        if name not in ("tools", "functions", "model", "model_name", "_type")
        and value not in (None, {}, [])
        and not _SECRET_PARAMETER.search(name)
    }
    plain: dict[str, Any] = json.loads(redact(canonical(kept).decode()))
    return plain


def _blob(value: Any, redact: Redact) -> Blob:
    return Blob.of(redact(canonical(value).decode()).encode())
