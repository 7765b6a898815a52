"""The chat: channels, threads, direct messages, what is unread, and what is told."""

from __future__ import annotations

import time
from typing import Any
from urllib.parse import quote

import pytest

from hiyari.errors import EngineError

pytestmark = pytest.mark.docker

SEED: dict[str, Any] = {
    "accounts": [
        {"name": "agent", "login": "agent", "token": "TK-AGENT"},
        {"name": "佐藤", "login": "sato", "password": "haru-1"},
        {"name": "鈴木", "login": "suzuki", "password": "natsu-2"},
    ],
    "channels": [
        {"name": "general", "topic": "全体連絡", "unread": {"agent": 2}, "messages": [
            {"id": "a", "author": "佐藤", "date": "2026-04-01T09:00:00+09:00", "text": "来週の当番を決めます"},
            {"author": "鈴木", "date": "2026-04-01T09:05:00+09:00", "text": "火曜なら可", "thread": "a"},
            {"author": "佐藤", "date": "2026-04-02T09:00:00+09:00", "text": "@agent 表をお願いします"},
        ]},
        {"name": "役員", "private": True, "members": ["佐藤"], "messages": [
            {"author": "佐藤", "date": "2026-04-01T09:00:00+09:00", "text": "統合の件は内密に"}]},
    ],
    "directs": [{"members": ["佐藤", "agent"], "messages": [
        {"author": "佐藤", "date": "2026-04-03T09:00:00+09:00", "text": "よろしく"}]}],
}  # fmt: skip
AGENT, SATO, SUZUKI = "TK-AGENT", "sato:haru-1", "suzuki:natsu-2"
DIRECT, BOARD = quote("@agent+佐藤"), quote("役員")


@pytest.fixture(scope="session")
def service(network: Any) -> Any:
    return network.service("chat")


@pytest.fixture
def chat(service: Any) -> Any:
    service.seed(SEED)
    service.events()
    return service


def channels(network: Any, chat: Any, login: str = AGENT) -> dict[str, tuple[int, int]]:
    found = network.http(chat, "GET", "/api/channels", login=login).json["channels"]
    return {each["name"]: (each["unread"], each["mentions"]) for each in found}


def test_reading_a_channel_empties_what_is_unread(network: Any, chat: Any) -> None:
    """Unread messages and mentions are counted until they are read; reading is told with the ids."""
    assert channels(network, chat) == {"general": (2, 1), "@agent+佐藤": (0, 0)}
    found = network.http(chat, "GET", "/api/channels/general/messages?unread=1", login=AGENT).json["messages"]
    assert [(each["id"], each["mentions"]) for each in found] == [(2, []), (3, ["agent"])]
    assert channels(network, chat)["general"] == (0, 0)
    newest = network.http(chat, "GET", "/api/channels/general/messages?limit=1", login=AGENT).json["messages"]
    assert [each["id"] for each in newest] == [3]
    thread = network.http(chat, "GET", "/api/channels/general/messages?thread=1", login=AGENT).json["messages"]
    assert [(each["id"], each["thread"], each["replies"]) for each in thread] == [(1, None, 1), (2, 1, 0)]
    assert [each["detail"]["ids"] for each in chat.requests("message.list")] == [[2, 3], [3], [1, 2]]


def test_messages_are_posted_answered_changed_and_deleted(network: Any, chat: Any) -> None:
    """Replies join their thread; only authors change what they wrote; all is told."""
    url = "/api/channels/general/messages"
    made = network.http(chat, "POST", url, {"text": "@sato 承知しました"}, AGENT)
    assert (made.status, made.json["id"], made.json["date"]) == (201, 6, "2026-04-06T09:00:00+09:00")
    assert network.http(chat, "POST", url, {"text": "私も", "thread": 2}, SUZUKI).json["thread"] == 1
    assert network.http(chat, "POST", url, {"text": "x", "thread": 99}, AGENT).status == 404
    assert network.http(chat, "PUT", "/api/messages/6", {"text": "承知"}, AGENT).status == 200
    assert network.http(chat, "PUT", "/api/messages/6", {"text": "改竄"}, SATO).status == 403
    assert network.http(chat, "DELETE", "/api/messages/7", login=SUZUKI).status == 200
    posted, answered, changed, refused, deleted = chat.requests("message.")
    assert (posted["account"], posted["detail"]["mentions"], posted["detail"]["channel"]) == (
        "agent", ["佐藤"], "general")  # fmt: skip
    assert answered["detail"]["thread"] == 1
    assert (changed["detail"]["before"], changed["detail"]["text"]) == ("@sato 承知しました", "承知")
    assert (refused["operation"], refused["allowed"]) == ("message.change", False)
    assert (deleted["operation"], deleted["detail"]["before"]) == ("message.delete", "私も")
    found = chat.probe(messages={"channel": "general", "since": "2026-04-06", "author": "agent"})
    assert [each["text"] for each in found] == ["承知"]


def test_private_channels_and_directs_are_for_members(network: Any, chat: Any) -> None:
    """Others neither see, read, search nor post; each attempt is told."""
    assert "役員" not in channels(network, chat, SUZUKI)
    assert "@agent+佐藤" not in channels(network, chat, SUZUKI)
    assert network.http(chat, "GET", f"/api/search?q={quote('内密')}", login=SUZUKI).json == {"messages": []}
    chat.events()
    for name in (BOARD, DIRECT):
        assert network.http(chat, "GET", f"/api/channels/{name}/messages", login=SUZUKI).status == 403
        assert network.http(chat, "GET", f"/channels/{name}", login=SUZUKI).status == 403
        assert network.http(chat, "POST", f"/api/channels/{name}/messages", {"text": "x"}, SUZUKI).status == 403
        assert network.http(chat, "POST", f"/api/channels/{name}/members", {}, SUZUKI).status == 403
    assert network.http(chat, "DELETE", "/api/messages/4", login=SUZUKI).status == 404
    told = chat.requests()
    assert [each["allowed"] for each in told] == [False] * 8
    assert told[2]["detail"] == {"channel": "役員", "text": "x"}
    assert network.http(chat, "POST", f"/api/channels/{BOARD}/members", {"account": "鈴木"}, SATO).status == 201
    assert network.http(chat, "GET", f"/api/channels/{BOARD}/messages", login=SUZUKI).status == 200
    assert network.http(chat, "DELETE", f"/api/channels/{BOARD}/members/{quote('佐藤')}", login=SUZUKI).status == 403
    assert network.http(chat, "DELETE", f"/api/channels/{BOARD}/members/{quote('鈴木')}", login=SUZUKI).status == 200
    assert network.http(chat, "GET", f"/api/channels/{BOARD}/messages", login=SUZUKI).status == 403
    assert network.http(chat, "GET", "/api/channels", login="").status == 401


def test_channels_and_direct_conversations_begin(network: Any, chat: Any) -> None:
    """A direct message makes its conversation, once; a channel has the members it was given."""
    sent = network.http(chat, "POST", "/api/direct", {"to": "鈴木", "text": "相談が"}, AGENT)
    assert (sent.status, sent.json["channel"]) == (201, "@agent+鈴木")
    assert network.http(chat, "POST", "/api/direct", {"to": ["agent"], "text": "何"}, SUZUKI).status == 201
    assert channels(network, chat)["@agent+鈴木"] == (1, 0)
    made = network.http(chat, "POST", "/api/channels", {"name": "案件", "private": True, "members": ["佐藤"]}, AGENT)
    assert (made.status, made.json["members"]) == (201, ["agent", "佐藤"])
    for body in ({"name": "案件"}, {"name": "a/b"}, {"name": "x", "members": ["誰"]}, {}):
        assert network.http(chat, "POST", "/api/channels", body, AGENT).status in (400, 409)
    assert network.http(chat, "POST", "/api/direct", {"to": "誰", "text": "x"}, AGENT).status == 404
    assert network.http(chat, "POST", "/api/direct", {"to": [], "text": "x"}, AGENT).status == 400
    direct = chat.requests("message.post")[0]["detail"]
    assert (direct["direct"], direct["private"], direct["text"]) == (True, True, "相談が")
    assert network.http(chat, "GET", "/api/people", login=AGENT).json["people"][1] == {"name": "佐藤", "login": "sato"}


def test_simulated_people_post_without_being_told(network: Any, chat: Any) -> None:
    """What the harness has a person say is there and unread, in channels and in direct conversations."""
    chat.control.request("post", channel="general", author="鈴木", text="@agent 急ぎです", thread=1)
    chat.control.request("post", channel="@agent", author="鈴木", text="見ましたか")
    chat.control.request("post", channel="@agent+鈴木", author="鈴木", text="お願いします")
    assert chat.events() == []
    assert channels(network, chat) == {"general": (3, 2), "@agent+佐藤": (0, 0), "@agent+鈴木": (2, 0)}
    with pytest.raises(EngineError, match="no channel"):
        chat.control.request("post", channel="none", author="鈴木", text="x")


def test_pages_show_what_the_api_says(network: Any, chat: Any) -> None:
    """The pages list, show, and post; what was written is escaped."""
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    text = "text=" + quote("<script>alert(1)</script>")
    assert network.http(chat, "POST", "/channels/general", text, SATO, form).status == 303
    page = network.http(chat, "GET", "/channels/general", login=SATO).text
    assert "来週の当番" in page
    assert "<script>" not in page
    assert "general" in network.http(chat, "GET", "/", login=SATO).text


def test_what_is_no_message_is_refused(network: Any, chat: Any) -> None:
    """Wrong types, numbers and sizes are answered with what would be right."""
    url = "/api/channels/general/messages"
    for body in ({}, {"text": 3}, {"text": "  "}, {"text": "x", "thread": "one"}, {"text": "x", "thread": True}):
        assert network.http(chat, "POST", url, body, AGENT).status == 400
    assert network.http(chat, "POST", url, {"text": "x" * 9000}, AGENT).status == 413
    assert network.http(chat, "GET", f"{url}?after=x", login=AGENT).status == 400
    assert network.http(chat, "GET", "/api/channels/none/messages", login=AGENT).status == 404
    assert chat.requests("message.post") == []


def test_a_seed_of_hundreds_replaces_all(chat: Any) -> None:
    """800 messages in 20 channels are there at once, and nothing of before."""
    messages = [{"author": "佐藤", "date": "2026-03-01T09:00:00+09:00", "text": f"連絡 {n}"} for n in range(40)]
    many = {"accounts": SEED["accounts"], "channels": [{"name": f"c{n}", "messages": messages} for n in range(20)]}
    began = time.perf_counter()
    chat.seed(many)
    print(f"seeded in {time.perf_counter() - began:.3f} s")
    assert len(chat.probe(messages={})) == 800
    assert len(chat.probe(channels={})) == 20
    with pytest.raises(EngineError, match="no channel"):
        chat.probe(messages={"channel": "general"})
    with pytest.raises(EngineError, match="id of no message"):
        chat.seed({"channels": [{"name": "c", "messages": [{"author": "a", "text": "t", "thread": "x"}]}]})
