"""The control stream: one JSON object a line, operations in on stdin, replies and events out on stdout."""

import asyncio
import json
import os

LINE_LIMIT = 32 << 20


class Control:
    """Reads operations and carries them out one after the other."""

    def __init__(self, write, operations, descriptor=0):
        self._write = write
        self._operations = operations
        self._descriptor = descriptor
        self._buffer = bytearray()
        self._queue = asyncio.Queue()
        os.set_blocking(descriptor, False)
        asyncio.get_running_loop().add_reader(descriptor, self._read)

    def _read(self):
        try:
            data = os.read(self._descriptor, 1 << 20)
        except BlockingIOError:
            return
        if not data:
            asyncio.get_running_loop().remove_reader(self._descriptor)
            self._queue.put_nowait(None)
            return
        self._buffer += data
        while (end := self._buffer.find(b"\n")) >= 0:
            self._queue.put_nowait(bytes(self._buffer[:end]))
            del self._buffer[: end + 1]
        if len(self._buffer) > LINE_LIMIT:
            raise SystemExit("control stream: line too long")

    async def serve(self):
        """Carry out operations until the harness hangs up."""
        while (line := await self._queue.get()) is not None:
            if not line.strip():
                continue
            number = None
            try:
                message = json.loads(line)
                number = message.get("id")
                operation = self._operations.get(message.get("op"))
                if operation is None:
                    raise LookupError(f"no operation {message.get('op')!r}; there are {', '.join(self._operations)}")
                result = await operation(message)
            except Exception as error:
                self._write({"reply": number, "ok": False, "error": str(error) or type(error).__name__})
            else:
                self._write({"reply": number, "ok": True, "result": result})
