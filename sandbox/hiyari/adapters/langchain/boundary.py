"""The middleware between a LangChain agent and the episode: all calls of one model turn are one move."""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from langchain.agents.middleware import AgentMiddleware, AgentState
from langchain.agents.middleware.types import ModelRequest, ModelResponse, ToolCallRequest
from langchain_core.messages import AIMessage, AnyMessage, HumanMessage, ToolCall, ToolMessage
from langgraph.runtime import Runtime
from langgraph.types import Command

from hiyari.agent import Move, Observation, Wanted
from hiyari.agents.inverted import Inside
from hiyari.events import plain

from .recorder import Recorder

Thought = Callable[[int, float], float]
"""Virtual seconds that pass for some model requests: from their number and the wall seconds they took."""


class Boundary(AgentMiddleware[AgentState[Any], None, Any]):
    """Hands every call to the episode, also calls of unknown tools and calls that are no JSON.

    What people say, and images, come to the model as messages of the user, which every provider accepts (few take
    images in a tool's result).

    Args:
        inside: The way into the episode.
        recorder: Counts tokens and time for each move.
        thought: Virtual seconds of model requests.
        images: False for models that take no images; they are told that there was one.
    """

    def __init__(self, inside: Inside, recorder: Recorder, thought: Thought, *, images: bool = True) -> None:
        super().__init__()
        self._hand = inside.hand
        self._recorder = recorder
        self._thought = thought
        self._images = images
        self._news: list[AnyMessage] = spoken(inside.first)
        self._turn = AIMessage("")
        self._malformed: dict[str, Any] = {}
        self._results: dict[str, ToolMessage] = {}
        self._turns = 0

    def before_model(self, state: AgentState[Any], runtime: Runtime[None]) -> dict[str, Any] | None:
        """Tell the model what is new."""
        news, self._news = self._news, []
        return {"messages": news} if news else None

    def wrap_model_call(
        self, request: ModelRequest[None], handler: Callable[[ModelRequest[None]], ModelResponse[Any]]
    ) -> ModelResponse[Any]:
        """Give every call of the turn an identifier of its own, and malformed ones a place among them."""
        response = handler(request)
        message = response.result[-1]
        if not isinstance(message, AIMessage):
            return response
        self._turn = self._tidy(message)
        return replace(response, result=[*response.result[:-1], self._turn])

    def wrap_tool_call(
        self, request: ToolCallRequest, handler: Callable[[ToolCallRequest], ToolMessage | Command[Any]]
    ) -> ToolMessage | Command[Any]:
        """Return the episode's result of a call; the first call of a turn hands over all of them."""
        identifier = str(request.tool_call["id"])
        if identifier not in self._results:
            self._make_move()
        return self._results.pop(identifier)

    def measure(self) -> dict[str, Any]:
        """Return the fields of the next move that tell what the model spent on it."""
        requests, tokens, seconds = self._recorder.take()
        return {"tokens": tokens, "thought": self._thought(requests, seconds)}

    def _tidy(self, message: AIMessage) -> AIMessage:
        calls: list[ToolCall] = []
        seen: set[str] = set()
        self._malformed = {}
        for index, call in enumerate([*message.tool_calls, *message.invalid_tool_calls]):
            identifier = call["id"] or ""
            if not identifier or identifier in seen:
                identifier = f"call_{self._turns}_{index}"
            seen.add(identifier)
            arguments = call["args"]
            if not isinstance(arguments, dict):
                self._malformed[identifier] = arguments or ""
                arguments = {}
            calls.append(ToolCall(name=call["name"] or "", args=arguments, id=identifier, type="tool_call"))
        self._turns += 1
        if calls == message.tool_calls:
            return message
        return message.model_copy(update={"tool_calls": calls, "invalid_tool_calls": []})

    def _make_move(self) -> None:
        calls = self._turn.tool_calls
        wanted = tuple(
            Wanted(tool=call["name"], arguments=self._malformed.get(str(call["id"]), call["args"])) for call in calls
        )
        observation = self._hand(Move(calls=wanted, said=str(self._turn.text), **self.measure()))
        for call, result in zip(calls, observation.results, strict=True):
            self._results[str(call["id"])] = ToolMessage(
                content=plain(result.text) or "(nothing)",
                tool_call_id=str(call["id"]),
                name=call["name"],
                status="success" if result.status == "ok" else "error",
            )
            if result.images:
                self._news.append(_picture(call["name"], [image.read() for image in result.images], self._images))
        self._news += spoken(observation)


def spoken(observation: Observation) -> list[AnyMessage]:
    """Return what people said as messages of the user."""
    return [HumanMessage(f"{said.name or said.person}: {plain(said.text)}") for said in observation.said]


def _picture(tool: str, images: list[bytes], shown: bool) -> HumanMessage:
    caption = f"{len(images)} image(s) from {tool}"
    if not shown:
        return HumanMessage(f"({caption}, not shown)")
    blocks: list[str | dict[Any, Any]] = [{"type": "text", "text": caption + ":"}]
    blocks += [
        {"type": "image", "base64": base64.b64encode(image).decode(), "mime_type": "image/png"} for image in images
    ]
    return HumanMessage(content=blocks)
