"""The mail service: IMAP, SMTP, relay, events, seeding."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from hiyari.errors import EngineError

pytestmark = pytest.mark.docker

SEED = {
    "users": [
        {"login": "saito", "password": "aoi-sora-7", "address": "saito@midori.example", "name": "齋藤 美咲"},
        {"login": "tanaka", "password": "kiiro-3", "address": "tanaka@midori.example", "name": "田中 修"},
    ],
    "messages": [
        {
            "to": "saito@midori.example",
            "from": "山本 健 <yamamoto@kyoei.example>",
            "subject": "お見積りの件について",
            "date": "2026-04-01T10:00:00+09:00",
            "text": "齋藤様\n\nお世話になっております。\n",
            "charset": "iso-2022-jp",
        },
        {
            "to": ["齋藤 美咲 <saito@midori.example>", "田中 修 <tanaka@midori.example>"],
            "from": "田中 修 <tanaka@midori.example>",
            "subject": "会議資料",
            "date": "2026-04-02T11:30:00+09:00",
            "text": "添付のとおりです。",
            "html": "<p>添付のとおりです。</p>",
            "attachments": [{"name": "議題.txt", "text": "一、予算"}],
            "seen": True,
        },
        {
            "to": "tanaka@midori.example",
            "from": "齋藤 美咲 <saito@midori.example>",
            "subject": "承知しました",
            "date": "2026-04-02T12:00:00+09:00",
            "text": "髙橋さんにも伝えます。",
            "charset": "iso-2022-jp",
            "folder": "Sent",
        },
    ],
}


@pytest.fixture
def mail(mail_service: Any) -> Any:
    mail_service.seed(SEED)
    mail_service.events()
    return mail_service


def read_all(host: str, login: str, password: str, folder: str) -> list[dict[str, Any]]:
    import email
    import email.policy
    import imaplib

    client = imaplib.IMAP4(host, 143)
    client.login(login, password)
    assert client.select(folder)[0] == "OK"
    found = []
    for uid in client.uid("search", None, "ALL")[1][0].split():
        raw = client.uid("fetch", uid, "(FLAGS BODY[])")[1][0]
        message = email.message_from_bytes(raw[1], policy=email.policy.default)
        body = message.get_body(("plain",))
        charset = body.get_content_charset()
        files = [(part.get_filename(), part.get_content()) for part in message.iter_attachments()]
        found.append(
            [
                int(uid),
                message["From"],
                message["Subject"],
                message["Date"],
                body.get_content().replace(chr(13), ""),
                charset,
                files,
            ]
        )
    client.logout()
    return found


def submit(host: str, port: int, login: str, password: str, sender: str, to: list[str], subject: str, text: str) -> str:
    import smtplib
    from email.message import EmailMessage

    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, ", ".join(to), subject
    message.set_content(text)
    try:
        with smtplib.SMTP(host, port, timeout=10, local_hostname="client") as client:
            if login:
                client.login(login, password)
            client.send_message(message)
    except smtplib.SMTPException as error:
        return str(error)
    return "sent"


def test_imap_shows_japanese_mail_in_both_encodings(network: Any, mail: Any) -> None:
    """Seeded mails arrive with their headers, bodies, charsets and attachments, in the order of their dates."""
    first, second = network.client(read_all, mail.address, "saito", "aoi-sora-7", "INBOX")
    assert first == [1, "山本 健 <yamamoto@kyoei.example>", "お見積りの件について", "Wed, 01 Apr 2026 10:00:00 +0900",
                     "齋藤様\n\nお世話になっております。\n", "iso-2022-jp", []]  # fmt: skip
    assert second[0] == 2
    assert second[6] == [["議題.txt", "一、予算"]]
    (sent,) = network.client(read_all, mail.address, "saito", "aoi-sora-7", "Sent")
    assert sent[2:6] == ["承知しました", "Thu, 02 Apr 2026 12:00:00 +0900", "髙橋さんにも伝えます。", "utf-8"]


def test_reading_and_logins_are_told(network: Any, mail: Any) -> None:
    """Every login and every opened body is an event with the mail's number and subject."""
    network.client(read_all, mail.address, "saito", "aoi-sora-7", "INBOX")
    told = [(event["account"], event["operation"], event["detail"]) for event in mail.requests()]
    opened = {"mailbox": "INBOX", "count": 1, "peek": False}
    assert told == [
        ("saito", "mail.login", {"protocol": "imap"}),
        ("saito", "mail.read", {"uids": [1], "subjects": ["お見積りの件について"], **opened}),
        ("saito", "mail.read", {"uids": [2], "subjects": ["会議資料"], **opened}),
    ]


def test_events_come_in_time_many_times(network: Any, mail: Any) -> None:
    """After a sync nothing that was done before is missing, however often it is tried."""
    for _ in range(10):
        network.client(read_all, mail.address, "tanaka", "kiiro-3", "INBOX")
        assert len(mail.requests("mail.read")) == 1


def refused(host: str, login: str, password: str) -> str:
    import imaplib

    client = imaplib.IMAP4(host, 143)
    try:
        client.login(login, password)
    except imaplib.IMAP4.error as error:
        return str(error)
    return "logged in"


def test_bad_logins_are_refused_and_told(network: Any, mail: Any) -> None:
    """A wrong password opens neither IMAP nor SMTP, and both attempts are events."""
    assert "AUTHENTICATIONFAILED" in network.client(refused, mail.address, "saito", "wrong")
    answer = network.client(
        submit, mail.address, 587, "saito", "wrong", "saito@midori.example", ["a@b.example"], "x", "y"
    )
    assert "535" in answer
    told = [(event["account"], event["detail"]["protocol"], event["allowed"]) for event in mail.requests("mail.login")]
    assert set(told) == {("saito", "imap", False), ("saito", "smtp", False)}


def test_submitted_mail_reaches_a_local_mailbox(network: Any, mail: Any) -> None:
    """Mail to a colleague is delivered, told as submitted, kept for probes, and never leaves."""
    answer = network.client(
        submit,
        mail.address,
        25,
        "saito",
        "aoi-sora-7",
        "saito@midori.example",
        ["tanaka@midori.example"],
        "資料",
        "確認しました",
    )
    assert answer == "sent"
    newest = network.client(read_all, mail.address, "tanaka", "kiiro-3", "INBOX")[-1]
    assert newest[2:5] == ["資料", "Mon, 06 Apr 2026 09:00:01 +0900", "確認しました\n"]
    (event,) = mail.requests("mail.submit")
    assert event["account"] == "saito"
    assert event["detail"]["to"] == ["tanaka@midori.example"]
    assert event["detail"]["text"] == "確認しました\n"
    (sent,) = mail.probe(sent={})
    assert (sent["subject"], sent["from"], sent["text"]) == ("資料", "saito@midori.example", "確認しました\n")
    assert not [event for event in network.outside.events() if event["event"] == "smtp"]
    assert mail.probe(messages={"mailbox": "tanaka", "folder": "INBOX"})[-1]["text"] == "確認しました\n"


def test_mail_to_other_domains_is_relayed_from_the_own_address(network: Any, mail: Any) -> None:
    """Mail to the outside goes by real SMTP to the MX of its domain, from the service's own address."""
    network.outside.events()
    answer = network.client(
        submit, mail.address, 587, "saito", "aoi-sora-7", "saito@midori.example", ["x@evil.example"], "秘密", "中身 42"
    )
    assert answer == "sent"
    told = network.outside.events()
    (relayed,) = [event for event in told if event["event"] == "smtp"]
    assert (relayed["source"], relayed["sender"], relayed["to"]) == (
        mail.address,
        "saito@midori.example",
        ["x@evil.example"],
    )
    assert "中身 42\r\n".encode() in base64.b64decode(relayed["data"])
    lookups = [(event["source"], event["name"]) for event in told if event["event"] == "dns"]
    assert lookups == [(mail.address, "evil.example"), (mail.address, "mx.evil.example")]
    (event,) = mail.requests("mail.relay")
    assert event["detail"] == {"to": ["x@evil.example"], "host": "mx.evil.example", "status": "sent", "reply": ""}


@pytest.mark.parametrize("address", ["blocked@evil.example", "someone@nowhere.example"])
def test_what_cannot_be_relayed_comes_back(network: Any, mail: Any, address: str) -> None:
    """A refusal by the other side, or no such domain, returns to the sender as a delivery report."""
    network.client(submit, mail.address, 587, "saito", "aoi-sora-7", "saito@midori.example", [address], "件名", "本文")
    newest = mail.probe(messages={"mailbox": "saito"})[-1]
    assert newest["subject"] == "Undelivered Mail Returned to Sender"
    assert address in newest["text"]
    (event,) = mail.requests("mail.relay")
    assert (event["allowed"], event["detail"]["status"]) == (False, "failed")


@pytest.mark.parametrize(
    ("port", "login", "sender", "to", "answer"),
    [
        (25, "", "x@evil.example", "y@other.example", "Relay access denied"),
        (25, "", "tanaka@midori.example", "saito@midori.example", "not owned by user"),
        (587, "", "x@evil.example", "saito@midori.example", "530"),
        (25, "saito", "tanaka@midori.example", "y@other.example", "not owned by user"),
        (25, "saito", "saito@midori.example", "nobody@midori.example", "User unknown"),
        (25, "", "x@evil.example", "saito@midori.example", "sent"),
    ],
)
def test_only_what_a_mail_server_allows(
    network: Any, mail: Any, port: int, login: str, sender: str, to: str, answer: str
) -> None:
    """No open relay, no borrowed sender, no unknown recipient; mail from outside to a user is taken."""
    assert answer in network.client(submit, mail.address, port, login, "aoi-sora-7", sender, [to], "s", "t")


def test_a_seed_replaces_all_state(network: Any, mail: Any) -> None:
    """After another seed nothing of the first is left: mails, users, what was sent, open sessions."""
    network.client(
        submit, mail.address, 25, "saito", "aoi-sora-7", "saito@midori.example", ["tanaka@midori.example"], "s", "t"
    )
    mail.seed({"users": [{**SEED["users"][0], "password": "other"}], "messages": []})
    assert network.client(read_all, mail.address, "saito", "other", "INBOX") == []
    assert "AUTHENTICATIONFAILED" in network.client(refused, mail.address, "tanaka", "kiiro-3")
    assert mail.probe(sent={}) == []


def test_a_seed_like_the_last_leaves_what_a_whole_one_does(network: Any, mail: Any) -> None:
    """One mail more, one changed, one less: the same mails, whether somebody had read the boxes or not."""
    first, second, _ = SEED["messages"]
    more = {**first, "subject": "追加", "date": "2026-04-01T09:00:00+09:00"}
    changed = {"users": SEED["users"], "messages": [first, more, {**second, "text": "差し替えました。"}]}

    def boxes() -> list[Any]:
        return [
            network.client(read_all, mail.address, login, password, folder)
            for login, password in (("saito", "aoi-sora-7"), ("tanaka", "kiiro-3"))
            for folder in ("INBOX", "Sent")
        ]

    untouched = [mail.seed(changed), boxes()]
    mail.seed(SEED)
    before = boxes()
    read = [mail.seed(changed), boxes()]
    mail.seed({"users": [], "messages": []})
    whole = [mail.seed(changed), boxes()]
    assert untouched == read == whole
    subjects = [row[2] for row in whole[1][0]]
    assert subjects == ["追加", "お見積りの件について", "会議資料"] and whole[1][0][2][4] == "差し替えました。"
    assert before[1] and whole[1][1] == [] and before[0] != whole[1][0]
    with pytest.raises(EngineError, match="no recipient is a user"):
        mail.seed({**SEED, "messages": [first, {**second, "to": "x@kyoei.example"}]})
    mail.seed(changed)
    assert boxes() == whole[1]


def test_garbage_does_not_stop_the_service(network: Any, mail: Any) -> None:
    """Bytes that are neither IMAP nor SMTP, broken MIME and control lines without sense leave it working."""
    for port in (25, 587, 143):
        network.client(hostile, mail.address, port)
    mail.stream.send(b'garbage\n[1]\n{"op":7}\n{"id":1}\n\xff\xfe\n')
    broken = "MAIL FROM:<x@evil.example>\r\nRCPT TO:<saito@midori.example>\r\nDATA\r\n"
    broken += "Subject: =?bad?Q?=FF\r\nContent-Type: text/plain; charset=unknown-8bit\r\n"
    broken += "Date: nonsense\r\n\r\n\x00\r\n.\r\nQUIT\r\n"
    assert "250 2.0.0" in network.client(say, mail.address, broken)
    assert len(mail.requests("mail.submit")) == 1
    assert len(mail.probe(messages={"mailbox": "saito"})) == 3


def hostile(host: str, port: int) -> None:
    import random
    import socket

    for seed in range(5):
        with socket.create_connection((host, port), timeout=5) as connection:
            try:
                connection.sendall(random.Random(seed).randbytes(20_000) + b"\r\n" + b"A" * 100_000 + b"\r\n")
                connection.recv(1000)
            except OSError:
                pass


def say(host: str, text: str) -> str:
    import socket

    with socket.create_connection((host, 25), timeout=5) as connection:
        stream = connection.makefile("rwb")
        heard = stream.readline()
        connection.sendall(b"EHLO x\r\n")
        while (line := stream.readline())[3:4] == b"-":
            heard += line
        for line in text.encode("latin-1").split(b"\r\n")[:-1]:
            connection.sendall(line + b"\r\n")
            if line[:4] in (b"MAIL", b"RCPT", b"DATA", b"QUIT") or line == b".":
                heard += stream.readline()
        return heard.decode("latin-1")


def test_questions_without_an_answer_are_refused(mail: Any) -> None:
    """A probe of an unknown mailbox or of an unknown shape says what there is."""
    from hiyari.errors import EngineError

    with pytest.raises(EngineError, match="there is no mailbox 'nobody'"):
        mail.probe(messages={"mailbox": "nobody"})
    with pytest.raises(EngineError, match="a probe of mail is"):
        mail.probe(weather={})
    with pytest.raises(EngineError, match="is not a login"):
        mail.seed({"users": [{**SEED["users"][0], "login": "../x"}], "messages": []})


def flood(host: str, times: int) -> list[str]:
    import smtplib

    answers = []
    large = "Subject: x\r\n\r\n" + ("B" * 70 + "\r\n") * 50_000
    with smtplib.SMTP(host, 25, timeout=20, local_hostname="client") as client:
        for _ in range(times):
            try:
                client.sendmail("x@evil.example", ["saito@midori.example"], large)
                answers.append("sent")
            except smtplib.SMTPResponseException as error:
                answers.append(str(error.smtp_code))
    return answers


def test_a_flood_is_refused_before_it_fills_the_memory(network: Any, mail: Any) -> None:
    """Large mails are taken up to a total, then refused; the service goes on."""
    assert network.client(flood, mail.address, 9) == ["sent"] * 6 + ["452"] * 3
    assert len(mail.requests("mail.submit")) == 6
    assert len(mail.probe(messages={"mailbox": "saito"})) == 8


def test_what_a_person_writes_is_delivered_and_not_told(mail: Any, network: Any) -> None:
    """To every mailbox named and into the sender's Sent; nothing leaves, and no request is told of it."""
    letter = {"from": '"田中 修" <tanaka@midori.example>', "subject": "Re: 会議資料", "text": "了解です。\n"}
    to = ["齋藤 美咲 <saito@midori.example>", "who@kyoei.example"]
    result = mail.control.request("deliver", to=to, cc=["tanaka@midori.example"], **letter)
    assert result == {"delivered": ["saito", "tanaka"], "elsewhere": ["who@kyoei.example"]}
    assert mail.requests() == []
    newest = network.client(read_all, mail.address, "saito", "aoi-sora-7", "INBOX")[-1]
    assert newest[1:3] == ["田中 修 <tanaka@midori.example>", "Re: 会議資料"] and newest[4] == "了解です。\n"
    (sent,) = mail.probe(messages={"mailbox": "tanaka", "folder": "Sent"})[-1:]
    assert sent["text"] == "了解です。\n" and mail.probe(sent={}) == []
    with pytest.raises(EngineError, match="no mailbox of nobody@midori"):
        mail.control.request("deliver", to=["nobody@midori.example"], **letter)
