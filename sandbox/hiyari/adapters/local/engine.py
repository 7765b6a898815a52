"""One language model engine for the whole process: llama.cpp through xllamacpp, one request at a time.

It computes in one thread. Measured on two cores with SmolLM2-135M Q4_1, tokens of prompt and of answer a second:
lightly loaded 165 and 65 with two threads, 95 and 50 with one; with some sixteen busy processes beside it 12 and 1 with
two threads, 20 and 10 with one, because two wait for each other at every step. Episodes always have busy neighbours.
"""

from __future__ import annotations

import secrets
import threading
from collections import OrderedDict
from collections.abc import Mapping
from functools import cache
from typing import Any

from hiyari.errors import AgentError

from .weights import verified

THREADS = 1
CONTEXT = 3072
"""Tokens of prompt and answer together."""
CONVERSATIONS = 2
"""How many conversations keep their prompts cached at a time."""


class Engine:
    """A llama.cpp server inside this process.

    A conversation's first request, and every one after it lost its cache to others, reads the whole prompt; the next
    ones read only what is new. So the same conversation takes the same path through the arithmetic each time.

    Args:
        key: Key that its HTTP side on 127.0.0.1 asks for; nobody's when left out. Episodes do not use that side.
    """

    def __init__(self, key: str | None = None) -> None:
        import xllamacpp

        parameters = xllamacpp.CommonParams()
        parameters.model.path = str(verified())
        parameters.n_ctx = CONTEXT * CONVERSATIONS
        parameters.n_parallel = CONVERSATIONS
        parameters.kv_unified = False
        parameters.cache_ram_mib = 0
        for cpu in (parameters.cpuparams, parameters.cpuparams_batch):
            cpu.n_threads = THREADS
            cpu.poll = 0
        parameters.warmup = False
        parameters.verbosity = -1
        parameters.ui = False
        parameters.hostnames = ["127.0.0.1"]
        parameters.port = 0
        parameters.api_keys = [key or secrets.token_hex(16)]
        self._server = xllamacpp.Server(parameters)
        self._lock = threading.Lock()
        self._slots: OrderedDict[str, int] = OrderedDict()

    @property
    def address(self) -> str:
        """Base URL of its OpenAI-compatible HTTP side."""
        return f"{self._server.listening_address}/v1"

    def complete(self, conversation: str, request: Mapping[str, Any]) -> dict[str, Any]:
        """Answer a chat completion request.

        Args:
            conversation: Whose request it is, for the prompt cache.
            request: As in OpenAI's Chat Completions, with llama.cpp's additions.

        Raises:
            AgentError: If the engine refuses the request.
        """
        with self._lock:
            known = conversation in self._slots
            slot = self._slots.pop(conversation) if known else self._free_slot()
            answer: dict[str, Any] = self._server.handle_chat_completions(
                {**request, "id_slot": slot, "cache_prompt": known}
            )
            self._slots[conversation] = slot
        if "error" in answer:
            raise AgentError(f"the local model refused: {answer['error'].get('message', answer['error'])}")
        return answer

    def _free_slot(self) -> int:
        taken = set(self._slots.values())
        free = [slot for slot in range(CONVERSATIONS) if slot not in taken]
        return free[0] if free else self._slots.popitem(last=False)[1]


@cache
def _shared() -> Engine:
    return Engine()


_starting = threading.Lock()


def shared() -> Engine:
    """Return the engine of this process, started at the first call."""
    with _starting:
        return _shared()
