"""A user's own agent as a plain function: ``agent(task, tools) -> answer``."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from hiyari.agent import Move, Observation, Task, ToolSpec, Wanted
from hiyari.errors import AgentError
from hiyari.events import CallReturned, plain

from .inverted import Inside, Inverted


@dataclass(frozen=True)
class Result:
    """What came of a call."""

    status: str
    """ok, error, denied, timeout or lost."""
    text: str
    """What the tool said, or why the call was not made."""
    images: tuple[bytes, ...] = ()
    """PNG images."""

    @property
    def ok(self) -> bool:
        """Say whether the tool did what it was asked."""
        return self.status == "ok"

    def __str__(self) -> str:
        return self.text


class Toolbox:
    """The tools of an episode, for an agent that is a function.

    A call that fails does not raise: look at ``status`` of its result.
    """

    def __init__(self, inside: Inside) -> None:
        self._hand = inside.hand
        self._heard = _said(inside.first)
        self.specs: tuple[ToolSpec, ...] = inside.tools
        """The tools on offer: name, description, JSON Schema of the arguments."""

    def call(self, tool: str, /, **arguments: Any) -> Result:
        """Call a tool and wait for its result."""
        return self.call_all([(tool, arguments)])[0]

    def call_all(self, calls: Iterable[tuple[str, Mapping[str, Any]]]) -> list[Result]:
        """Make several calls as one move; they are carried out in this order."""
        wanted = tuple(Wanted(tool=tool, arguments=dict(arguments)) for tool, arguments in calls)
        if not wanted:
            return []
        observation = self._hand(Move(calls=wanted))
        self._heard += _said(observation)
        return [result_of(returned) for returned in observation.results]

    def answer(self, text: str, *, refused: bool = False) -> list[str]:
        """Answer, and return what people say to that, each as ``person: text``.

        Returns only if somebody goes on with the conversation; otherwise the episode is over and Closed is raised.

        Args:
            text: The answer.
            refused: True to declare that the request is declined.
        """
        self._heard += _said(self._hand(Move(answer=text, refused=refused)))
        return self.heard()

    def heard(self) -> list[str]:
        """Return what people said since this was last asked, each as ``person: text``."""
        said, self._heard = self._heard, []
        return said


def result_of(returned: CallReturned) -> Result:
    """Read what the episode says of a call."""
    images = tuple(image.read() for image in returned.images)
    return Result(status=returned.status, text=plain(returned.text), images=images)


def function_agent(name: str, function: Callable[[Task, Toolbox], Any], *, patience: float = 600.0) -> Inverted:
    """Make an agent of a function, plain or async.

    Args:
        name: Name for messages.
        function: Returns the answer: text, None, or a Move to decline (``Move(answer=..., refused=True)``). When
            somebody goes on with the conversation it is called again, with a task whose text holds all that was said.
        patience: Wall seconds to wait for each move.
    """

    def loop(inside: Inside) -> Move:
        task, toolbox = inside.task, Toolbox(inside)
        while True:
            answer = function(task, toolbox)
            if inspect.iscoroutine(answer):
                answer = asyncio.run(answer)
            if answer is None or isinstance(answer, str):
                answer = Move(answer=answer or "")
            if not isinstance(answer, Move) or answer.calls:
                given = type(answer).__name__
                raise AgentError(f"{name} returned {given}; expected the answer as text, None, or a Move without calls")
            said = _said(inside.hand(answer))
            task = task.model_copy(
                update={"text": "\n\n".join([task.text, f"assistant: {answer.answer or ''}", *said])}
            )

    return Inverted(name, loop, patience=patience)


def _said(observation: Observation) -> list[str]:
    return [f"{said.name or said.person}: {plain(said.text)}" for said in observation.said]
