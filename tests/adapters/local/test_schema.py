from __future__ import annotations

from typing import Any

import jsonschema

from hiyari.adapters.local.schema import bounded, call_schema, signatures


def tool(name: str, properties: dict[str, Any], required: list[str] | None = None, **more: Any) -> dict[str, Any]:
    parameters = {"type": "object", "properties": properties, "required": required or [], **more}
    return {"name": name, "description": f"Does {name}.\nAnd more.", "parameters": parameters}


def test_signatures_are_one_line_each() -> None:
    """Name, required arguments with their types, and the start of the description; finish comes last."""
    tools = [tool("read", {"path": {"type": "string"}, "limit": {"type": "integer"}}, ["path"]), tool("stop", {})]
    assert signatures(tools).splitlines() == [
        "read(path: string) - Does read. And more.",
        "stop() - Does stop. And more.",
        "finish(answer: string) - End with the answer to the user.",
    ]


def test_descriptions_are_left_out_when_there_are_many_tools() -> None:
    """The prompt stays small."""
    assert " - Does" not in signatures([tool(f"t{n}", {}) for n in range(30)])


def test_a_call_is_one_of_the_tools_or_finish() -> None:
    """Other names, missing arguments and extra ones do not fit."""
    schema = call_schema([tool("read", {"path": {"type": "string"}}, ["path"])])
    check = jsonschema.Draft202012Validator(schema).is_valid
    assert check({"tool": "read", "args": {"path": "a"}})
    assert check({"tool": "finish", "args": {"answer": "done"}})
    assert not check({"tool": "raed", "args": {"path": "a"}})
    assert not check({"tool": "read", "args": {}})
    assert not check({"tool": "read", "args": {"path": "a", "x": 1}})
    assert not check({"tool": "read", "args": {"path": "a" * 1000}})


def test_strings_are_bounded_whatever_a_schema_looks_like() -> None:
    """References, options, lists and missing types all end in something that cannot be written for ever."""
    root = {"$defs": {"Part": {"type": "object", "properties": {"n": {"type": ["string", "null"]}}, "required": ["n"]}}}
    text = {"type": "string", "maxLength": 50}
    assert bounded({"$ref": "#/$defs/Part"}, root, 50)["properties"] == {"n": text}
    assert bounded({"$ref": "#/$defs/Missing"}, root, 50) == text
    assert bounded({"anyOf": [{"type": "null"}, {"type": "integer", "minimum": 1}]}, root, 50) == {
        "type": "integer",
        "minimum": 1,
    }
    assert bounded({"type": "array", "items": {"type": "string"}, "minItems": 9}, root, 50) == {
        "type": "array",
        "items": text,
        "minItems": 3,
        "maxItems": 3,
    }
    assert bounded({"enum": ["a", "b"], "description": "x"}, root, 50) == {"enum": ["a", "b"]}
    assert bounded({}, root, 50) == text
    assert bounded(True, root, 50) == text


def test_a_schema_that_refers_to_itself_ends() -> None:
    """Recursion stops at a fixed depth."""
    root = {
        "$defs": {"Node": {"type": "object", "properties": {"next": {"$ref": "#/$defs/Node"}}, "required": ["next"]}}
    }
    assert "maxLength" in str(bounded({"$ref": "#/$defs/Node"}, root, 50))
