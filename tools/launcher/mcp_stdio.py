"""A tool server: MCP over stdin and stdout, newline-delimited JSON-RPC 2.0, Python standard library only.

    def build(parameters, language):            # parameters: `with` of environment.yaml; language: "ja" or "en"
        arguments = {"name": prop("string", "Who.", "相手。")}
        return [Tool("greet", {"en": "Greet.", "ja": "挨拶する。"}, arguments, greet, ["name"])]

    def main():
        serve("greeter", build)

The first line on stdin is the launcher's hand-over ``{"parameters": ..., "language": ...}``; what follows is MCP. Both
ways of opening are spoken: ``initialize`` (revisions 2024-11-05 to 2025-11-25) and ``server/discover`` (2026-07-28),
then ``tools/list``, ``tools/call``, ``ping`` and ``notifications/cancelled``. Source: the Model Context Protocol
specification, https://modelcontextprotocol.io/specification.

A handler gets a Call and the arguments as keywords and returns text, or a list of text and Image; it raises ToolError
for an honest failure. Handlers run in one of two threads that exist from the start, so that a fork bomb does not keep
the server from answering.
"""

from __future__ import annotations

import base64
import json
import os
import queue
import sys
import threading
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

HANDSHAKE_VERSIONS = ("2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25")
MODERN_VERSION = "2026-07-28"
LINE_LIMIT = 8 << 20
PARSE_ERROR, INVALID_REQUEST, METHOD_NOT_FOUND, INVALID_PARAMS = -32700, -32600, -32601, -32602


class ToolError(Exception):
    """An honest failure: its text is what the agent reads."""


@dataclass(frozen=True)
class Image:
    """An image in a result."""

    data: bytes
    type: str


@dataclass
class Call:
    """One call in progress."""

    id: Any
    cancelled: threading.Event = field(default_factory=threading.Event)
    on_cancel: list = field(default_factory=list)

    def cancel(self) -> None:
        self.cancelled.set()
        for act in self.on_cancel:
            act()


@dataclass(frozen=True)
class Tool:
    """One tool: name, description and schema by language, and the function that does it."""

    name: str
    description: dict
    properties: dict
    handler: Callable[..., Any]
    required: list = field(default_factory=list)

    def definition(self, language: str) -> dict:
        return {
            "name": self.name,
            "description": said(self.description, language),
            "inputSchema": {
                "type": "object",
                "properties": {key: localised(value, language) for key, value in self.properties.items()},
                "required": list(self.required),
                "additionalProperties": False,
            },
        }


def said(texts: dict, language: str) -> str:
    return texts.get(language) or texts.get("en") or ""


def localised(schema: Any, language: str) -> Any:
    """Return a schema with every ``description`` of two languages reduced to one."""
    if isinstance(schema, dict):
        return {
            key: said(value, language)
            if key == "description" and isinstance(value, dict)
            else localised(value, language)
            for key, value in schema.items()
        }
    return schema


def prop(kind: Any, en: str, ja: str, **more: Any) -> dict:
    """Return the JSON schema of one argument."""
    schema = dict(kind) if isinstance(kind, dict) else {"type": kind}
    return {**schema, "description": {"en": en, "ja": ja}, **more}


TYPES = {
    "string": str,
    "integer": int,
    "number": (int, float),
    "boolean": bool,
    "object": dict,
    "array": list,
}


def fault(schema: dict, value: Any, where: str) -> str:
    """Return what is wrong with an argument; empty when nothing is."""
    if "anyOf" in schema:
        faults = [fault(option, value, where) for option in schema["anyOf"]]
        return "" if "" in faults else " / ".join(faults)
    kind = schema.get("type")
    if kind in TYPES and (not isinstance(value, TYPES[kind]) or (isinstance(value, bool) and kind != "boolean")):
        return f"{where} must be of type {kind}"
    if "enum" in schema and value not in schema["enum"]:
        return f"{where} must be one of {', '.join(map(str, schema['enum']))}"
    if kind in ("integer", "number") and not schema.get("minimum", value) <= value <= schema.get("maximum", value):
        return f"{where} must be from {schema.get('minimum', '-inf')} to {schema.get('maximum', 'inf')}"
    if kind == "array" and "items" in schema:
        return next(filter(None, (fault(schema["items"], item, f"{where}[]") for item in value)), "")
    if kind == "object" and isinstance(schema.get("additionalProperties"), dict):
        return next(
            filter(None, (fault(schema["additionalProperties"], v, f"{where}.{k}") for k, v in value.items())), ""
        )
    return ""


class Session:
    """One server's conversation."""

    def __init__(self, name: str, tools: list, language: str, output: int) -> None:
        self.name, self.language, self.output = name, language, output
        self.tools = {tool.name: tool for tool in tools}
        self.calls: dict = {}
        self.waiting: queue.Queue = queue.Queue()
        self.lock = threading.Lock()
        for _ in range(2):
            threading.Thread(target=self.work, daemon=True).start()

    def write(self, message: dict) -> None:
        data = memoryview(json.dumps(message, ensure_ascii=False).encode("utf-8", "replace") + b"\n")
        with self.lock:
            while data:
                data = data[os.write(self.output, data) :]

    def answer(self, id_: Any, result: dict) -> None:
        self.write({"jsonrpc": "2.0", "id": id_, "result": result})

    def refuse(self, id_: Any, code: int, message: str, data: Any = None) -> None:
        error = {"code": code, "message": message}
        self.write({"jsonrpc": "2.0", "id": id_, "error": error if data is None else {**error, "data": data}})

    def hear(self, line: bytes) -> None:
        try:
            message = json.loads(line)
        except (ValueError, RecursionError):
            self.refuse(None, PARSE_ERROR, "this is not JSON")
            return
        if not isinstance(message, dict) or not isinstance(message.get("method"), str):
            return
        id_, method = message.get("id"), message["method"]
        params = message.get("params") if isinstance(message.get("params"), dict) else {}
        if id_ is None:
            call = self.calls.get(str(params.get("requestId")))
            if method == "notifications/cancelled" and call is not None:
                call.cancel()
            return
        if not isinstance(id_, (str, int)):
            self.refuse(None, INVALID_REQUEST, "the id is neither text nor a number")
            return
        meta = params.get("_meta") if isinstance(params.get("_meta"), dict) else {}
        version = meta.get("io.modelcontextprotocol/protocolVersion")
        if version is not None and version != MODERN_VERSION:
            self.refuse(
                id_, -32022, "unsupported protocol version", {"supported": [MODERN_VERSION], "requested": version}
            )
            return
        self.obey(id_, method, params)

    def obey(self, id_: Any, method: str, params: dict) -> None:
        about = {"capabilities": {"tools": {}}, "serverInfo": {"name": self.name, "version": "1"}}
        cached = {"resultType": "complete", "ttlMs": 0, "cacheScope": "private"}
        if method == "initialize":
            wanted = params.get("protocolVersion")
            self.answer(
                id_, {"protocolVersion": wanted if wanted in HANDSHAKE_VERSIONS else HANDSHAKE_VERSIONS[-1], **about}
            )
        elif method == "server/discover":
            self.answer(id_, {"supportedVersions": [MODERN_VERSION], **about, **cached})
        elif method == "ping":
            self.answer(id_, {})
        elif method == "tools/list":
            self.answer(id_, {"tools": [tool.definition(self.language) for tool in self.tools.values()], **cached})
        elif method == "tools/call":
            tool = self.tools.get(str(params.get("name")))
            if tool is None:
                self.refuse(
                    id_, INVALID_PARAMS, f"there is no tool {params.get('name')!r}; there are: {', '.join(self.tools)}"
                )
                return
            call = self.calls[str(id_)] = Call(id_)
            self.waiting.put((call, tool, params.get("arguments") or {}))
        else:
            self.refuse(id_, METHOD_NOT_FOUND, f"there is no method {method!r}")

    def work(self) -> None:
        while True:
            call, tool, arguments = self.waiting.get()
            if not call.cancelled.is_set():
                content, failed = run(tool, call, arguments)
                if not call.cancelled.is_set():
                    self.answer(call.id, {"content": content, "isError": failed, "resultType": "complete"})
            self.calls.pop(str(call.id), None)


def run(tool: Tool, call: Call, arguments: Any) -> tuple:
    """Do one call; returns its content and whether it failed. Never raises."""
    try:
        check(tool, arguments)
        said_ = tool.handler(call, **arguments)
        parts = said_ if isinstance(said_, list) else [said_]
        return [part(item) for item in parts], False
    except ToolError as error:
        return [part(str(error))], True
    except MemoryError:
        return [part("the tool ran out of memory")], True
    except Exception as error:
        traceback.print_exc(file=sys.stderr)
        return [part(f"the tool failed: {type(error).__name__}: {error}")], True


def check(tool: Tool, arguments: Any) -> None:
    if not isinstance(arguments, dict):
        raise ToolError("arguments must be a JSON object")
    for key in arguments:
        if key not in tool.properties:
            raise ToolError(f"there is no argument {key!r}; there are: {', '.join(tool.properties) or 'none'}")
    for key in tool.required:
        if key not in arguments:
            raise ToolError(f"argument {key!r} is missing")
    for key, value in arguments.items():
        wrong = fault(tool.properties[key], value, key)
        if wrong:
            raise ToolError(wrong)


def part(item: Any) -> dict:
    if isinstance(item, Image):
        return {"type": "image", "data": base64.b64encode(item.data).decode(), "mimeType": item.type}
    return {"type": "text", "text": str(item)}


def lines(descriptor: int) -> Any:
    """Yield lines from a descriptor; ends at its end, or at a line beyond LINE_LIMIT."""
    buffer = bytearray()
    while True:
        data = os.read(descriptor, 1 << 16)
        if not data:
            return
        scanned = len(buffer)
        buffer += data
        while (end := buffer.find(b"\n", scanned)) >= 0:
            yield bytes(buffer[:end])
            del buffer[: end + 1]
            scanned = 0
        if len(buffer) > LINE_LIMIT:
            return


def serve(name: str, build: Callable[[dict, str], list]) -> None:
    """Speak MCP on stdin and stdout until stdin ends. Whatever else prints goes to stderr."""
    output = os.dup(1)
    os.set_inheritable(output, False)
    os.dup2(2, 1)
    conversation = lines(0)
    first = json.loads(next(conversation, b"{}") or b"{}")
    tools = build(first.get("parameters") or {}, first.get("language") or "en")
    session = Session(name, tools, first.get("language") or "en", output)
    for line in conversation:
        if line.strip():
            session.hear(line)
