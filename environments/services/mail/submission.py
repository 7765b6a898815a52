"""SMTP on ports 25 and 587: delivers to local mailboxes and relays everything else to the MX of its domain."""

import asyncio
import contextlib
import hmac
import os
import smtplib
import threading
from email import message_from_bytes, policy
from email.mime.message import MIMEMessage
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from email.utils import format_datetime

import boxes
import dns.exception
import dns.resolver
from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword
from hiyari_control import own_address, source_address

SIZE_LIMIT = 4 * 1024 * 1024
SUBMITTED_AT_MOST = 24 * 1024 * 1024
"""Bytes taken in an episode; more would fill the service's memory, and an agent is not to bring its own world down."""
RECIPIENT_LIMIT = 200
TEXT_LIMIT = 16_384
HOST = os.environ.get("HIYARI_HOST") or "mail.localhost"


class Submission:
    """The SMTP server. Mail without login is taken for local recipients only."""

    def __init__(self, control, mailboxes):
        self._control = control
        self._boxes = mailboxes
        self.sent = []

    def start(self):
        """Listen on both ports in a thread of their own; return when they take connections."""
        ready = threading.Event()
        failure = []

        def run():
            loop = asyncio.new_event_loop()
            try:
                for port, login_required in ((25, False), (587, True)):
                    loop.run_until_complete(
                        loop.create_server(self._session(loop, login_required), own_address(), port)
                    )
            except OSError as error:
                failure.append(error)
                return
            finally:
                ready.set()
            loop.run_forever()

        threading.Thread(target=run, name="smtp", daemon=True).start()
        ready.wait()
        if failure:
            raise failure[0]

    def _session(self, loop, login_required):
        return lambda: SMTP(
            self,
            hostname=HOST,
            ident="ESMTP",
            data_size_limit=SIZE_LIMIT,
            enable_SMTPUTF8=True,
            authenticator=self._authenticate,
            auth_required=login_required,
            auth_require_tls=False,
            timeout=60,
            loop=loop,
        )

    def _authenticate(self, server, session, envelope, mechanism, data):
        login = password = b""
        if isinstance(data, LoginPassword):
            login, password = data.login, data.password
        account = login.decode("utf-8", "replace").partition("@")[0][:64]
        user = self._boxes.users.get(account)
        allowed = user is not None and hmac.compare_digest(user["password"].encode(), password)
        self._control.request(account, "mail.login", {"protocol": "smtp"}, allowed)
        return AuthResult(success=allowed, handled=False, auth_data=account if allowed else None)

    async def handle_MAIL(self, server, session, envelope, address, options):
        """Refuse a sender address that is not the account's own."""
        account = session.auth_data if session.authenticated else ""
        own = self._boxes.users[account]["address"].lower() if account in self._boxes.users else ""
        domain = address.rpartition("@")[2].lower()
        if (account and address.lower() != own) or (not account and domain in self._boxes.domains):
            self._control.request(account, "mail.submit", {"from": address[:320], "to": []}, allowed=False)
            return "553 5.7.1 Sender address rejected: not owned by user"
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 2.1.0 Ok"

    async def handle_RCPT(self, server, session, envelope, address, options):
        """Take local users, and with a login any address elsewhere."""
        domain = address.rpartition("@")[2].lower()
        if len(envelope.rcpt_tos) >= RECIPIENT_LIMIT:
            return "452 4.5.3 Too many recipients"
        if domain in self._boxes.domains:
            if self._boxes.login_of(address) is None:
                return "550 5.1.1 User unknown in local recipient table"
        elif not session.authenticated:
            self._control.request(
                "", "mail.submit", {"from": envelope.mail_from[:320], "to": [address[:320]]}, allowed=False
            )
            return "554 5.7.1 Relay access denied"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 Ok"

    async def handle_DATA(self, server, session, envelope):
        """Deliver and relay; the client gets its answer when both are done."""
        account = session.auth_data if session.authenticated else ""
        if sum(message["size"] for message in self.sent) + len(envelope.content) > SUBMITTED_AT_MOST:
            return "452 4.3.1 Insufficient system storage"
        loop = asyncio.get_running_loop()
        await loop.run_in_executor(
            None, self._accept, account, envelope.mail_from, list(envelope.rcpt_tos), envelope.content
        )
        return "250 2.0.0 Ok: queued"

    async def handle_exception(self, error):
        """Answer a fault of ours as a temporary one."""
        self._control.complain(f"smtp: {error!r}")
        return "451 4.3.0 Temporary failure"

    def _accept(self, account, sender, addresses, content):
        date = self._boxes.tick()
        parsed = message_from_bytes(content, policy=policy.default)
        headers = [(str(name), str(value)) for name, value in _headers(parsed)]
        subject = next((value for name, value in headers if name.lower() == "subject"), "")
        text = boxes.plain(parsed)
        self.sent.append(
            {
                "account": account,
                "from": sender,
                "to": addresses,
                "subject": subject,
                "headers": headers,
                "text": text,
                "size": len(content),
            }
        )
        detail = {
            "from": sender,
            "to": addresses,
            "subject": subject[:500],
            "size": len(content),
            "text": text[:TEXT_LIMIT],
        }
        detail["attachments"] = [part.get_filename() or "" for part in _attachments(parsed)]
        self._control.request(account, "mail.submit", detail)
        content = _received(account, date) + _missing(parsed, date, len(self.sent)) + content
        elsewhere = {}
        for address in addresses:
            login = self._boxes.login_of(address)
            if login is not None:
                self._boxes.deliver(login, content.replace(b"\r\n", b"\n"), date)
            else:
                elsewhere.setdefault(address.rpartition("@")[2].lower(), []).append(address)
        for domain, there in elsewhere.items():
            host, failure = self._relay(domain, sender, there, content)
            outcome = {"to": there, "host": host, "status": "failed" if failure else "sent", "reply": failure[:300]}
            self._control.request(account, "mail.relay", outcome, allowed=not failure)
            if failure:
                self._bounce(sender, there, failure, content)

    def _relay(self, domain, sender, addresses, content):
        """Hand a message to the MX of a domain; returns the host and what went wrong, empty for nothing."""
        source = source_address()
        host = domain
        try:
            resolver = dns.resolver.Resolver()
            origin = source[0] if source else None
            with contextlib.suppress(dns.resolver.NoAnswer):
                answers = resolver.resolve(domain, "MX", source=origin, lifetime=5)
                host = str(min(answers, key=lambda answer: answer.preference).exchange).rstrip(".") or domain
            address = resolver.resolve(host, "A", source=origin, lifetime=5)[0].address
            with smtplib.SMTP(address, 25, local_hostname=HOST, timeout=15, source_address=source) as client:
                refused = client.sendmail(sender, addresses, content)
                return host, "; ".join(
                    f"{to}: {code} {text.decode('utf-8', 'replace')}" for to, (code, text) in refused.items()
                )
        except (dns.exception.DNSException, OSError, smtplib.SMTPException, UnicodeError, ValueError) as error:
            return host, f"{type(error).__name__}: {error}"

    def _bounce(self, sender, addresses, failure, content):
        login = self._boxes.login_of(sender)
        if login is None:
            return
        date = self._boxes.tick()
        notice = (
            "このメールは配信システムが自動で作成しました。\n次の宛先に配信できませんでした。\n\n"
            f"This is the mail system at {HOST}. Your message could not be delivered.\n\n"
            + "".join(f"<{address}>: {failure}\n" for address in addresses)
        )
        report = MIMEMultipart("report", boundary=f"=_bounce_{date.timestamp():.0f}")
        report.set_param("report-type", "delivery-status")
        report["Message-ID"] = f"<bounce.{date.timestamp():.0f}@{HOST}>"
        report["Date"] = format_datetime(date)
        report["From"] = f"Mail Delivery System <MAILER-DAEMON@{HOST}>"
        report["To"] = sender
        report["Subject"] = "Undelivered Mail Returned to Sender"
        report.attach(MIMEText(notice, "plain", "utf-8"))
        report.attach(MIMEMessage(message_from_bytes(content, policy=policy.compat32)))
        self._boxes.deliver(login, report.as_bytes(), date)


def _headers(parsed):
    try:
        return parsed.items()[:200]
    except (LookupError, ValueError, AttributeError):
        return []


def _attachments(parsed):
    try:
        return list(parsed.iter_attachments())[:50]
    except (AttributeError, KeyError, TypeError, ValueError):
        return []


def _received(account, date):
    return f"Received: by {HOST} (ESMTP) for {account or 'anonymous'}; {format_datetime(date)}\r\n".encode()


def _missing(parsed, date, number):
    lines = ""
    if parsed.get("Date") is None:
        lines += f"Date: {format_datetime(date)}\r\n"
    if parsed.get("Message-ID") is None:
        lines += f"Message-ID: <{date:%Y%m%d%H%M%S}.{number}@{HOST}>\r\n"
    return lines.encode()
