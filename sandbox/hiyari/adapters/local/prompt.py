"""The history of an episode as a short chat: a small model reads some 90 tokens a CPU-second and forgets most of them.

Every message is shortened once and for all, so that the prompt only grows at its end and its start stays in the cache.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from langchain_core.messages import AIMessage, BaseMessage, SystemMessage, ToolMessage

from .schema import FINISH

RULES = """You work by calling tools. Reply with one JSON object: {"tool": "name", "args": {...}}. Tools:"""

_SYSTEM = 80
_TASK = 160
_RESULT = 60


def chat(messages: Sequence[BaseMessage], tools: str) -> list[dict[str, str]]:
    """Return the messages for the model.

    Args:
        messages: The history, LangChain's.
        tools: Signatures of the tools.
    """
    system = " ".join(str(message.text) for message in messages if isinstance(message, SystemMessage))
    lines = [shortened(system, _SYSTEM), RULES, tools] if system else [RULES, tools]
    out = [{"role": "system", "content": "\n".join(lines)}]
    task = True
    for message in messages:
        if isinstance(message, SystemMessage):
            continue
        if isinstance(message, AIMessage):
            out += [
                {"role": "assistant", "content": written(call["name"], call["args"])} for call in message.tool_calls
            ]
            if message.text and not message.tool_calls:
                answer = shortened(str(message.text), _RESULT)
                out.append({"role": "assistant", "content": written(FINISH, {"answer": answer})})
        elif isinstance(message, ToolMessage):
            out.append({"role": "user", "content": f"Result: {shortened(str(message.text), _RESULT)}"})
        else:
            out.append({"role": "user", "content": shortened(str(message.text), _TASK if task else _RESULT)})
            task = False
    return out


def written(tool: str, arguments: Any) -> str:
    """Write a call as the model is to write it."""
    return json.dumps({"tool": tool, "args": arguments}, ensure_ascii=False)


def shortened(text: str, tokens: int) -> str:
    """Cut a text to about so many tokens; it needs some 0.4 for an ASCII character and 2.4 for kana or kanji."""
    fifths = 0
    for index, character in enumerate(text):
        fifths += 2 if character.isascii() else 12
        if fifths > 5 * tokens:
            return text[:index] + "..."
    return text
