from __future__ import annotations

import pytest

from hiyari.adapters.langchain.provider import chat_model
from hiyari.adapters.langchain.tape import redactor
from hiyari.errors import ContentError


def test_an_unknown_provider_suggests_the_nearest() -> None:
    """LangChain's own list is searched."""
    with pytest.raises(ContentError, match=r"no model provider 'opneai'; did you mean openai"):
        chat_model("opneai:gpt", {}, redactor())


def test_a_provider_that_is_not_installed_says_what_to_install() -> None:
    """The name of the package is in the message."""
    with pytest.raises(ContentError, match="langchain-fireworks"):
        chat_model("fireworks:m", {}, redactor())


def test_a_missing_key_is_a_content_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without its key the provider cannot be made, and the message says which."""
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    with pytest.raises(ContentError, match="cannot make model:openai:gpt"):
        chat_model("openai:gpt", {}, redactor())
    with pytest.raises(ContentError, match="MY_MISSING_KEY is not set"):
        chat_model("openai:gpt", {"key_env": "MY_MISSING_KEY"}, redactor())


def test_a_server_of_your_own_needs_no_key(monkeypatch: pytest.MonkeyPatch) -> None:
    """With base_url a placeholder is sent where no key is set."""
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    model = chat_model("openai:any", {"base_url": "http://127.0.0.1:9/v1", "temperature": 0}, redactor())
    assert model._get_invocation_params()["temperature"] == 0
