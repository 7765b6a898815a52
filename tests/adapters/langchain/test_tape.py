from __future__ import annotations

import json

import pytest
from langchain_core.messages import AIMessage, HumanMessage

from hiyari.adapters.langchain.tape import canonical, message_blob, parameters, redactor, response_blob


def test_canonical_json_has_one_form() -> None:
    """Keys are sorted, text stays readable, objects become the name of their type."""
    assert canonical({"b": "花", "a": object()}) == '{"a":"object","b":"花"}'.encode()


def test_secrets_of_the_environment_are_blanked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Values of secret variables are replaced by their names, the longest first; short values and other names stay."""
    monkeypatch.setenv("MY_API_KEY", "abcdefgh")
    monkeypatch.setenv("other_token", "abcdefgh-longer")
    monkeypatch.setenv("TINY_SECRET", "abc")
    monkeypatch.setenv("PLAIN", "not hidden here")
    monkeypatch.setenv("ODDLY_NAMED", "named by hand")
    hide = redactor("ODDLY_NAMED")
    assert hide("abcdefgh-longer abcdefgh abc not hidden here named by hand") == (
        "[other_token] [MY_API_KEY] abc not hidden here [ODDLY_NAMED]"
    )


def test_messages_and_responses_hold_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    """A key that a tool or a provider repeats is blanked too."""
    monkeypatch.setenv("MY_API_KEY", "abcdefgh")
    hide = redactor()
    assert b"abcdefgh" not in message_blob(HumanMessage("key abcdefgh"), hide).read()
    assert b"abcdefgh" not in response_blob(AIMessage("key abcdefgh"), hide).read()


def test_random_identifiers_of_langchain_are_dropped_and_the_providers_kept() -> None:
    """Two runs of one model give equal bytes; a provider's own response identifier is evidence."""
    hide = redactor()
    assert json.loads(response_blob(AIMessage("x", id="lc_run--123"), hide).read())["data"]["id"] is None
    assert json.loads(response_blob(AIMessage("x", id="chatcmpl-9"), hide).read())["data"]["id"] == "chatcmpl-9"
    assert message_blob(AIMessage("x", id="1"), hide).sha256 == message_blob(AIMessage("x", id="2"), hide).sha256


def test_parameters_hold_no_tools_and_no_keys() -> None:
    """What shapes the sampling is kept; tools, headers, keys and empty values are not."""
    given = {"temperature": 0, "tools": [1], "api_key": "k", "default_headers": {"a": 1}, "stop": None, "max_tokens": 5}
    assert parameters(given, redactor()) == {"temperature": 0, "max_tokens": 5}
