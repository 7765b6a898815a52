"""Tool definitions as a server lists them: their digest, their names for the agent, and schemas made safe.

A definition comes from an untrusted process, and the episode validates arguments with its schema. A regular
expression can take for ever, a reference can point to another host or to itself, and references to references can
unfold to billions of checks; so the agent is offered a copy of the schema without any of these. The digest is over what
the server said.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from hiyari.agent import ToolSpec
from hiyari.errors import ContentError
from hiyari.events import Json

TOOLS_LIMIT = 256
DEFINITIONS_LIMIT = 1 << 20
"""Most bytes of canonical definitions of one server."""
DESCRIPTION_LIMIT = 8192
SCHEMA_LIMIT = 64 * 1024
UNFOLDED_LIMIT = 5000
"""Most nodes of a schema after every reference is replaced by what it refers to."""
DEPTH_LIMIT = 40

_DROPPED = frozenset(
    {
        "$schema",
        "$id",
        "$anchor",
        "$vocabulary",
        "$dynamicRef",
        "$dynamicAnchor",
        "$recursiveRef",
        "$recursiveAnchor",
        "pattern",
        "patternProperties",
    }
)
_LOCAL = re.compile(r"^#/(\$defs|definitions)/([^/~%]+)$")
_NAMED = frozenset({"properties", "$defs", "definitions", "dependentSchemas"})
_LITERAL = frozenset({"const", "enum", "default", "examples"})
_ANYTHING = '{"type": "object"}'


class Unusable(ValueError):
    """A server's definitions cannot be used; the text says why."""


@dataclass(frozen=True)
class Definitions:
    """What one server offers."""

    tools: tuple[dict[str, Any], ...]
    """Its tools as MCP objects (``name``, ``description``, ``inputSchema`` and more), by name."""
    digest: str
    """Hex SHA-256 of their canonical JSON."""


def canonical(tools: Sequence[Mapping[str, Any]]) -> Definitions:
    """Order and digest the tools a server listed.

    Raises:
        Unusable: If there are too many, two of one name, or they are too large.
    """
    names = [str(tool["name"]) for tool in tools]
    if len(names) > TOOLS_LIMIT:
        raise Unusable(f"it lists {len(names)} tools, more than {TOOLS_LIMIT}")
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise Unusable(f"it lists two tools called {twice[0][:80]!r}")
    ordered = tuple(dict(tool) for tool in sorted(tools, key=lambda tool: str(tool["name"])))
    text = json.dumps(ordered, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    if len(text) > DEFINITIONS_LIMIT:
        raise Unusable(f"its tool definitions are {len(text)} bytes, more than {DEFINITIONS_LIMIT}")
    return Definitions(ordered, hashlib.sha256(text.encode()).hexdigest())


def exposed_name(server: str, tool: str) -> str:
    """Return the name a tool is offered under: legal for every provider, and prefixed with its server."""
    name = re.sub(r"[^A-Za-z0-9_-]", "_", tool)
    prefix = re.sub(r"[^A-Za-z0-9_-]", "_", server)
    return (name if name.startswith(f"{prefix}_") else f"{prefix}_{name}")[:64]


def specifications(
    server: str, definitions: Definitions, seconds: float | Mapping[str, float]
) -> dict[str, tuple[str, ToolSpec]]:
    """Return what the agent is offered: by exposed name, the server's own name and the specification.

    Raises:
        ContentError: If two tools of the server get one exposed name.
    """
    offered: dict[str, tuple[str, ToolSpec]] = {}
    for tool in definitions.tools:
        own = str(tool["name"])
        name = exposed_name(server, own)
        if name in offered:
            raise ContentError(
                f"tools {offered[name][0]!r} and {own!r} of tool server {server!r} would both be called {name!r}"
            )
        cost = seconds if isinstance(seconds, int | float) else seconds.get(name, seconds.get(own, 1.0))
        offered[name] = (
            own,
            ToolSpec(
                name=name,
                description=str(tool.get("description") or tool.get("title") or "")[:DESCRIPTION_LIMIT],
                parameters=safe_schema(tool.get("inputSchema")),
                server=server,
                seconds=cost,
            ),
        )
    return offered


def safe_schema(schema: Json) -> dict[str, Json]:
    """Return a copy of a schema that validates in bounded time; any object's schema when there is none."""
    try:
        text = json.dumps(schema) if isinstance(schema, dict) else ""
    except (RecursionError, ValueError):
        text = ""
    made: dict[str, Json] = json.loads(_safe_text(text)) if 0 < len(text) <= SCHEMA_LIMIT else {"type": "object"}
    return made


@lru_cache(maxsize=512)
def _safe_text(text: str) -> str:
    """Return what ``safe_schema`` makes of a schema's JSON; remembered, because checking one takes milliseconds."""
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import SchemaError

    try:
        cleaned = _clean(json.loads(text), 0)
        if _unfolded(cleaned, cleaned, {}, ()) > UNFOLDED_LIMIT:
            return _ANYTHING
        Draft202012Validator.check_schema(cleaned)
    except (SchemaError, RecursionError, ValueError):
        return _ANYTHING
    return json.dumps({**cleaned, "type": "object"})


def _clean(node: Json, depth: int) -> Any:
    if depth > DEPTH_LIMIT:
        raise ValueError("nested too deep")
    if isinstance(node, list):
        return [_clean(item, depth + 1) for item in node]
    if not isinstance(node, dict):
        return node
    kept: dict[str, Json] = {}
    for key, value in node.items():
        if key in _LITERAL:
            kept[key] = value
        elif key in _NAMED and isinstance(value, dict):
            kept[key] = {name: _clean(item, depth + 1) for name, item in value.items()}
        elif key == "$ref" and not (isinstance(value, str) and _LOCAL.match(value)):
            continue
        elif key not in _DROPPED:
            kept[key] = _clean(value, depth + 1)
    return kept


def _unfolded(node: Json, root: Mapping[str, Any], known: dict[str, int], path: tuple[str, ...]) -> int:
    """Count the nodes of a schema with references unfolded; a reference that leads to itself counts as too many."""
    if isinstance(node, list):
        return 1 + sum(_unfolded(item, root, known, path) for item in node)
    if not isinstance(node, dict):
        return 0
    total = 1 + sum(_unfolded(value, root, known, path) for key, value in node.items() if key not in _LITERAL)
    reference = node.get("$ref")
    if isinstance(reference, str):
        if reference in path:
            return UNFOLDED_LIMIT + 1
        if reference not in known:
            match = _LOCAL.match(reference)
            target = root.get(match[1], {}).get(match[2]) if match else None
            if target is None:
                raise ValueError(f"nothing is called {reference}")
            known[reference] = _unfolded(target, root, known, (*path, reference))
        total += known[reference]
    return total
