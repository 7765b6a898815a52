"""Tool definitions get lawful names, a digest, and schemas that can be validated with."""

from __future__ import annotations

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hiyari.adapters.mcp.definitions import (
    DEFINITIONS_LIMIT,
    TOOLS_LIMIT,
    Unusable,
    canonical,
    exposed_name,
    safe_schema,
    specifications,
)
from hiyari.errors import ContentError

schema_keys = st.sampled_from(
    [
        "type",
        "properties",
        "items",
        "$ref",
        "$defs",
        "pattern",
        "patternProperties",
        "anyOf",
        "allOf",
        "not",
        "if",
        "then",
        "enum",
        "const",
        "required",
        "minimum",
        "multipleOf",
        "additionalProperties",
        "minItems",
        "uniqueItems",
        "$id",
        "$schema",
        "$dynamicRef",
        "description",
        "a",
        "b",
    ]
) | st.text(max_size=4)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(schema_keys, inner, max_size=5),
    max_leaves=25,
)


@pytest.mark.parametrize(
    ("server", "tool", "name"),
    [
        ("mail", "mail_send", "mail_send"),
        ("mail", "send", "mail_send"),
        ("git", "gitlab.read", "git_gitlab_read"),
        ("x", "日本", "x___"),
        ("s", "t" * 100, ("s_" + "t" * 100)[:64]),
    ],
)
def test_exposed_names_are_prefixed_and_lawful(server: str, tool: str, name: str) -> None:
    """A tool keeps a name that already carries its server's."""
    assert exposed_name(server, tool) == name


@given(st.from_regex(r"[a-z][a-z0-9_-]{0,20}", fullmatch=True), st.text(max_size=100))
def test_every_name_is_lawful_for_every_provider(server: str, tool: str) -> None:
    """Whatever a server calls its tool, a specification can be made of it."""
    definitions = canonical([{"name": tool, "inputSchema": {"type": "object"}}])
    assert len(specifications(server, definitions, 1.0)) == 1


def test_the_digest_does_not_depend_on_order_but_on_every_word() -> None:
    """Equal definitions have one digest; a changed description another."""
    one, two = {"name": "a", "description": "x"}, {"name": "b", "inputSchema": {"p": 1, "q": 2}}
    assert canonical([one, two]).digest == canonical([{"inputSchema": {"q": 2, "p": 1}, "name": "b"}, one]).digest
    assert canonical([one, two]).digest != canonical([{**one, "description": "y"}, two]).digest


def test_definitions_out_of_bounds_are_unusable() -> None:
    """Too many, doubled or too large definitions are refused with the reason."""
    with pytest.raises(Unusable, match="more than"):
        canonical([{"name": str(n)} for n in range(TOOLS_LIMIT + 1)])
    with pytest.raises(Unusable, match="two tools"):
        canonical([{"name": "a"}, {"name": "a"}])
    with pytest.raises(Unusable, match="bytes"):
        canonical([{"name": "a", "description": "x" * DEFINITIONS_LIMIT}])


def test_two_tools_of_one_exposed_name_are_an_error_of_the_content() -> None:
    """A server whose names collide after legalising cannot be offered."""
    with pytest.raises(ContentError, match="would both be called 's_a_b'"):
        specifications("s", canonical([{"name": "a.b"}, {"name": "a/b"}]), 1.0)


def test_seconds_may_be_given_by_own_or_exposed_name() -> None:
    """The virtual cost of a call comes from tool.yaml."""
    definitions = canonical([{"name": "a"}, {"name": "b"}, {"name": "c"}])
    offered = specifications("s", definitions, {"a": 2.0, "s_b": 3.0})
    assert [spec.seconds for _, spec in offered.values()] == [2.0, 3.0, 1.0]


def test_a_recursive_schema_becomes_any_object() -> None:
    """A reference to itself would never end."""
    schema = {"$defs": {"A": {"$ref": "#/$defs/A"}}, "properties": {"a": {"$ref": "#/$defs/A"}}}
    assert safe_schema(schema) == {"type": "object"}


def test_a_schema_that_unfolds_to_billions_becomes_any_object() -> None:
    """Thirty doublings are refused without being done."""
    definitions = {f"d{n}": {"allOf": [{"$ref": f"#/$defs/d{n + 1}"}] * 2} for n in range(30)} | {"d30": {}}
    assert safe_schema({"$defs": definitions, "properties": {"a": {"$ref": "#/$defs/d0"}}}) == {"type": "object"}


def test_a_schema_made_safe_is_the_callers_own() -> None:
    """What one episode does to a schema that was made safe is not seen by the next, whose server lists the same."""
    schema = {"type": "object", "properties": {"a": {"type": "string", "pattern": "(x+)+"}}}
    first = safe_schema(schema)
    assert first == {"type": "object", "properties": {"a": {"type": "string"}}}
    first.clear()
    assert safe_schema(schema) == {"type": "object", "properties": {"a": {"type": "string"}}}


def test_a_nested_model_as_frameworks_write_it_is_kept() -> None:
    """Local references that end are kept; patterns and foreign references are dropped."""
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$defs": {"Who": {"type": "object", "properties": {"name": {"type": "string", "pattern": "(a+)+$"}}}},
        "properties": {"who": {"$ref": "#/$defs/Who"}, "far": {"$ref": "http://10.0.0.1/x"}},
        "required": ["who"],
        "type": "object",
    }
    assert safe_schema(schema) == {
        "$defs": {"Who": {"type": "object", "properties": {"name": {"type": "string"}}}},
        "properties": {"who": {"$ref": "#/$defs/Who"}, "far": {}},
        "required": ["who"],
        "type": "object",
    }


@given(json_values, json_values)
def test_any_schema_at_all_can_be_validated_with(schema: object, value: object) -> None:
    """Whatever a server calls a schema, validating never raises anything but a ValidationError."""
    validator = jsonschema.Draft202012Validator(safe_schema(schema))
    list(validator.iter_errors(value))
    list(validator.iter_errors({"a": value, "b": 1}))
