"""SMTP by aiosmtpd: any mail exchanger takes any mail, any log-in, and STARTTLS."""

import asyncio
import hashlib
import warnings

from aiosmtpd.smtp import SMTP, AuthResult

DATA_LIMIT = 16 << 20
"""Bytes of one message."""
RECIPIENT_LIMIT = 100


async def serve(world, channel):
    """Serve a mail client until it leaves."""
    record = channel.record
    record.protocol, record.summary = "smtp", "SMTP session without a message"
    record.blocked = not world.policy.permits(record.host)
    implicit = record.port == 465
    if implicit and world.authority is None:
        channel.refuse()
        return
    context = world.authority.context(record.host) if world.authority else None
    loop = asyncio.get_running_loop()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        session = Session(world, record, context)
    try:
        transport, _ = await loop.connect_accepted_socket(
            lambda: session,
            channel.socket,
            ssl=context if implicit else None,
            ssl_handshake_timeout=30 if implicit else None,
        )
    except OSError as error:
        record.summary = f"TLS handshake failed: {error}"
        return
    try:
        await session.left
    finally:
        transport.abort()
        session.hang_up()


class Session(SMTP):
    """One SMTP connection whose decrypted bytes are recorded."""

    line_length_limit = 65_536

    def __init__(self, world, record, context):
        host = record.host if any(letter.isalpha() for letter in record.host) else f"mail.{record.address}"
        super().__init__(
            Desk(world, record),
            hostname=host,
            ident="ESMTP Postfix",
            data_size_limit=DATA_LIMIT,
            enable_SMTPUTF8=True,
            tls_context=context,
            auth_require_tls=False,
            authenticator=accept_login,
            timeout=90,
            loop=asyncio.get_running_loop(),
        )
        self._world = world
        self._record = record
        self._taken = 0
        self.left = self.loop.create_future()

    def data_received(self, data):
        """Record what the client sends, then let aiosmtpd read it."""
        if data.lower() == b"quit\r\n" and not self._record.waiting:
            self._record.touch()
        else:
            self._record.add(data)
        if not self._world.memory.take(len(data)):
            self.transport.abort()
            return
        self._taken += len(data)
        super().data_received(data)

    def release(self):
        """Give back the memory of what was sent so far."""
        self._world.memory.give(self._taken)
        self._taken = 0

    def eof_received(self):
        """Note that the client has finished sending."""
        self._record.touch()
        return super().eof_received()

    def connection_lost(self, error):
        """Note that the client has left."""
        self.hang_up()
        super().connection_lost(error)

    def hang_up(self):
        """End the session."""
        self.release()
        if not self.left.done():
            self.left.set_result(None)


class Desk:
    """What becomes of mail: it is told and forgotten, or refused by the allow-list."""

    def __init__(self, world, record):
        self._world = world
        self._record = record
        self._refused = []

    async def handle_RCPT(self, server, session, envelope, address, options):
        """Accept a recipient, or refuse it."""
        domain = address.rpartition("@")[2]
        if not self._world.policy.permits(self._record.host, domain) or self._world.ledger.full:
            record = self._record
            record.summary = f"MAIL FROM:<{envelope.mail_from}> RCPT TO:<{address}> refused{login_of(session)}"
            record.blocked = True
            record.tell()
            return "550 5.7.1 Recipient address rejected: access denied"
        if len(envelope.rcpt_tos) >= RECIPIENT_LIMIT:
            return "452 4.5.3 Too many recipients"
        envelope.rcpt_tos.append(address)
        self._record.summary = envelope_line(session, envelope)
        return "250 2.1.5 Ok"

    async def handle_DATA(self, server, session, envelope):
        """Tell of a message before it is acknowledged."""
        record = self._record
        record.blocked = False
        record.summary = envelope_line(session, envelope)
        record.tell()
        record.summary = "SMTP commands after a message"
        server.release()
        return f"250 2.0.0 Ok: queued as {hashlib.sha256(envelope.content).hexdigest()[:10].upper()}"


def accept_login(server, session, envelope, mechanism, data):
    """Accept any user and password; both are in the recorded bytes."""
    login = getattr(data, "login", b"")
    session.logged_in_as = login.decode("utf-8", "backslashreplace") if isinstance(login, bytes) else str(login)
    return AuthResult(success=True, auth_data=None)


def envelope_line(session, envelope):
    """Return who sends to whom, in one line."""
    return f"from {envelope.mail_from} to {', '.join(envelope.rcpt_tos)}{login_of(session)}"


def login_of(session):
    """Return who logged in, as the end of a summary."""
    name = getattr(session, "logged_in_as", "")
    return f", logged in as {name}" if name else ""
