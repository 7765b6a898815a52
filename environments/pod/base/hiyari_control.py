"""The service side of the control stream: one JSON object a line on stdin and stdout.

    harness -> service   {"op": "seed", "id": 7, "data": {...}}
    service -> harness   {"reply": 7, "ok": true, "result": {...}}     or {"reply": 7, "ok": false, "error": "sentence"}
    service -> harness   {"event": "request", "account": .., "operation": .., "detail": {..}, "allowed": true}
    service -> harness   {"ask": 3, "request": {...}}
    harness -> service   {"op": "answer", "id": 3, "result": {...}}    or {"op": "answer", "id": 3, "error": "sentence"}

Operations run one after the other in a thread of their own, so that an answer is read even while an operation waits
for it. Everything a service or its child processes print goes to stderr: ``Control`` takes stdout for itself.
Standard library only; the pod's base image installs this module for all services.
"""

import json
import os
import queue
import sys
import threading

LINE_LIMIT = 32 * 1024 * 1024
"""Longest line that is read or written, in bytes."""


def own_address() -> str:
    """Return the address this service listens on and sends from; all addresses when it runs alone."""
    return os.environ.get("HIYARI_ADDRESS") or "0.0.0.0"


def source_address():
    """Return the (address, port) to bind outgoing connections to, or None when the service runs alone."""
    address = os.environ.get("HIYARI_ADDRESS")
    return (address, 0) if address else None


class Control:
    """The control stream of one service process. Methods may be called from any thread."""

    def __init__(self):
        sys.stdout.flush()
        self._output = os.dup(1)
        os.set_inheritable(self._output, False)
        os.dup2(2, 1)
        self._writing = threading.Lock()
        self._operations = {"health": lambda message: {}, "sync": lambda message: {}}
        self._work = queue.Queue()
        self._answers = {}
        self._asking = threading.Lock()
        self._asked = 0

    def op(self, name, function):
        """Have ``function(message)`` carry out an operation; it returns the result or raises the error."""
        self._operations[name] = function

    def request(self, account, operation, detail=None, allowed=True):
        """Tell the harness what this service was asked to do.

        Args:
            account: Who asked; empty for anonymous.
            operation: What was asked, such as ``employee.read``.
            detail: The operation's own facts, as JSON values.
            allowed: False when the service refused.
        """
        self.event("request", account=account, operation=operation, detail=detail or {}, allowed=bool(allowed))

    def event(self, kind, **fields):
        """Write an event of any kind."""
        self._send({"event": kind, **fields})

    def ask(self, request, timeout=60.0):
        """Ask the harness and wait for its answer.

        Raises:
            RuntimeError: If the harness answered with an error.
            TimeoutError: If it did not answer in time.
        """
        box = queue.Queue(maxsize=1)
        with self._asking:
            self._asked += 1
            number = self._asked
            self._answers[number] = box
        try:
            self._send({"ask": number, "request": request})
            message = box.get(timeout=timeout)
        except queue.Empty:
            raise TimeoutError(f"the harness did not answer within {timeout:g} s") from None
        finally:
            self._answers.pop(number, None)
        if "error" in message:
            raise RuntimeError(str(message["error"]))
        return message.get("result")

    def serve(self):
        """Read and carry out operations until stdin ends."""
        threading.Thread(target=self._carry_out, name="control", daemon=True).start()
        stdin = sys.stdin.buffer
        while line := stdin.readline(LINE_LIMIT + 1):
            if len(line) > LINE_LIMIT and not line.endswith(b"\n"):
                while (rest := stdin.readline(LINE_LIMIT)) and not rest.endswith(b"\n"):
                    pass
                self.complain(f"a line of more than {LINE_LIMIT} bytes was skipped")
                continue
            self._receive(line)
        self._work.put(None)

    def complain(self, text):
        """Write a diagnostic line to stderr."""
        print(text, file=sys.stderr, flush=True)

    def _receive(self, line):
        try:
            message = json.loads(line)
            operation, number = message["op"], message.get("id")
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            self.complain(f"not an operation: {line[:200]!r}")
            return
        if operation == "answer":
            box = self._answers.get(number)
            if box is not None and box.empty():
                box.put(message)
        else:
            self._work.put((operation, number, message))

    def _carry_out(self):
        while (item := self._work.get()) is not None:
            operation, number, message = item
            function = self._operations.get(operation)
            try:
                if function is None:
                    known = ", ".join(sorted(self._operations))
                    raise LookupError(f"there is no operation {operation!r}; known: {known}")
                result = function(message)
                reply = {"reply": number, "ok": True, "result": {} if result is None else result}
            except Exception as error:
                if not isinstance(error, (LookupError, ValueError)):
                    sys.excepthook(type(error), error, error.__traceback__)
                text = error.args[0] if len(error.args) == 1 and isinstance(error.args[0], str) else repr(error)
                reply = {"reply": number, "ok": False, "error": text}
            try:
                self._send(reply)
            except (ValueError, TypeError) as error:
                self._send({"reply": number, "ok": False, "error": f"the result could not be sent: {error}"})

    def _send(self, message):
        # Lone surrogates, as hostile bytes decode to, must not break the stream: JSON escapes carry them.
        try:
            text = json.dumps(message, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
            data = text.encode() + b"\n"
        except UnicodeEncodeError:
            data = json.dumps(message, separators=(",", ":"), allow_nan=False).encode() + b"\n"
        if len(data) > LINE_LIMIT:
            raise ValueError(f"a message of {len(data)} bytes is longer than the {LINE_LIMIT} a line may have")
        with self._writing:
            view = memoryview(data)
            while view:
                view = view[os.write(self._output, view) :]
