"""Hearing what containers tell, also when answering one of them waits for another."""

from __future__ import annotations

import queue
import time
from collections.abc import Iterator
from concurrent.futures import Future
from typing import Any

from hiyari.adapters.pod.control import Asked, ControlStream, Message, Told
from hiyari.adapters.pod.hearing import Hearing
from hiyari.events import Event, Spoken

from .test_control import Wire


def test_a_call_that_ends_while_an_answer_is_being_waited_for_has_ended() -> None:
    """The end of the outer wait comes while the inner one waits: neither is missed, and events keep their order."""
    wire, inbox, future = Wire(), queue.SimpleQueue[Any](), Future[Any]()
    control = ControlStream(wire, "plc", inbox)

    def tell(message: Message) -> Iterator[Event]:
        if isinstance(message, Told):
            yield Spoken(speaker="plc", text=str(message.event["event"]))
        elif isinstance(message, Asked):
            reply = control.start("set")
            number = wire.sent.get()["id"]
            future.set_result("done")
            wire.says(event="later")
            wire.says(reply=number, ok=True, result={"set": 1})
            result = yield from hearing.until_replied((control, reply), "set", 5.0)
            yield Spoken(speaker="harness", text=str(result))

    hearing = Hearing(inbox, tell)
    wire.says(event="first")
    wire.says(ask=1, request={"op": "tag.write"})
    steps = hearing.while_called(future, time.monotonic() + 5.0)
    heard = []
    while True:
        try:
            heard.append(next(steps))
        except StopIteration as end:
            assert end.value == "done"
            break
    assert [event.text for event in heard if isinstance(event, Spoken)] == ["first", "later", "{'set': 1}"]
