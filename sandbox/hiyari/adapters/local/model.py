"""The small model as a LangChain chat model: it goes the same way through ``create_agent`` as any provider's."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel, LanguageModelInput
from langchain_core.messages import AIMessage, BaseMessage, InvalidToolCall
from langchain_core.messages.ai import UsageMetadata
from langchain_core.messages.tool import ToolCall
from langchain_core.outputs import ChatGeneration, ChatResult
from langchain_core.runnables import Runnable
from langchain_core.utils.function_calling import convert_to_openai_tool

from .engine import shared
from .prompt import chat
from .schema import FINISH, call_schema, signatures
from .weights import NAME

_ANSWER = re.compile(r'^\s*\{\s*"tool"\s*:\s*"finish"\s*,\s*"args"\s*:\s*\{\s*"answer"\s*:\s*"')
_TOOL = re.compile(r'"tool"\s*:\s*"([A-Za-z0-9_-]{1,64})"')


class SmallModel(BaseChatModel):
    """SmolLM2-135M with schema-constrained calls: one call a turn, ``finish`` for the answer."""

    conversation: str
    """Whose prompt cache to use."""
    temperature: float = 0.0
    """0 takes the likeliest token each time."""
    seed: int = 0
    """Seed of the first turn; each further turn adds one."""
    moves: int = 6
    """Turns at most until each answer; in the last one only ``finish`` is possible."""
    max_tokens: int = 96
    """Longest answer of a turn."""

    @property
    def _llm_type(self) -> str:
        return "hiyari-local"

    def _get_invocation_params(self, stop: list[str] | None = None, **kwargs: Any) -> dict[str, Any]:
        return {
            "model": NAME,
            "temperature": self.temperature,
            "seed": self.seed,
            "moves": self.moves,
            "max_tokens": self.max_tokens,
            **kwargs,
        }

    def bind_tools(
        self, tools: Sequence[Any], *, tool_choice: str | None = None, **kwargs: Any
    ) -> Runnable[LanguageModelInput, AIMessage]:
        """Offer tools."""
        return self.bind(tools=[convert_to_openai_tool(tool) for tool in tools], **kwargs)

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        tools = [tool["function"] for tool in kwargs.get("tools") or []]
        turn = sum(isinstance(message, AIMessage) for message in messages)
        stuck = repeated(messages)
        left = self.moves - since_answer(messages)
        allowed = [tool for tool in tools if tool["name"] != stuck] if left > 1 else []
        answer = shared().complete(
            self.conversation,
            {
                "messages": chat(messages, signatures(tools)),
                "temperature": self.temperature,
                "seed": self.seed + turn,
                "max_tokens": self.max_tokens,
                "response_format": {
                    "type": "json_schema",
                    "json_schema": {"name": "call", "strict": True, "schema": call_schema(allowed)},
                },
            },
        )
        choice, usage = answer["choices"][0], answer["usage"]
        written = str(choice["message"]["content"] or "")
        message = read(written, f"call_{turn}", last=not allowed)
        ended = choice["finish_reason"]
        message.response_metadata = {"model_name": NAME, "finish_reason": ended, "written": written}
        message.usage_metadata = UsageMetadata(
            input_tokens=usage["prompt_tokens"],
            output_tokens=usage["completion_tokens"],
            total_tokens=usage["prompt_tokens"] + usage["completion_tokens"],
        )
        return ChatResult(generations=[ChatGeneration(message=message)])


def since_answer(messages: Sequence[BaseMessage]) -> int:
    """Return how many turns were taken since the last answer."""
    turns = [message for message in messages if isinstance(message, AIMessage)]
    answers = [index for index, turn in enumerate(turns) if not (turn.tool_calls or turn.invalid_tool_calls)]
    return len(turns) - 1 - (answers[-1] if answers else -1)


def repeated(messages: Sequence[BaseMessage]) -> str:
    """Return the tool whose very same call was made before and again just now, if any: a small model would go on so."""
    calls = [(call["name"], call["args"]) for message in messages for call in getattr(message, "tool_calls", ())]
    return str(calls[-1][0]) if calls and calls[-1] in calls[:-1] else ""


def read(content: str, identifier: str, *, last: bool = False) -> AIMessage:
    """Read what the model wrote: a call, the answer even if cut off, or something malformed, kept as such.

    Args:
        content: What it wrote.
        identifier: Identifier for the call.
        last: True when only an answer was possible.
    """
    try:
        written = json.loads(content)
        tool, arguments = written["tool"], dict(written["args"])
    except (ValueError, KeyError, TypeError):
        answer = _ANSWER.match(content)
        if answer or last:
            return AIMessage(content[answer.end() :] if answer else content)
        named = _TOOL.search(content)
        malformed = InvalidToolCall(
            name=named[1] if named else "", args=content, id=identifier, error="not JSON", type="invalid_tool_call"
        )
        return AIMessage("", invalid_tool_calls=[malformed])
    if tool == FINISH:
        return AIMessage(str(arguments.get("answer", "")))
    return AIMessage("", tool_calls=[ToolCall(name=tool, args=arguments, id=identifier, type="tool_call")])
