"""PID 1 of the world container: makes the network, starts the sinks as an ordinary user, serves and outlives them."""

import gc
import os
import signal
import socket
import sys
import time

from . import keeper, network, rights

FAILED = 70
"""Exit code when the network could not be made or the sinks died; nothing answers any more."""


def main():
    """Run the container."""
    began = time.monotonic()
    # What is loaded at the start stays; looking through it for garbage is a twentieth of the start.
    gc.disable()
    try:
        network.build()
        sockets = network.open_sockets()
    except (OSError, RuntimeError) as error:
        print(f"world: the network could not be made: {error}", file=sys.stderr, flush=True)
        return FAILED
    ours, theirs = socket.socketpair()
    child = os.fork()
    if child == 0:
        ours.close()
        rights.become_sink()
        from . import sink

        os._exit(sink.main(*sockets, theirs, began))
    gc.freeze()
    gc.enable()
    theirs.close()
    for each in sockets:
        each.close()
    silence = os.open(os.devnull, os.O_RDWR)
    os.dup2(silence, 0)
    os.dup2(silence, 1)
    rights.keep_only(rights.NET_ADMIN, rights.DAC_READ_SEARCH)
    ended = {}
    signal.signal(signal.SIGCHLD, lambda *_: reap(ended))
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    keeper.serve(ours)
    while child not in ended:
        reap(ended)
        time.sleep(0.01)
    return 0 if os.waitstatus_to_exitcode(ended[child]) == 0 else FAILED


def reap(ended):
    """Collect children that ended, also those that others left behind."""
    while True:
        try:
            child, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if child == 0:
            return
        ended[child] = status


if __name__ == "__main__":
    sys.exit(main())
