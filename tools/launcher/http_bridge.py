"""A bridge to an MCP server that speaks streamable HTTP: MCP over stdin and stdout here, HTTP over there.

It runs in the agent container like any tool server, so that a call takes the way it would take there: by the pod's
names and addresses, seen by whoever watches its network. The harness has no path of its own to the server.

Every message is one POST, whose answer is a JSON message or a stream of events; a GET, where the server offers it,
brings what the server says unasked. Spoken are the revisions 2025-03-26 to 2025-11-25, which open with ``initialize``;
a server that knows only later ones refuses. Source: Model Context Protocol specification 2025-11-25, Transports.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import ssl
import sys
import threading
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from mcp_stdio import METHOD_NOT_FOUND, lines

CONNECT_SECONDS = 20.0
ANSWER_SECONDS = 700.0
MESSAGE_LIMIT = 8 << 20
POSTS_LIMIT = 16
RETRY_SECONDS, LONGEST_RETRY_SECONDS = 1.0, 30.0
FAULTS = (OSError, http.client.HTTPException, ValueError, RecursionError)
UNREACHABLE = -32000


class Bridge:
    """One server behind a URL.

    Args:
        url: Where it is.
        headers: Headers of every request, such as a log-in.
        output: Descriptor that messages are written to.
    """

    def __init__(self, url: str, headers: dict, output: int) -> None:
        parts = urlsplit(url)
        self.tls, self.host, self.port = parts.scheme == "https", parts.hostname or "", parts.port
        self.target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        self.headers = {str(name): str(value) for name, value in headers.items()}
        self.session = self.version = ""
        self.output = output
        self.lock = threading.Lock()
        self.posts = threading.BoundedSemaphore(POSTS_LIMIT)
        self.listening = False

    def hear(self, line: bytes) -> None:
        """Take one message of the harness."""
        message = json.loads(line)
        if not isinstance(message, dict):
            return
        if message.get("method") == "server/discover":
            # The opening of later revisions, whose HTTP differs; the harness then opens with initialize.
            self.refuse(message, METHOD_NOT_FOUND, "this bridge opens with initialize")
            return
        if message.get("method") in ("initialize", "notifications/initialized"):
            # What follows needs the session that these open.
            self.post(message)
            return
        self.posts.acquire()
        try:
            threading.Thread(target=self.posted, args=(message,), daemon=True).start()
        except RuntimeError as error:
            self.posts.release()
            self.refuse(message, UNREACHABLE, str(error))

    def posted(self, message: dict) -> None:
        try:
            self.post(message)
        finally:
            self.posts.release()

    def post(self, message: dict) -> None:
        """Send one message, and write what is answered."""
        try:
            with self.request("POST", json.dumps(message).encode()) as response:
                self.answered(message, response)
        except FAULTS as error:
            self.refuse(message, UNREACHABLE, f"no answer from {self.host}: {error or type(error).__name__}")
            return
        if message.get("method") == "notifications/initialized" and not self.listening:
            self.listening = True
            threading.Thread(target=self.listen, daemon=True).start()

    def answered(self, message: dict, response: http.client.HTTPResponse) -> None:
        kind = (response.headers.get_content_type() or "").lower()
        if response.status == 404 and self.session:
            # The harness has one conversation with a server; it does not begin another unasked.
            self.refuse(message, UNREACHABLE, "the server ended the session")
            os._exit(1)
        if response.status >= 300:
            said = whole(response)[:300].decode("utf-8", "replace")
            self.refuse(message, UNREACHABLE, f"{self.host} answered {response.status} {response.reason}: {said}")
            return
        if message.get("method") == "initialize":
            self.session = response.headers.get("Mcp-Session-Id") or ""
        complete = "id" not in message or "method" not in message
        if kind == "text/event-stream":
            for _, data in events(response):
                complete |= self.passed(data, message)
                if complete and "id" in message:
                    break
        elif response.status != 202:
            data = whole(response)
            complete |= bool(data.strip()) and self.passed(data, message)
        if not complete:
            self.refuse(message, UNREACHABLE, f"{self.host} ended its answer without a result")

    def passed(self, data: bytes, message: dict) -> bool:
        """Write what a server says, on one line; return whether it answers this message."""
        said = json.loads(data)
        answers = False
        for each in said if isinstance(said, list) else [said]:
            if not isinstance(each, dict):
                raise ValueError("it said something that is no message")
            answers |= "method" not in each and each.get("id") == message.get("id")
            result = each.get("result")
            if answers and message.get("method") == "initialize" and isinstance(result, dict):
                self.version = str(result.get("protocolVersion") or "")
            self.write(each)
        return answers

    def listen(self) -> None:
        """Write what the server says unasked, as long as it offers a stream for it."""
        last, retry = "", RETRY_SECONDS
        while True:
            with contextlib.suppress(*FAULTS):
                more = {"Last-Event-ID": last} if last else {}
                with self.request("GET", None, more) as response:
                    if response.status != 200 or response.headers.get_content_type() != "text/event-stream":
                        return
                    retry = RETRY_SECONDS
                    for number, data in events(response):
                        last = number
                        self.passed(data, {})
            time.sleep(retry)
            retry = min(LONGEST_RETRY_SECONDS, 2 * retry)

    @contextlib.contextmanager
    def request(self, method: str, data: bytes | None, more: dict | None = None) -> Iterator[http.client.HTTPResponse]:
        if self.tls:
            context = ssl.create_default_context()
            line: http.client.HTTPConnection = http.client.HTTPSConnection(
                self.host, self.port, timeout=CONNECT_SECONDS, context=context
            )
        else:
            line = http.client.HTTPConnection(self.host, self.port, timeout=CONNECT_SECONDS)
        headers = {"Accept": "application/json, text/event-stream", **self.headers, **(more or {})}
        if data is not None:
            headers["Content-Type"] = "application/json"
        if self.session:
            headers["Mcp-Session-Id"] = self.session
        if self.version:
            headers["MCP-Protocol-Version"] = self.version
        try:
            line.connect()
            line.sock.settimeout(None if method == "GET" else ANSWER_SECONDS)
            line.request(method, self.target, data, headers)
            yield line.getresponse()
        finally:
            line.close()

    def refuse(self, message: dict, code: int, text: str) -> None:
        """Answer a request in the server's place; of anything else, complain."""
        if "id" in message and "method" in message:
            self.write({"jsonrpc": "2.0", "id": message["id"], "error": {"code": code, "message": text}})
        else:
            print(text, file=sys.stderr, flush=True)

    def write(self, message: Any) -> None:
        data = memoryview(json.dumps(message).encode() + b"\n")
        with self.lock:
            while data:
                data = data[os.write(self.output, data) :]

    def end(self) -> None:
        """Tell the server that the session is over."""
        if self.session:
            with contextlib.suppress(OSError, http.client.HTTPException), self.request("DELETE", None) as response:
                response.read(1)


def whole(response: http.client.HTTPResponse) -> bytes:
    data = response.read(MESSAGE_LIMIT + 1)
    if len(data) > MESSAGE_LIMIT:
        raise ValueError(f"its answer is larger than {MESSAGE_LIMIT} bytes")
    return data


def events(response: http.client.HTTPResponse) -> Iterator[tuple[str, bytes]]:
    """Yield id and data of each event of a stream.

    Source: HTML Living Standard, 9.2.6, interpreting an event stream.
    """
    number, data, size = "", [], 0
    while line := response.readline(MESSAGE_LIMIT + 1):
        size += len(line)
        if size > MESSAGE_LIMIT:
            raise ValueError(f"one event is larger than {MESSAGE_LIMIT} bytes")
        line = line.rstrip(b"\r\n")
        if line:
            field, _, value = line.partition(b":")
            value = value.removeprefix(b" ")
            if field == b"data":
                data.append(value)
            elif field == b"id":
                number = value.decode("latin-1")[:1000]
            continue
        if any(data):
            yield number, b"\n".join(data)
        data, size = [], 0


def main() -> None:
    """Bridge stdin and stdout until stdin ends; its first line is the launcher's hand-over."""
    output = os.dup(1)
    os.set_inheritable(output, False)
    os.dup2(2, 1)
    conversation = lines(0)
    given = json.loads(next(conversation, b"{}") or b"{}").get("parameters") or {}
    bridge = Bridge(str(given.get("url", "")), given.get("headers") or {}, output)
    for line in conversation:
        if line.strip():
            bridge.hear(line)
    bridge.end()
    # Threads that still wait for answers nobody wants would keep the process.
    os._exit(0)


if __name__ == "__main__":
    main()
