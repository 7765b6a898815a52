from __future__ import annotations

import pytest

from hiyari.agents.choose import parse
from hiyari.errors import ContentError


@pytest.mark.parametrize(
    ("text", "kind", "value", "options"),
    [
        ("scripted:solution", "scripted", "solution", {}),
        ("noop", "noop", "", {}),
        ("refuse", "refuse", "", {}),
        ("local", "local", "", {}),
        ("local?temperature=0.7&moves=4", "local", "", {"temperature": 0.7, "moves": 4}),
        ("model:openai:gpt-4.1-mini?temperature=0", "model", "openai:gpt-4.1-mini", {"temperature": 0}),
        ("model:ollama:qwen3:8b", "model", "ollama:qwen3:8b", {}),
        ("my_agent:make?depth=2&style=bold", "own", "my_agent:make", {"depth": 2, "style": "bold"}),
        ("pack.age.module:agent", "own", "pack.age.module:agent", {}),
    ],
)
def test_every_form_is_read(text: str, kind: str, value: str, options: dict[str, object]) -> None:
    """Family, value and options of every form come out, options with their JSON types."""
    name = parse(text)
    assert (name.text, name.kind, name.value, dict(name.options)) == (text, kind, value, options)


def test_a_base_url_keeps_its_port_and_path() -> None:
    """An address is an option like any other."""
    name = parse("model:openai:local?base_url=http://127.0.0.1:8080/v1&temperature=0")
    assert dict(name.options) == {"base_url": "http://127.0.0.1:8080/v1", "temperature": 0}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("lokal", "did you mean local"),
        ("skripted", "did you mean scripted"),
        ("scripted:", "scripted:<trace>"),
        ("scripted", "scripted:<trace>"),
        ("scripted:solution?x=1", "takes no options"),
        ("noop?x=1", "takes no options"),
        ("model:gpt-5", "model:<provider>:<model>"),
        ("local:big", "local["),
        ("local?moves", "name=value"),
        ("local?moves=1&moves=2", "given twice"),
        ("a b:c", "names no agent"),
        ("", "names no agent"),
        ("model:openai:x?base_url=ftp://x", "http"),
    ],
)
def test_what_is_no_name_is_a_content_error(text: str, says: str) -> None:
    """A wrong name says what would be right."""
    with pytest.raises(ContentError, match="agent") as caught:
        parse(text)
    assert says in str(caught.value)


@pytest.mark.parametrize(
    "option", ["api_key=sk-12345678", "openai_api_key=sk-12345678", "password=sk-12345678", "access_token=sk-12345678"]
)
def test_secrets_are_refused_and_not_repeated(option: str) -> None:
    """A key in the name would be recorded, so it is refused, and the message does not show it."""
    with pytest.raises(ContentError, match="secret") as caught:
        parse(f"model:openai:gpt?{option}")
    assert "sk-12345678" not in str(caught.value)


def test_a_password_in_an_address_is_refused_and_not_repeated() -> None:
    """User names and passwords in base_url would be recorded."""
    with pytest.raises(ContentError, match="no user name") as caught:
        parse("model:openai:x?base_url=http://me:hunter22@host/v1")
    assert "hunter22" not in str(caught.value)


def test_a_name_that_holds_a_key_is_refused_without_repeating_it() -> None:
    """Names of agents are recorded, so a key pasted as a model's name goes no further."""
    key = "sk-abcdefghijklmnopqrstuvwxyz0123456789"
    with pytest.raises(ContentError, match="looks like a key") as caught:
        parse(f"model:openai:{key}")
    assert key not in str(caught.value)
