"""The control stream, over a stream in memory whose other end the test plays."""

from __future__ import annotations

import json
import queue
import threading
from collections.abc import Callable

import pytest

from hiyari.adapters.pod.control import Asked, ControlStream, Gone, Lines, Refused, Told
from hiyari.errors import EngineError


class Wire:
    """A ByteStream whose container is the test."""

    def __init__(self) -> None:
        self.sent: queue.SimpleQueue[dict[str, object]] = queue.SimpleQueue()
        self.receive: Callable[[bytes], None] = lambda data: None
        self.closed: Callable[[str], None] = lambda why: None

    def send(self, data: bytes) -> None:
        for line in data.splitlines():
            self.sent.put(json.loads(line))

    def listen(self, receive: Callable[[bytes], None], closed: Callable[[str], None]) -> None:
        self.receive, self.closed = receive, closed

    def diagnostics(self) -> str:
        return "Traceback: no space left"

    def says(self, **message: object) -> None:
        self.receive(json.dumps(message).encode() + b"\n")


def opened() -> tuple[Wire, ControlStream]:
    wire = Wire()
    return wire, ControlStream(wire, "mail", queue.SimpleQueue())


def test_a_request_returns_the_result_of_its_own_reply():
    """Replies are matched by number, in whatever order they come."""
    wire, control = opened()
    first, second = control.start("seed", data={}), control.start("health")
    numbers = [wire.sent.get()["id"], wire.sent.get()["id"]]
    wire.says(reply=numbers[1], ok=True, result={"second": True})
    wire.says(reply=numbers[0], ok=True, result={"first": True})
    assert control.result("seed", first, 1) == {"first": True}
    assert control.result("health", second, 1) == {"second": True}


def test_events_and_questions_come_in_order_before_the_reply_that_follows_them():
    """What precedes a reply is in the inbox once the reply is there."""
    wire = Wire()
    inbox = queue.SimpleQueue()
    control = ControlStream(wire, "fleet", inbox)
    reply = control.start("sync")
    number = wire.sent.get()["id"]
    wire.says(event="request", operation="robot.list")
    wire.says(ask=3, request={"robots": True})
    wire.says(reply=number, ok=True, result={})
    control.result("sync", reply, 1)
    assert inbox.get_nowait() == Told("fleet", {"event": "request", "operation": "robot.list"})
    assert inbox.get_nowait() == Asked("fleet", 3, {"robots": True})
    control.answer(3, {"robots": []})
    assert wire.sent.get() == {"op": "answer", "id": 3, "result": {"robots": []}}
    control.answer(4, error="no such robot")
    assert wire.sent.get() == {"op": "answer", "id": 4, "error": "no such robot"}


def test_a_refusal_is_an_error_with_the_containers_own_words():
    """The reason a container gives reaches the reader."""
    wire, control = opened()
    reply = control.start("seed")
    wire.says(reply=wire.sent.get()["id"], ok=False, error="mailbox saito is missing")
    with pytest.raises(Refused, match="mail refused 'seed': mailbox saito is missing"):
        control.result("seed", reply, 1)


def test_a_silent_container_is_an_error_that_names_it():
    """No reply in time is an EngineError."""
    _, control = opened()
    with pytest.raises(EngineError, match=r"container mail did not answer 'health' within 0\.01 s"):
        control.request("health", timeout=0.01)


def test_the_end_of_a_container_ends_waiting_requests_and_refuses_new_ones():
    """A dead container is an EngineError with its last words, at once."""
    wire = Wire()
    inbox = queue.SimpleQueue()
    control = ControlStream(wire, "mail", inbox)
    reply = control.start("health")
    threading.Thread(target=lambda: wire.closed("its output ended")).start()
    with pytest.raises(EngineError, match="container mail is gone: its output ended; its last words:\nTraceback"):
        control.result("health", reply, 5)
    assert inbox.get(timeout=5) == Gone("mail", "its output ended")
    with pytest.raises(EngineError, match="container mail is gone"):
        control.request("health")


@pytest.mark.parametrize(
    "garbage",
    [
        b"\xff\xfe\x00\n",
        b"[]\n",
        b"{}\n",
        b"{\n",
        b'{"reply": "x"}\n',
        b'{"ask": 1}\n',
        b"[" * 100_000 + b"\n",
        b"NaN\n",
    ],
)
def test_garbage_does_not_stop_the_stream(garbage):
    """Lines that are no message are counted, and the next message is understood."""
    wire, control = opened()
    wire.receive(garbage)
    reply = control.start("health")
    wire.says(reply=wire.sent.get()["id"], ok=True, result={})
    assert control.result("health", reply, 1) == {}
    assert control.garbage == 1


def test_lines_are_cut_whatever_the_chunks_and_a_line_that_is_too_long_is_dropped():
    """Chunk borders do not matter, and memory is bounded."""
    text = b"one\n\ntwo\n" + b"x" * 50 + b"\nthree\nrest"
    for size in (1, 3, len(text)):
        lines, dropped = [], []
        cutter = Lines(lines.append, lambda dropped=dropped: dropped.append(1), limit=10)
        for start in range(0, len(text), size):
            cutter.feed(text[start : start + size])
        assert lines == [b"one", b"two", b"three"]
        assert dropped == [1]
