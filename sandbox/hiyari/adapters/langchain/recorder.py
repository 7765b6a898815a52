"""Records every request to a chat model and what came back, whoever in a graph made it."""

from __future__ import annotations

import threading
import time
from typing import Any
from uuid import UUID

from langchain_core.callbacks import BaseCallbackHandler
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.outputs import ChatGeneration, LLMResult

from hiyari.agent import Record
from hiyari.events import ModelFailed, ModelRequested, ModelResponded, held

from .tape import Redact, message_blob, parameters, response_blob, tools_blob


class Recorder(BaseCallbackHandler):
    """A LangChain callback that writes ModelRequested before, and ModelResponded or ModelFailed after each request.

    Args:
        record: Writes an event.
        redact: Hides secrets.
    """

    raise_error = True
    run_inline = True

    def __init__(self, record: Record, redact: Redact) -> None:
        super().__init__()
        self._record = record
        self._redact = redact
        self._lock = threading.Lock()
        self._open: dict[UUID, tuple[int, float]] = {}
        self._requests = 0
        self._answered = 0
        self._tokens = 0
        self._seconds = 0.0

    def take(self) -> tuple[int, int, float]:
        """Return requests, tokens and wall seconds since the last time, for the next move."""
        with self._lock:
            taken = (self._answered, self._tokens, self._seconds)
            self._answered, self._tokens, self._seconds = 0, 0, 0.0
        return taken

    def on_chat_model_start(
        self,
        serialized: dict[str, Any],
        messages: list[list[BaseMessage]],
        *,
        run_id: UUID,
        parent_run_id: UUID | None = None,
        tags: list[str] | None = None,
        metadata: dict[str, Any] | None = None,
        **kwargs: Any,
    ) -> None:
        """Record a request before it leaves."""
        invocation = kwargs.get("invocation_params") or {}
        named = invocation.get("model") or invocation.get("model_name") or (metadata or {}).get("ls_model_name")
        with self._lock:
            ordinal = self._requests
            self._requests += 1
        self._record(
            ModelRequested(
                model=str(named or invocation.get("_type") or "unnamed"),
                ordinal=ordinal,
                messages=tuple(message_blob(message, self._redact) for batch in messages for message in batch),
                tools=tools_blob(invocation.get("tools") or (), self._redact),
                parameters=parameters(invocation, self._redact),
            )
        )
        self._open[run_id] = (ordinal, time.monotonic())

    def on_llm_end(self, response: LLMResult, *, run_id: UUID, **kwargs: Any) -> None:
        """Record a response."""
        ordinal, latency = self._close(run_id)
        generation = response.generations[0][0]
        if not isinstance(generation, ChatGeneration):
            return
        message = generation.message
        usage = message.usage_metadata if isinstance(message, AIMessage) else None
        read, written = (usage["input_tokens"], usage["output_tokens"]) if usage else (0, 0)
        with self._lock:
            self._tokens += read + written
        self._record(
            ModelResponded(
                ordinal=ordinal,
                raw=response_blob(message, self._redact),
                input_tokens=read,
                output_tokens=written,
                latency=latency,
            )
        )

    def on_llm_error(self, error: BaseException, *, run_id: UUID, **kwargs: Any) -> None:
        """Record a failure."""
        ordinal, latency = self._close(run_id)
        text = held(self._redact(f"{type(error).__name__}: {error}"))
        self._record(ModelFailed(ordinal=ordinal, error=text, latency=latency))

    def _close(self, run_id: UUID) -> tuple[int, float]:
        ordinal, began = self._open.pop(run_id)
        latency = time.monotonic() - began
        with self._lock:
            self._answered += 1
            self._seconds += latency
        return ordinal, latency
