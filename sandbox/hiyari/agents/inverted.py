"""Turns an agent that owns its loop inside out, so that every call it makes still passes through the episode.

The loop runs in a thread of its own. Only one side moves at a time: whenever the loop hands a move over it waits until
the episode comes back with the observation, and while the loop works the episode waits in ``act``.
"""

from __future__ import annotations

import contextlib
import ctypes
import queue
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from hiyari.agent import Move, Observation, Record, Task, ToolSpec
from hiyari.errors import AgentError
from hiyari.events import Event

_GRACE = 2.0
"""Wall seconds a closed loop is given to end, each time it is told to."""


class Closed(BaseException):
    """The episode is over: raised inside a loop that is still working. A BaseException, so that loops let it pass."""


@dataclass(frozen=True)
class Inside:
    """What a loop of its own is given."""

    task: Task
    """The task."""
    tools: tuple[ToolSpec, ...]
    """The tools."""
    first: Observation
    """What is seen before the first move."""
    record: Record
    """Writes an event of the agent's own into the recording."""
    hand: Callable[[Move], Observation]
    """Hands a move over to the episode and returns what came of it; raises Closed when the episode is over. After a
    move that answers it returns only if somebody goes on with the conversation."""


Loop = Callable[[Inside], Move]
"""An agent that owns its loop: it hands over moves and returns its last one; one that has returned is over."""


@dataclass(frozen=True)
class _Last:
    """The move a loop returned."""

    move: Move


class Inverted:
    """An agent made of a loop.

    Args:
        name: Name for messages.
        loop: The loop; its errors become AgentError.
        patience: Wall seconds to wait for each move.
    """

    def __init__(self, name: str, loop: Loop, *, patience: float = 600.0) -> None:
        self._name = name
        self._loop = loop
        self._patience = patience
        self._thread: threading.Thread | None = None
        self._moves: queue.SimpleQueue[Move | _Last | BaseException] = queue.SimpleQueue()
        self._observations: queue.SimpleQueue[Observation | None] = queue.SimpleQueue()
        self._turn = threading.Lock()
        self._writing = threading.Lock()
        self._over = False
        self._recorder_failed: BaseException | None = None

    def start(self, task: Task, tools: Sequence[ToolSpec], record: Record) -> None:
        """Be told the task and the tools; the loop begins with the first ``act``."""
        self._task = task
        self._tools = tuple(tools)
        self._sink = record

    def act(self, observation: Observation) -> Move:
        """Let the loop work until its next move.

        Raises:
            AgentError: If the loop raised, or made no move within its patience.
        """
        if self._over:
            raise AgentError(f"{self._name} has already ended")
        if self._thread is None:
            self._thread = threading.Thread(
                target=self._run, args=(observation,), name=f"hiyari agent {self._name}", daemon=True
            )
            self._thread.start()
        else:
            self._observations.put(observation)
        try:
            move = self._moves.get(timeout=self._patience)
        except queue.Empty:
            self._end()
            raise AgentError(f"{self._name} made no move within {self._patience:g} s") from None
        if isinstance(move, Move):
            return move
        self._end()
        if isinstance(move, _Last):
            return move.move
        if self._recorder_failed is not None:
            raise self._recorder_failed
        if isinstance(move, AgentError):
            raise move
        raise AgentError(f"{self._name} raised {type(move).__name__}: {move}") from move

    def close(self) -> None:
        """End the loop: whatever it calls next raises Closed; a loop that calls nothing is interrupted.

        A loop stuck outside Python (a socket without a time-out) cannot be interrupted; it is left behind as a daemon
        thread that can no longer call or record anything.
        """
        self._end()
        thread = self._thread
        if thread is None or not thread.is_alive():
            return
        self._observations.put(None)
        thread.join(_GRACE)
        if thread.is_alive() and thread.ident is not None:
            ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread.ident), ctypes.py_object(Closed))
            thread.join(_GRACE)

    def _end(self) -> None:
        with self._writing:
            self._over = True

    def _run(self, first: Observation) -> None:
        inside = Inside(self._task, self._tools, first, self._record, self._hand)
        outcome: _Last | BaseException
        with contextlib.suppress(Closed):
            try:
                outcome = _Last(self._loop(inside))
            except BaseException as raised:  # carried over to act(), which raises it in the episode's thread
                outcome = raised
            self._moves.put(outcome)

    def _record(self, event: Event) -> None:
        with self._writing:
            if self._over:
                raise Closed
            try:
                self._sink(event)
            except BaseException as failure:
                self._recorder_failed = failure
                raise

    def _hand(self, move: Move) -> Observation:
        with self._turn:
            if self._over:
                raise Closed
            self._moves.put(move)
            observation = self._observations.get()
            if observation is None or self._over:
                self._observations.put(None)
                raise Closed
            return observation
