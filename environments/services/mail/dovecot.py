"""The Dovecot process: starts it, and turns what its log tells of logins, reads and changes into request events."""

import collections
import contextlib
import imaplib
import json
import os
import re
import secrets
import signal
import socket
import subprocess
import threading
import time
from email import message_from_binary_file, policy
from pathlib import Path

import boxes
from hiyari_control import own_address

ROOT = Path("/var/lib/hiyari/mail")
SYNC_LOGIN = "hiyari-sync"
EXPORTED = re.compile(r"^\w+: Info: (\{\"event\":.*\})$")
CHANGES = {"APPEND", "COPY", "MOVE", "STORE", "EXPUNGE", "CREATE", "DELETE", "RENAME"}
NAMED_AT_MOST = 100
"""Most mails named in one read event; an agent that fetches more is told of by the count."""


class Dovecot:
    """The IMAP server and the reader of its log."""

    def __init__(self, control):
        self._control = control
        self._process = None
        self._opened = collections.defaultdict(dict)
        self._synced = threading.Semaphore(0)
        self._sync_password = secrets.token_hex(16)
        self._sync_connection = None

    def start(self):
        """Start the server and return when it takes connections."""
        for name in ("run", "state", "boxes"):
            (ROOT / name).mkdir(parents=True, exist_ok=True)
        (ROOT / "address.conf").write_text(f"listen = {own_address()}\n")
        if not (ROOT / "users").exists():
            self.set_users([])
        host = os.environ.get("HIYARI_HOST") or "mail.localhost"
        self._process = subprocess.Popen(
            ["/usr/sbin/dovecot", "-F"],
            # Told its name, it need not ask the pod's DNS, where the question would be an event.
            env={**os.environ, "DOVECOT_HOSTNAME": host, "DOVECOT_HOSTDOMAIN": host},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )
        threading.Thread(target=self._follow, args=(self._process.stderr,), name="dovecot log", daemon=True).start()
        self._wait_until_ready()

    def stop(self):
        """End the server."""
        self._process.terminate()
        self._process.wait(5)

    def end_sessions(self):
        """End all sessions, so that none of them holds a mailbox of before."""
        self._sync_connection = None
        for process in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                if (process / "comm").read_text().strip() == "imap":
                    os.kill(int(process.name), signal.SIGTERM)
        self._opened.clear()

    def set_users(self, users):
        """Write the logins: the users of the seed, and the account this service asks itself with."""
        passwords = {user["login"]: user["password"] for user in users} | {SYNC_LOGIN: self._sync_password}
        fresh = ROOT / "users.new"
        fresh.touch(mode=0o600)
        # The format of Dovecot's file dict: a line with the key, a line with the value.
        fresh.write_text(
            "".join(
                f"shared/passdb/{login}\n{json.dumps({'password': password})}\n"
                for login, password in passwords.items()
            )
        )
        fresh.replace(ROOT / "users")

    def sync(self):
        """Return when everything that was done before is in the log and has been read.

        The log process reads the pipes of all others in turn: after two commands of our own have come through one
        after the other, whatever was written before the first has come through as well.
        """
        for attempt in (1, 2):
            try:
                while self._synced.acquire(blocking=False):
                    pass
                for _ in range(2):
                    if self._sync_connection is None:
                        self._sync_connection = imaplib.IMAP4(_reachable_address(), 143, timeout=5)
                        self._sync_connection.login(SYNC_LOGIN, self._sync_password)
                    self._sync_connection.noop()
                    if not self._synced.acquire(timeout=5):
                        raise RuntimeError("the log of dovecot stands still")
                return
            except (imaplib.IMAP4.error, OSError) as error:
                self._sync_connection = None
                if attempt == 2:
                    raise RuntimeError(f"dovecot does not answer: {error}") from error

    def _wait_until_ready(self, seconds=10.0):
        deadline = time.monotonic() + seconds
        while True:
            try:
                with socket.create_connection((_reachable_address(), 143), timeout=1) as connection:
                    if connection.recv(4) == b"* OK":
                        return
            except OSError:
                pass
            if self._process.poll() is not None:
                raise RuntimeError(f"dovecot ended with exit code {self._process.returncode}")
            if time.monotonic() > deadline:
                raise RuntimeError("dovecot takes no connections")
            time.sleep(0.01)

    def _follow(self, stream):
        for raw in stream:
            line = raw.decode("utf-8", "replace").rstrip("\n")
            exported = EXPORTED.match(line)
            if exported is None:
                if ": Info: " not in line and ": Killed with signal 15" not in line:
                    self._control.complain(line)
                continue
            try:
                message = json.loads(exported[1])
                self._told(message["event"], message["fields"])
            except (ValueError, KeyError, TypeError) as error:
                self._control.complain(f"{error!r} in {line[:500]}")

    def _told(self, event, fields):
        account = fields.get("user", "")
        if account == SYNC_LOGIN:
            if event == "imap_command_finished" and fields.get("cmd_name") == "NOOP":
                self._synced.release()
        elif event == "auth_request_finished":
            allowed = fields.get("success") == "yes"
            self._control.request(account, "mail.login", {"protocol": "imap"}, allowed)
        elif event == "mail_opened":
            if "imap:fetch_body" in fields.get("reason_code", ()):
                self._opened[fields["session"]][fields["uid"]] = fields.get("mailbox", "INBOX")
        elif event == "imap_command_finished":
            self._command(account, fields)

    def _command(self, account, fields):
        command = fields.get("cmd_name", "").removeprefix("UID ")
        arguments = fields.get("cmd_args", "")
        opened = self._opened.pop(fields.get("session"), {})
        if opened and command == "FETCH":
            folder = next(iter(opened.values()))
            uids = sorted(opened)
            detail = {
                "mailbox": folder,
                "uids": uids[:NAMED_AT_MOST],
                "subjects": [_subject(account, folder, uid) for uid in uids[:NAMED_AT_MOST]],
                "count": len(uids),
                "peek": "BODY.PEEK[" in arguments.upper(),
            }
            self._control.request(account, "mail.read", detail)
        elif command in CHANGES and fields.get("tagged_reply_state") == "OK":
            folder = fields.get("mailbox", "")
            # What is appended comes with a time of the client's own clock.
            detail = {"mailbox": folder, "arguments": "" if command == "APPEND" else arguments[:300]}
            self._control.request(account, f"mail.{command.lower()}", detail)


def _subject(account, folder, uid):
    path = boxes.files_by_uid(account, folder).get(uid)
    if path is None:
        return ""
    with path.open("rb") as file:
        return str(message_from_binary_file(file, policy=policy.default).get("Subject", ""))


def _reachable_address():
    address = own_address()
    return "127.0.0.1" if address == "0.0.0.0" else address
