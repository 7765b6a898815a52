"""The tools for calendar, wiki, share, chat and tickets, in an agent container beside the services they are for."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import Any

import pytest

from hiyari.adapters.mcp import ToolServer
from hiyari.adapters.pod import ContainerWorld, Pods
from hiyari.catalog import Environment

from .conftest import Workplace

pytestmark = pytest.mark.docker

NAMES = ("calendar", "wiki", "share", "chat", "tickets")
OFFICE = Environment.model_validate(
    {
        "name": "paper_office",
        "title": {"ja": "事務室", "en": "Office"},
        "domain": "midori.example",
        "services": [{"name": name, "host": f"{name}.midori.example"} for name in NAMES],
        "agent": {"memory_mb": 256, "disk_mb": 16},
        "tools": [{"name": name} for name in NAMES],
    }
)
BASIC = {"login": "agent", "password": "haru-1"}
ACCOUNT = {"name": "agent", "token": "TK-1", "groups": ["office"]}
SATO = {"name": "佐藤", "token": "TK-2", "groups": ["hr"]}
EVENTS = [
    {
        "id": "budget",
        "start": "2026-04-07T10:00:00+09:00",
        "end": "2026-04-07T11:30:00+09:00",
        "summary": "予算会議",
        "location": "第二会議室",
        "attendees": ["hanako@midori.example"],
    },
    {"id": "holiday", "start": "2026-04-08", "summary": "休み"},
]
OTHERS = [{"id": "call", "start": "2026-04-07T13:00:00+09:00", "end": "2026-04-07T17:00:00+09:00", "summary": "来客"}]
CARDS = [
    {
        "id": "c1",
        "name": "髙橋 一郎",
        "kana": "タカハシ イチロウ",
        "email": "t@aoba.example",
        "organisation": "青葉商事",
    }
]
SEED: dict[str, Any] = {
    "calendar": {
        "users": [BASIC, {"login": "sato", "password": "natsu-2"}],
        "calendars": [
            {"owner": "agent", "id": "work", "name": "仕事", "events": EVENTS},
            {"owner": "sato", "id": "work", "name": "佐藤", "readers": ["agent"], "events": OTHERS},
        ],
        "contacts": [{"owner": "agent", "id": "contacts", "name": "取引先", "cards": CARDS}],
    },
    "wiki": {
        "accounts": [ACCOUNT, SATO],
        "pages": [
            {"path": "手順/休暇", "title": "休暇", "text": "前日までに申請", "author": "佐藤", "date": "2026-03-01"},
            {"path": "人事", "text": "内密", "readers": ["hr"]},
        ],
    },
    "share": {
        "users": [{**BASIC, "groups": ["office"]}],
        "folders": [{"path": "/共有", "writers": ["office"]}, {"path": "/様式", "readers": ["office"]}],
        "files": [
            {"path": "/共有/a b.txt", "text": "一行目\n", "modified": "2026-04-01T09:00:00+09:00"},
            {"path": "/様式/届.bin", "base64": base64.b64encode(b"\xff\0\x01").decode()},
            {"path": "/様式/旧.txt", "base64": base64.b64encode("旧い文字".encode("cp932")).decode()},
        ],
    },
    "chat": {
        "accounts": [ACCOUNT, SATO],
        "channels": [
            {
                "name": "総務",
                "topic": "連絡",
                "unread": {"agent": 1},
                "messages": [{"author": "佐藤", "date": "2026-04-02T09:00:00+09:00", "text": "@agent 確認を"}],
            },
            {"name": "人事", "private": True, "members": ["佐藤"], "messages": []},
        ],
    },
    "tickets": {
        "accounts": [ACCOUNT],
        "tickets": [{"id": "T-1", "from": "総務", "subject": "紙詰まり", "text": "三階です", "created": "2026-04-01"}],
    },
}


@pytest.fixture(scope="module")
def office(pods: Pods) -> Iterator[Workplace]:
    """A pod with the five services."""
    servers = []
    for name in NAMES:
        login = BASIC if name in ("calendar", "share") else {"token": "TK-1"}
        servers.append(ToolServer(name=name, parameters={"url": f"http://{name}.midori.example", **login}))
    world = ContainerWorld(pods, OFFICE, episode="office", servers=servers, seed=SEED)
    try:
        yield Workplace(world)
    finally:
        world.close()


def test_events_are_listed_made_changed_and_deleted(office: Workplace) -> None:
    """Times are given and shown in the zone; another's calendar is read by owner and id."""
    assert office.text("calendar_calendars") == "contacts | contacts | 取引先\nwork | calendar | 仕事"
    listed = office.text("calendar_list", start="2026-04-07", end="2026-04-08")
    assert listed.splitlines() == [
        "budget | 2026-04-07T10:00+09:00 - 2026-04-07T11:30+09:00 | 予算会議 | location: 第二会議室"
        " | attendees: hanako@midori.example",
        "holiday | 2026-04-08 - 2026-04-09 | 休み",
    ]
    assert office.told() == [("calendar", "event.list", True)]
    made = office.text(
        "calendar_create", summary="面談; A, B", start="2026-04-09T09:00", description="一行目\n二行目 " * 20
    )
    id_ = made.split()[1].rstrip(":")
    assert office.told() == [("calendar", "event.create", True)]
    assert office.text("calendar_update", id=id_, start="2026-04-09T15:00", location="受付") == f"changed {id_}"
    [row] = office.text("calendar_list", start="2026-04-09", end="2026-04-09").splitlines()[:1]
    assert row.startswith(f"{id_} | 2026-04-09T15:00+09:00 - 2026-04-09T16:00+09:00 | 面談; A, B | location: 受付")
    [found] = [
        each for each in office.world.probe({"service": "calendar", "events": {"owner": "agent"}}) if each["id"] == id_
    ]
    assert found["description"] == "一行目\n二行目 " * 20
    assert office.text("calendar_delete", id=id_) == f"deleted {id_}"
    assert "404" in office.error("calendar_delete", id=id_)
    assert "来客" in office.text("calendar_list", start="2026-04-07", end="2026-04-07", calendar="sato/work")
    assert "403" in office.error("calendar_create", summary="x", start="2026-04-07T09:00", calendar="sato/work")
    assert "no time" in office.error("calendar_create", summary="x", start="tomorrow")
    assert "not after" in office.error("calendar_create", summary="x", start="2026-04-07", end="2026-04-07")
    assert "62 days" in office.error("calendar_list", start="2026-04-07", end="2027-04-07")
    assert "no mail address" in office.error("calendar_create", summary="x", start="2026-04-07", attendees=["a\r\nb"])


def test_free_time_is_what_all_calendars_leave(office: Workplace) -> None:
    """Working hours, without what is taken in either calendar, a whole day included."""
    both = office.text("calendar_free", start="2026-04-07", end="2026-04-08", calendars=["work", "sato/work"])
    assert both.splitlines() == [
        "2026-04-07T09:00+09:00 - 2026-04-07T10:00+09:00",
        "2026-04-07T11:30+09:00 - 2026-04-07T13:00+09:00",
        "2026-04-07T17:00+09:00 - 2026-04-07T18:00+09:00",
    ]
    assert office.text("calendar_free", start="2026-04-11", end="2026-04-12") == "no free time of that length"
    assert "2026-04-11T09:00" in office.text("calendar_free", start="2026-04-11", end="2026-04-12", weekends=True)


def test_contacts_are_found_and_added(office: Workplace) -> None:
    """By any part of a card; what was added is there once."""
    assert office.text("calendar_contacts_search", query="タカハシ") == (
        "c1 | 髙橋 一郎 | email: t@aoba.example | organisation: 青葉商事"
    )
    assert office.text("calendar_contacts_add", name="西田 京子", phone="0A0-0123-4567").endswith(": 西田 京子")
    assert "phone: 0A0-0123-4567" in office.text("calendar_contacts_search", query="京子")
    assert (
        office.error("calendar_contacts_add", name="西田 京子", phone="0A0-0123-4567") == "there is this very contact"
    )
    assert office.text("calendar_contacts_search", query="いない") == "no contacts"


def test_the_wiki_is_read_searched_and_written(office: Workplace) -> None:
    """Pages with their history; a conflict and a page for others are honest errors."""
    assert office.text("wiki_list") == "手順/休暇 | 休暇 | 2026-03-01 | 佐藤"
    assert (
        office.text("wiki_read", page="手順/休暇")
        == "休暇 (手順/休暇)\nRevision 1 by 佐藤, 2026-03-01\n\n前日までに申請"
    )
    assert office.text("wiki_search", query="前日 申請").startswith("手順/休暇 | 休暇 |")
    wrote = office.text("wiki_write", page="手順/休暇", text="当日も可", comment="緩和", revision=1)
    assert wrote == "wrote revision 2 of 手順/休暇"
    assert office.told() == [("wiki", "page.change", True)]
    assert "has changed since" in office.error("wiki_write", page="手順/休暇", text="x", revision=1)
    assert office.text("wiki_history", page="手順/休暇").splitlines()[0].endswith("| agent | 緩和")
    assert "前日まで" in office.text("wiki_read", page="手順/休暇", revision=1)
    assert "for others" in office.error("wiki_read", page="人事")
    assert office.told() == [("wiki", "page.read", False)]
    assert "cannot be part of an address" in office.error("wiki_read", page="a/../b")


def test_files_of_the_share_are_listed_read_written_and_moved(office: Workplace) -> None:
    """Text in either charset, other content as base64; refusals come with the server's words."""
    assert office.text("share_list", folder="/共有") == "a b.txt | 10 bytes | 2026-04-01T00:00:00+00:00"
    assert office.text("share_read", file="/共有/a b.txt") == "一行目\n"
    assert office.text("share_read", file="様式/旧.txt") == "旧い文字"
    assert "base64" in office.error("share_read", file="/様式/届.bin")
    assert office.text("share_read", file="/様式/届.bin", encoding="base64") == "/wAB"
    assert office.text("share_write", file="/共有/新.bin", base64="/wAB") == "created /共有/新.bin (3 bytes)"
    assert office.told() == [("share", "file.write", True)]
    assert office.text("share_write", file="/共有/新.bin", text="改") == "replaced /共有/新.bin (3 bytes)"
    assert office.text("share_create", folder="/共有/箱") == "created /共有/箱"
    assert office.text("share_move", source="/共有/新.bin", target="/共有/箱/新.txt").startswith("moved")
    assert "412" in office.error("share_move", source="/共有/a b.txt", target="/共有/箱/新.txt")
    assert office.text("share_delete", path="/共有/箱") == "deleted /共有/箱"
    assert "403" in office.error("share_write", file="/様式/新.txt", text="x")
    assert office.told() == [("share", "file.write", False)]
    assert "404" in office.error("share_read", file="/共有/無い")
    assert "a file" in office.error("share_list", folder="/共有/a b.txt")
    assert "either" in office.error("share_write", file="/共有/x")
    assert "no base64" in office.error("share_write", file="/共有/x", base64="***")


def test_the_chat_is_read_and_spoken_in(office: Workplace) -> None:
    """Channels with what is unread, posts, replies in threads, direct messages."""
    assert office.text("chat_channels") == "総務 | public | 2 members | 連絡 | 1 unread, 1 mention you"
    assert office.text("chat_people") == "agent\n佐藤"
    read = office.text("chat_read", channel="総務", unread=True)
    assert read == "1 | 2026-04-02T09:00:00+09:00 | 佐藤: @agent 確認を"
    assert office.text("chat_reply", channel="総務", message=1, text="確認しました").endswith("in 総務")
    assert office.told() == [("chat", "message.post", True)]
    assert "(reply to 1): 確認しました" in office.text("chat_read", channel="総務", thread=1)
    assert office.text("chat_post", channel="総務", text="以上") == "posted as message 3 in 総務"
    assert office.text("chat_direct", to="佐藤", text="別件で") == "sent as message 4 in @agent+佐藤"
    assert office.text("chat_search", query="別件").startswith("@agent+佐藤 | 4 |")
    assert "no account" in office.error("chat_direct", to=["誰か"], text="x")
    assert "for its members" in office.error("chat_read", channel="人事")
    [*_, last] = office.world.probe({"service": "chat", "messages": {}})
    assert (last["author"], last["text"]) == ("agent", "別件で")


def test_tickets_are_read_created_and_closed(office: Workplace) -> None:
    """The whole life of a ticket."""
    assert office.text("tickets_list") == "T-1 | open | 2026-04-01 | 総務 | 紙詰まり"
    made = office.text("tickets_create", subject="増設", text="二台")
    assert made == "created T-9001"
    assert office.text("tickets_comment", id="T-9001", text="了解") == "commented on T-9001"
    assert office.text("tickets_read", id="T-9001").endswith("Status: open\n\n二台\n\n-- agent:\n了解")
    assert office.text("tickets_close", id="T-9001") == "T-9001 is closed"
    assert office.text("tickets_list", status="closed").startswith("T-9001 |")
    assert "404" in office.error("tickets_read", id="T-77")
    assert "cannot be part" in office.error("tickets_read", id="..")
