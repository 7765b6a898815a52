"""The one asyncio loop of the process that all tool servers of all pods share, in a daemon thread."""

from __future__ import annotations

import asyncio
import os
import threading

_lock = threading.Lock()
_loops: dict[int, asyncio.AbstractEventLoop] = {}


def shared_loop() -> asyncio.AbstractEventLoop:
    """Return the running loop, started at first use; a forked child gets one of its own."""
    with _lock:
        loop = _loops.get(os.getpid())
        if loop is None:
            _loops.clear()
            loop = _loops[os.getpid()] = asyncio.new_event_loop()
            threading.Thread(target=loop.run_forever, name="hiyari-mcp", daemon=True).start()
        return loop
