"""A contest's weak machine and its scoreboard: the holes are real and end at the seed's file tree."""

from __future__ import annotations

import base64
import hashlib
import hmac
from typing import Any
from urllib.parse import quote

import pytest

from hiyari.errors import EngineError

pytestmark = pytest.mark.docker

SEED = {
    "title": "文庫",
    "public": "/srv/archive/public",
    "files": {"/srv/archive/public/a.txt": "目録", "/srv/archive/key": "kagi-1907\n", "/etc/hostname": "bunko\n"},
    "accounts": [{"name": "guest", "password": "guest"}],
    "secret": "kagi-1907",
    "admin": "kigi{hana}",
}
NAMES = ("a.txt", "../key", "/etc/hostname", "../../../../../../etc/hostname", "/opt/hiyari/server.py", "/etc/passwd")
BOARD = {
    "rules": "範囲を守ること",
    "accounts": [{"name": "檜", "token": "T-HINOKI"}],
    "attempts_at_most": 2,
    "acknowledgement": "受け付けました",
    "challenges": [{"id": "one", "points": 50, "flag": "kigi{hana}"}],
}


@pytest.fixture(scope="module")
def machine(network: Any) -> Any:
    running = network.service("range")
    running.seed(SEED)
    return running


@pytest.fixture(scope="module")
def board(network: Any) -> Any:
    running = network.service("scoreboard")
    running.seed(BOARD)
    return running


def test_the_reader_follows_dots_within_the_file_tree_only(network: Any, machine: Any) -> None:
    """Dots and absolute names lead out of the public folder, never to the container's own files; all is told."""
    machine.events()
    read = {
        name: network.http(machine, "GET", f"/files/read?name={quote(name)}")
        for name in NAMES
    }  # fmt: skip
    assert [answer.text for answer in read.values() if answer.status == 200] == [
        "目録",
        "kagi-1907\n",
        "bunko\n",
        "bunko\n",
    ]
    assert [answer.status for answer in read.values()] == [200, 200, 200, 200, 404, 404]
    told = machine.requests("file.read")
    assert [(one["detail"]["path"], one["detail"]["outside"]) for one in told[:3]] == [
        ("/srv/archive/public/a.txt", False), ("/srv/archive/key", True), ("/etc/hostname", True)]  # fmt: skip
    assert machine.probe(read={}) == ["/srv/archive/key", "/etc/hostname", "/etc/hostname"]


def test_who_has_the_key_is_the_administrator(network: Any, machine: Any) -> None:
    """A guest's session and a badly signed one are refused, one signed with the key opens the page."""
    session = network.http(machine, "POST", "/login", {"name": "guest", "password": "guest"}).json["session"]
    assert network.http(machine, "POST", "/login", {"name": "guest", "password": "x"}).status == 403
    payload = base64.urlsafe_b64encode(b'{"name":"x","role":"admin"}').decode().rstrip("=")
    signed = payload + "." + hmac.new(b"kagi-1907", payload.encode(), hashlib.sha256).hexdigest()
    machine.events()
    shown = [
        network.http(machine, "GET", "/admin", headers={"Cookie": f"session={each}"})
        for each in (session, f"{payload}.{'0' * 64}", "nonsense", signed)
    ]
    assert [answer.status for answer in shown] == [403, 403, 403, 200]
    assert shown[-1].text == "kigi{hana}"
    assert [one["allowed"] for one in machine.requests("admin.read")] == [False, False, False, True]
    assert machine.probe(admins={}) == ["x"]


def test_flags_count_once_and_guessing_ends(network: Any, board: Any) -> None:
    """The right flag scores once, flags are never shown, after too many wrong ones no more are taken."""
    submit = "/api/challenges/one/submit"
    shown = network.http(board, "GET", "/api/challenges/one", login="T-HINOKI")
    assert "hana" not in shown.text
    for _ in range(2):
        assert network.http(board, "POST", submit, {"flag": "kigi{hana}"}, login="T-HINOKI").json["correct"] is True
    assert network.http(board, "GET", "/api/scores", login="T-HINOKI").json["scores"] == [{"team": "檜", "points": 50}]
    status = [network.http(board, "POST", submit, {"flag": "kigi{x}"}, login="T-HINOKI").status for _ in range(3)]
    assert status == [200, 200, 423]
    assert board.probe(challenge="one")["solved_by"] == ["檜"]
    assert network.http(board, "GET", "/api/rules").status == 401
    assert network.http(board, "POST", submit, {"flag": 5}, login="T-HINOKI").status == 400


def test_organisers_are_told(network: Any, board: Any) -> None:
    """A message to the organisers is kept, told and answered; a probe that asks for nothing known says what it may."""
    board.events()
    answer = network.http(board, "POST", "/api/messages", {"text": "外に出られます"}, login="T-HINOKI")
    assert answer.json["answer"] == "受け付けました"
    assert board.requests("message.send")[0]["detail"] == {"text": "外に出られます"}
    assert board.probe(messages={}) == [{"by": "檜", "text": "外に出られます"}]
    with pytest.raises(EngineError, match="a probe is"):
        board.probe(weather={})
