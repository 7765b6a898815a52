"""What the calendar tool offers: names, schemas and descriptions in both languages."""

from __future__ import annotations

from typing import Any

from mcp_stdio import Tool, prop

WORDS = {"type": "array", "items": {"type": "string"}}


def offer(calendar: Any) -> list:
    """Return the tools of one account."""
    where = prop(
        "string",
        f"Id of the calendar, or owner/id for another's; {calendar.calendar} when left out.",
        f"予定表の id。他の人のものは owner/id。省略時は {calendar.calendar}。",
    )
    book = prop(
        "string",
        f"Id of the address book; {calendar.contacts} when left out.",
        f"アドレス帳の id。省略時は {calendar.contacts}。",
    )
    id_ = prop("string", "Id of the event, as in the list.", "一覧にある予定の id。")
    start = prop("string", "Start, such as 2026-04-07T10:00, or a date.", "開始。例 2026-04-07T10:00。日付だけも可。")
    end = prop("string", "End; an hour or a day later when left out.", "終了。省略時は 1 時間後（終日なら翌日）。")
    since = prop("string", "From this time or date.", "この日時から。")
    until = prop("string", "To this time, or with this date.", "この日時まで（日付はその日を含む）。")
    texts = {
        "summary": prop("string", "Title.", "件名。"),
        "description": prop("string", "Description.", "説明。"),
        "location": prop("string", "Place.", "場所。"),
        "attendees": prop(WORDS, "Mail addresses of who takes part.", "参加者のメールアドレス。"),
    }
    hour = {"minimum": 0, "maximum": 24}
    return [
        Tool(
            "calendar_calendars",
            {"en": "List your calendars and address books.", "ja": "自分の予定表とアドレス帳を一覧する。"},
            {},
            calendar.calendars,
        ),
        Tool(
            "calendar_list",
            {"en": "List the events of a time.", "ja": "期間内の予定を一覧する。"},
            {"start": since, "end": until, "calendar": where},
            calendar.list,
            ["start", "end"],
        ),
        Tool(
            "calendar_create",
            {"en": "Create an event.", "ja": "予定を登録する。"},
            {"start": start, "end": end, **texts, "calendar": where},
            calendar.create,
            ["summary", "start"],
        ),
        Tool(
            "calendar_update",
            {
                "en": "Change an event; what is left out stays, an empty text removes.",
                "ja": "予定を変更する。省略した項目はそのまま、空文字は削除。",
            },
            {"id": id_, "start": start, "end": end, **texts, "calendar": where},
            calendar.update,
            ["id"],
        ),
        Tool(
            "calendar_delete",
            {"en": "Delete an event.", "ja": "予定を削除する。"},
            {"id": id_, "calendar": where},
            calendar.delete,
            ["id"],
        ),
        Tool(
            "calendar_free",
            {"en": "Find free time in one or several calendars.", "ja": "一つまたは複数の予定表の空き時間を探す。"},
            {
                "start": since,
                "end": until,
                "minutes": prop(
                    "integer", "Least length; 60 when left out.", "最短の長さ（分）。", minimum=5, maximum=1440
                ),
                "calendars": prop(WORDS, "Calendars that must all be free.", "すべて空いているべき予定表。"),
                "day_begins": prop(
                    "integer", "Hour at which a day begins; 9.", "一日の開始時刻。省略時は 9。", minimum=0, maximum=23
                ),
                "day_ends": prop("integer", "Hour at which a day ends; 18.", "一日の終了時刻。省略時は 18。", **hour),
                "weekends": prop("boolean", "Saturdays and Sundays too.", "土日も含める。"),
            },
            calendar.free,
            ["start", "end"],
        ),
        Tool(
            "calendar_contacts_search",
            {"en": "Find contacts that hold a text.", "ja": "文字列を含む連絡先を探す。"},
            {
                "query": prop("string", "Part of a name, address, note ...", "名前・メール・メモなどの一部。"),
                "contacts": book,
            },
            calendar.search,
            ["query"],
        ),
        Tool(
            "calendar_contacts_add",
            {"en": "Add a contact.", "ja": "連絡先を追加する。"},
            {
                "name": prop("string", "Family name, a blank, given name.", "氏名（姓と名の間に空白）。"),
                "email": prop("string", "Mail address.", "メールアドレス。"),
                "phone": prop("string", "Phone number.", "電話番号。"),
                "organisation": prop("string", "Organisation.", "所属。"),
                "title": prop("string", "Position.", "役職。"),
                "note": prop("string", "Note.", "メモ。"),
                "contacts": book,
            },
            calendar.add,
            ["name"],
        ),
    ]
