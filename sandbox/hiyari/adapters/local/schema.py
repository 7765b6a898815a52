"""Tools for a very small model: one-line signatures to read, and a JSON Schema that bounds what it can write.

SmolLM2's chat template has no tools, and llama.cpp drops them without a word; a ``response_format`` of JSON Schema,
turned into a grammar, makes every answer a call of a known tool. Strings without ``maxLength`` would be filled to the
token limit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

FINISH = "finish"
"""The tool that ends: its argument is the answer."""

ANSWER_LENGTH = 160
_TEXT_BUDGET = 160
_LEAST_TEXT = 60
_MOST_ITEMS = 3
_DEPTH = 5
_BRIEF = 24
_DESCRIPTION = 60


def signatures(tools: Sequence[Mapping[str, Any]]) -> str:
    """Write one line for each tool: name, arguments with types, and the start of its description.

    Args:
        tools: OpenAI's function specifications: name, description, parameters.
    """
    lines = []
    for tool in tools:
        properties, _ = _arguments(tool)
        arguments = ", ".join(f"{name}: {_type(schema)}" for name, schema in properties.items())
        words = " ".join(str(tool.get("description") or "").split())
        about = f" - {words[:_DESCRIPTION]}" if words and len(tools) <= _BRIEF else ""
        lines.append(f"{tool['name']}({arguments}){about}")
    lines.append(f"{FINISH}(answer: string) - End with the answer to the user.")
    return "\n".join(lines)


def call_schema(tools: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the schema of one call: one object for each tool, and ``finish``."""
    answer = {"type": "string", "maxLength": ANSWER_LENGTH}
    return {
        "anyOf": [
            *(_call(str(tool["name"]), *_arguments(tool)) for tool in tools),
            _call(FINISH, {"answer": answer}, ["answer"]),
        ]
    }


def _call(name: str, properties: Mapping[str, Any], required: Sequence[str]) -> dict[str, Any]:
    arguments = {
        "type": "object",
        "properties": dict(properties),
        "required": list(required),
        "additionalProperties": False,
    }
    return {
        "type": "object",
        "properties": {"tool": {"const": name}, "args": arguments},
        "required": ["tool", "args"],
        "additionalProperties": False,
    }


def _arguments(tool: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """Return the bounded schemas of a tool's arguments and which are required: the required ones, or all if none is."""
    parameters = tool.get("parameters") or {}
    properties = parameters.get("properties") or {}
    required = [name for name in parameters.get("required") or [] if name in properties]
    kept = {name: properties[name] for name in required or properties}
    longest = max(_LEAST_TEXT, _TEXT_BUDGET // max(1, len(kept)))
    return {name: bounded(schema, parameters, longest) for name, schema in kept.items()}, required


def bounded(schema: Any, root: Mapping[str, Any], longest: int, depth: int = _DEPTH) -> dict[str, Any]:
    """Return a schema with the meaning of another but for bounds on length, nesting and choice.

    Args:
        schema: The schema.
        root: Where its ``$ref`` look.
        longest: Longest string, in characters.
        depth: How deep to go; text is written below that.
    """
    text = {"type": "string", "maxLength": longest}
    if not isinstance(schema, Mapping) or depth == 0:
        return text
    if "$ref" in schema:
        return bounded(_resolved(str(schema["$ref"]), root), root, longest, depth - 1)
    if "const" in schema or "enum" in schema:
        return {key: schema[key] for key in ("const", "enum") if key in schema}
    for choice in ("anyOf", "oneOf"):
        options = [option for option in schema.get(choice) or [] if option != {"type": "null"}]
        if options:
            return bounded(options[0], root, longest, depth - 1)
    kind = _kind(schema)
    if kind == "object":
        properties = schema.get("properties") or {}
        required = [name for name in schema.get("required") or [] if name in properties]
        kept = {name: bounded(properties[name], root, longest, depth - 1) for name in required or properties}
        return {"type": "object", "properties": kept, "required": required, "additionalProperties": False}
    if kind == "array":
        items = bounded(schema.get("items") or {}, root, longest, depth - 1)
        least = min(int(schema.get("minItems") or 0), _MOST_ITEMS)
        return {"type": "array", "items": items, "minItems": least, "maxItems": _MOST_ITEMS}
    if kind in ("integer", "number", "boolean", "null"):
        limits = {key: schema[key] for key in ("minimum", "maximum") if key in schema and kind == "integer"}
        return {"type": kind, **limits}
    return {"type": "string", "maxLength": min(longest, int(schema.get("maxLength") or longest))}


def _resolved(reference: str, root: Mapping[str, Any]) -> Any:
    found: Any = root
    for part in reference.removeprefix("#/").split("/"):
        found = found.get(part) if isinstance(found, Mapping) else None
    return found


def _kind(schema: Mapping[str, Any]) -> str:
    kind = schema.get("type")
    if isinstance(kind, list):
        kind = next((option for option in kind if option != "null"), "null")
    return str(kind or ("object" if "properties" in schema else "string"))


def _type(schema: Mapping[str, Any]) -> str:
    if "enum" in schema:
        return "|".join(str(option) for option in schema["enum"][:6])
    return str(schema.get("type") or "string")
