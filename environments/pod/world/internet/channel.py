"""One TCP connection of a client, plain or TLS. What it sends is recorded as it is read."""

import asyncio
import contextlib
import socket
import ssl
import struct

READ_SIZE = 65_536
DRAIN_LIMIT = 8 << 20
"""Bytes that are still read from a connection that is about to be closed."""
RESET = struct.pack("ii", 1, 0)


class Channel:
    """Reads and writes one connection.

    ``record`` is what was sent over it, ``destination`` the name or address it was made to, ``names`` what else the
    client calls the destination, ``asked_name`` the name in its TLS handshake, ``handshake_size`` its bytes.
    """

    def __init__(self, connection, record):
        self.socket = connection
        # Otherwise a TLS answer waits 40 ms for the acknowledgement of the session ticket before it.
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.record = record
        self.secure = False
        self.asked_name = ""
        self.destination = record.host
        self.names = []
        self.handshake_size = 0
        self._loop = asyncio.get_running_loop()
        self._tls = None
        self._incoming = self._outgoing = None
        self._ended = self._refused = False

    async def first(self):
        """Return the first bytes, not recorded yet: the caller knows by them how to go on."""
        return await self._loop.sock_recv(self.socket, READ_SIZE)

    def take(self, data):
        """Record bytes that were read by ``first``."""
        if data:
            self.record.add(data)
        return data

    async def read(self):
        """Return what is sent next, empty at the end."""
        if self._tls is None:
            return self.take(await self._loop.sock_recv(self.socket, READ_SIZE))
        while not self._ended:
            try:
                data = self._tls.read(READ_SIZE)
            except ssl.SSLWantReadError:
                await self._flush()
                await self._more()
            except (ssl.SSLError, OSError):
                break
            else:
                return self.take(data)
        return b""

    async def write(self, data):
        """Send an answer."""
        if self._tls is None:
            await self._loop.sock_sendall(self.socket, data)
            return
        for start in range(0, len(data), READ_SIZE):
            self._tls.write(data[start : start + READ_SIZE])
            await self._flush()

    async def start_tls(self, context, hello):
        """Answer a TLS client.

        Args:
            context: The server side's context.
            hello: What the client has sent so far.

        Raises:
            ssl.SSLError: If the client does not go on; ``asked_name`` is set when it named a host.
        """
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        tls = context.wrap_bio(self._incoming, self._outgoing, server_side=True)
        self._incoming.write(hello)
        self.handshake_size = len(hello)
        try:
            while True:
                try:
                    tls.do_handshake()
                    break
                except ssl.SSLWantReadError:
                    await self._flush()
                    await self._more()
                    if self._ended:
                        raise ssl.SSLError("the client hung up during the handshake") from None
        finally:
            self.asked_name = getattr(tls, "asked_name", "")
            await self._flush()
        self._tls, self.secure = tls, True

    async def _more(self):
        data = await self._loop.sock_recv(self.socket, READ_SIZE)
        self.record.touch()
        if data and self._tls is None:
            # Until the handshake is done it may be anything; afterwards it is read decrypted.
            self.take(data)
            self.handshake_size += len(data)
        if data:
            self._incoming.write(data)
        else:
            self._ended = True
            self._incoming.write_eof()

    async def _flush(self):
        if self._outgoing.pending:
            await self._loop.sock_sendall(self.socket, self._outgoing.read())

    def claim(self, names, *claimed):
        """Set the record's host: the destination, and what the client calls it when that is something else.

        A client that names a harmless host on a connection to another one must not look harmless.

        Args:
            names: Whose address is whose.
            claimed: Names from the TLS handshake and the request; empty ones are ignored.
        """
        self.names = [name for name in dict.fromkeys(claimed) if name and name != self.destination]
        if len(self.names) == 1 and names.address(self.names[0]) == self.record.address:
            self.destination, self.names = self.names[0], []
        self.record.host = " at ".join([*self.names, self.destination])

    def drain(self):
        """Record what has arrived and was not read; nothing is waited for."""
        left = DRAIN_LIMIT
        try:
            while left > 0:
                data = self.socket.recv(READ_SIZE)
                if not data:
                    break
                left -= len(data)
                if self._tls is None:
                    self.take(data)
                else:
                    self._incoming.write(data)
                    self._drain_tls()
        except OSError:
            pass
        if self._tls is not None:
            self._drain_tls()

    def _drain_tls(self):
        try:
            while data := self._tls.read(READ_SIZE):
                self.take(data)
        except (ssl.SSLError, OSError):
            pass

    def acknowledge(self):
        """Acknowledge at once what was received, so that a client's kernel sends what it holds back."""
        with contextlib.suppress(OSError):
            self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)

    def refuse(self):
        """End the connection by a reset, as a firewall does."""
        self.drain()
        self._refused = True
        with contextlib.suppress(OSError):
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)

    def close(self):
        """End the connection and tell what is still to be told of it."""
        self.drain()
        self.record.tell_waiting()
        if self._tls is not None and not self._refused:
            with contextlib.suppress(ssl.SSLError, OSError):
                self._tls.unwrap()
            with contextlib.suppress(OSError):
                self.socket.send(self._outgoing.read())
        self.socket.close()
