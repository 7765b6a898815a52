"""Makes a chat model from its name. Keys come from this process's environment and go nowhere but to the provider."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from langchain.chat_models import init_chat_model
from langchain_core.language_models import BaseChatModel

from hiyari.errors import ContentError, unknown_name

from .tape import Redact


def chat_model(name: str, options: Mapping[str, Any], redact: Redact) -> BaseChatModel:
    """Make a chat model through LangChain's ``init_chat_model``.

    Args:
        name: ``provider:model``, such as ``openai:gpt-4.1-mini``.
        options: Passed on to the provider's class (temperature, max_tokens, timeout, seed, ...), except ``key_env``,
            which names the environment variable that holds the key. With ``base_url``, provider ``openai``
            speaks Chat Completions, and a server that wants no key needs none.
        redact: Hides secrets in messages.

    Raises:
        ContentError: If the provider is unknown, its package is not installed, or it lacks its key.
    """
    provider, _, model = name.partition(":")
    arguments = dict(options)
    if "key_env" in arguments:
        variable = str(arguments.pop("key_env"))
        if variable not in os.environ:
            raise ContentError(f"key_env: environment variable {variable} is not set", field="agent")
        arguments["api_key"] = os.environ[variable]
    if provider == "openai" and "base_url" in arguments:
        arguments.setdefault("use_responses_api", False)
        if "api_key" not in arguments and not os.environ.get("OPENAI_API_KEY"):
            arguments["api_key"] = "none"
    try:
        made = init_chat_model(model, model_provider=provider, **arguments)
    except ImportError as problem:
        raise ContentError(f"model:{name} needs another package: {problem}", field="agent") from None
    except ValueError as problem:
        text = str(problem)
        if "Supported model providers are: " in text:
            known = text.rpartition("are: ")[2].split(", ")
            raise unknown_name("model provider", provider, known, field="agent") from None
        raise ContentError(f"cannot make model:{name}: {redact(text)}", field="agent") from None
    except Exception as problem:  # every provider has errors of its own
        raise ContentError(
            f"cannot make model:{name}: {type(problem).__name__}: {redact(str(problem))}", field="agent"
        ) from None
    if not isinstance(made, BaseChatModel):
        raise ContentError(f"model:{name} is no single chat model", field="agent")
    return made
