"""Requests of a tool server to the one HTTP API it was made for: log-in, time limits, size limits, honest errors.

    api = Api.of(parameters, "the ticketing service")       # url, and token or login and password, as in LOGIN
    tickets = api.json("GET", path("api", "tickets"), query={"status": "open"})
    api.json("POST", path("api", "tickets", number, "comments"), {"text": text})
    answer = api.send("PROPFIND", path("share", folder), data=xml, headers={"Depth": "1"}, fine=(207, 404))

Whatever goes wrong becomes a ToolError whose text says who answered what. The log-in is sent to this API's host only:
redirects are not followed but told. Standard library only; TLS is verified against ``SSL_CERT_FILE``.
"""

from __future__ import annotations

import base64
import contextlib
import http.client
import json
import socket
import ssl
import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from mcp_stdio import ToolError

SECONDS = 20.0
BODY_LIMIT = 8 << 20
SAID_LIMIT = 600


@dataclass(frozen=True)
class Answer:
    """What the API answered."""

    status: int
    reason: str
    headers: Mapping[str, str]
    data: bytes

    @property
    def text(self) -> str:
        """The body as text, in the charset that was declared, or UTF-8."""
        charset = getattr(self.headers, "get_content_charset", lambda: None)() or "utf-8"
        try:
            return self.data.decode(charset, "replace")
        except LookupError:
            return self.data.decode("utf-8", "replace")


def path(*parts: Any) -> str:
    """Return an absolute path of these parts, each quoted whole: a slash in an argument opens no other path.

    Raises:
        ToolError: If a part is empty or a dot segment, which servers would resolve to somewhere else.
    """
    for part in parts:
        if str(part) in ("", ".", ".."):
            raise ToolError(f"{str(part)!r} cannot be part of an address")
    return "/" + "/".join(quote(str(part).encode("utf-8", "replace"), safe="") for part in parts)


class Api:
    """One HTTP API and the log-in to it; one connection a request.

    Args:
        url: Where it is, such as ``http://tickets.midori.example``; paths of requests are appended to its own.
        who: What errors call it, such as ``the ticketing service``.
        token: Bearer token; or
        login: user name and
        password: password of a basic log-in.
        seconds: How long a whole request may take.
    """

    def __init__(
        self, url: str, who: str, *, token: str = "", login: str = "", password: str = "", seconds: float = SECONDS
    ) -> None:
        self.who, self.seconds = who, seconds
        parts = urlsplit(url if "//" in url else f"http://{url}")
        self.tls, self.host, self.prefix = parts.scheme == "https", parts.hostname or "", parts.path.rstrip("/")
        self.port = parts.port
        self.base = f"{parts.scheme}://{parts.netloc}{self.prefix}"
        self.login = {}
        if token:
            self.login = {"Authorization": f"Bearer {token}"}
        elif login:
            pair = base64.b64encode(f"{login}:{password}".encode()).decode()
            self.login = {"Authorization": f"Basic {pair}"}

    @classmethod
    def of(cls, parameters: Mapping[str, Any], who: str) -> Api:
        """Make one from a tool's parameters: ``url``, and ``token`` or ``login`` and ``password``; ``timeout``."""
        given = {key: str(parameters.get(key, "")) for key in ("token", "login", "password")}
        return cls(str(parameters.get("url", "")), who, seconds=float(parameters.get("timeout", SECONDS)), **given)

    def json(self, method: str, path: str, body: Any = None, query: Mapping[str, Any] | None = None) -> Any:
        """Make a request and return the JSON value of its answer; None for an empty one.

        Args:
            method: HTTP method.
            path: From ``path``; appended to the API's own.
            body: JSON value to send; None for none.
            query: Query fields; those that are None or empty are left out.

        Raises:
            ToolError: If there is no answer, it is an error, or it is no JSON.
        """
        data, headers = None, {"Accept": "application/json"}
        if body is not None:
            data = json.dumps(body, ensure_ascii=False).encode("utf-8", "replace")
            headers["Content-Type"] = "application/json"
        answer = self.send(method, path, data, headers, query)
        if not answer.data.strip():
            return None
        try:
            return json.loads(answer.data)
        except (ValueError, RecursionError) as error:
            raise ToolError(f"{self.who} answered with something that is no JSON: {said(answer)}") from error

    def send(
        self,
        method: str,
        path: str,
        data: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        query: Mapping[str, Any] | None = None,
        fine: Collection[int] = (),
    ) -> Answer:
        """Make a request and return its answer.

        Args:
            method: HTTP method.
            path: From ``path``; appended to the API's own.
            data: Body.
            headers: Headers.
            query: Query fields; those that are None or empty are left out.
            fine: Status codes outside 200 to 299 that are no errors here.

        Raises:
            ToolError: If there is no whole answer in time, it is too large, or its status is an error.
        """
        kept = {key: value for key, value in (query or {}).items() if value not in (None, "")}
        target = self.prefix + path + (f"?{urlencode(kept)}" if kept else "")
        try:
            answer = self._exchange(method, target, data, {**self.login, **(headers or {})})
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise ToolError(f"no answer from {self.who} ({self.host}): {error or type(error).__name__}") from error
        if 200 <= answer.status < 300 or answer.status in fine:
            return answer
        raise ToolError(f"{self.who} refused: {answer.status} {answer.reason}: {said(answer)}".rstrip(": "))

    def _exchange(self, method: str, target: str, data: bytes | None, headers: dict) -> Answer:
        end = time.monotonic() + self.seconds
        if self.tls:
            context = ssl.create_default_context()
            connection: http.client.HTTPConnection = http.client.HTTPSConnection(
                self.host, self.port, timeout=self.seconds, context=context
            )
        else:
            connection = http.client.HTTPConnection(self.host, self.port, timeout=self.seconds)
        try:
            connection.connect()
            # The response takes the socket for itself; the time that is left is set on it again before each read.
            line: socket.socket = connection.sock
            connection.request(method, target, data, headers)
            with contextlib.closing(connection.getresponse()) as response:
                body = bytearray()
                while chunk := response.read1(1 << 16):
                    body += chunk
                    if len(body) > BODY_LIMIT:
                        raise ValueError(f"the answer is larger than {BODY_LIMIT} bytes")
                    if (left := end - time.monotonic()) <= 0:
                        raise TimeoutError(f"the answer was not complete after {self.seconds:g} s")
                    line.settimeout(left)
                if response.length:
                    raise ValueError(f"the answer ended {response.length} bytes too early")
                return Answer(response.status, response.reason, response.headers, bytes(body))
        finally:
            connection.close()


def said(answer: Answer) -> str:
    """Return what an answer says in its ``error`` or ``message`` field, or the beginning of its text."""
    location = answer.headers.get("Location") or ""
    if 300 <= answer.status < 400 and location:
        return f"it points to {location[:SAID_LIMIT]}"
    text = answer.text.strip()
    try:
        fields = json.loads(text)
        for name in ("error", "message", "detail"):
            if isinstance(fields, dict) and isinstance(fields.get(name), str):
                text = fields[name]
                break
    except (ValueError, RecursionError):
        pass
    return text if len(text) <= SAID_LIMIT else text[:SAID_LIMIT] + " ..."
