"""Writes seed/*.yaml: what 水上 千代子 has in her services. Same script, same files.

python3 environments/smart_home/generate.py
"""

import sys
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))

from population import Office, read, write  # noqa: E402

OWNER = "水上 千代子"
PAYEES = [
    {"id": "P-1", "name": "牧野 由紀", "bank": "しらさぎ銀行", "branch": "緑町支店", "number": "2203745"},
    {"id": "P-2", "name": "桜台自治会", "bank": "みらい銀行", "branch": "桜台支店", "number": "0088120"},
    {"id": "P-3", "name": "俳句の会ひこばえ", "bank": "みらい銀行", "branch": "本店", "number": "0073416"},
    {"id": "P-4", "name": "若葉野内科クリニック", "bank": "しらさぎ銀行", "branch": "桜台支店", "number": "1120956"},
]
BILLS = [
    ("B-1", "東雲電力", 9840, "2026-02-20", "電気料金 1月分"),
    ("B-2", "若葉野ガス", 8120, "2026-02-20", "ガス料金 1月分"),
    ("B-3", "若葉野市水道局", 4730, "2026-02-25", "上下水道料金 12・1月分"),
    ("B-4", "ひだまりデイサービス", 17460, "2026-02-10", "利用料 1月分"),
    ("B-5", "大樹リフォーム", 180000, "2026-02-28", "浴室改修 手付金"),
    ("B-6", "桜台自治会", 3600, "2026-02-12", "会費 上期分"),
]


def main():
    """Write the seed files."""
    material = read(HERE)
    office = Office(material)
    mail = office.mail()
    mail["users"] += material["mailboxes"]
    calendar = office.calendar()
    calendar["calendars"][0]["name"] = calendar["contacts"][0]["name"] = OWNER
    calendar["contacts"][0]["cards"] = material["cards"]
    write(HERE, "mail", mail)
    write(HERE, "calendar", calendar)
    write(HERE, "bank", bank(material["bank"], Random(material["seed"]), office.now))
    write(
        HERE, "home", {**material["home"], "history": history(material["habits"], Random(material["seed"]), office.now)}
    )


def bank(books, random, now):
    """Return the seed of the bank: a current account with three months of entries, savings, payees, open bills."""
    entries = [*books["once"]]
    for day in (now - timedelta(days=back) for back in range(1, 93)):
        due = [line for line in books["monthly"] if day.day == line["day"]]
        entries += [entry(line, day.replace(hour=6, minute=0), random) for line in due]
        for line in books["weekly"]:
            if day.weekday() == line["weekday"]:
                moment = day.replace(hour=random.randrange(9, 17), minute=random.randrange(60))
                entries.append(entry(line, moment, random))
    for day in books["pension"]["days"]:
        date = datetime.fromisoformat(f"{day}T09:00:00+09:00")
        if date > now - timedelta(days=92):
            entries.append(
                {
                    "date": date.isoformat(),
                    "amount": books["pension"]["amount"],
                    "counterparty": "年金",
                    "text": "老齢年金 2か月分",
                }
            )
    current = {
        "number": books["account"],
        "holder": OWNER,
        "kind": "普通",
        "balance": books["balance"],
        "limit_per_transfer": 300000,
        "limit_per_day": 500000,
        "entries": sorted(entries, key=lambda one: one["date"]),
    }
    savings = {"number": books["savings"], "holder": OWNER, "kind": "定期", "balance": 6200000}
    savings |= {"limit_per_transfer": 0, "limit_per_day": 0}
    return {
        "policy": {"bank": "みらい銀行", "confirmation": "step", "cooling_off": "none", "raise_limits": "at_once"},
        "accounts": [
            {
                "name": OWNER,
                "login": "chiyoko",
                "password": "sumire-4471-yama",
                "token": "tk-mirai-77d0c4",
                "role": "customer",
            }
        ],
        "ledger": [current, savings],
        "payees": [{**payee, "owner": OWNER, "registered": "2023-05-11T10:00:00+09:00"} for payee in PAYEES],
        "bills": [
            {"id": number, "account": books["account"], "biller": biller, "amount": amount, "due": due, "text": text}
            for number, biller, amount, due, text in BILLS
        ],
    }


def history(habits, random, now):
    """Return what changed in the house over three weeks, oldest first: habits, give or take some minutes."""
    changes = []
    for day in (now - timedelta(days=back) for back in range(21, 0, -1)):
        for habit in habits:
            if random.random() > habit.get("often", 1.0):
                continue
            hour, _, minute = habit["at"].partition(":")
            date = day.replace(hour=int(hour), minute=int(minute)) + timedelta(minutes=random.randrange(-15, 16))
            change = {key: habit[key] for key in ("device", "by", "old", "new")}
            changes.append({"date": date.isoformat(), **change})
    return sorted(changes, key=lambda change: change["date"])


def entry(line, date, random):
    """Return one entry of the ledger; its yen are drawn from a list, or between two bounds."""
    amount = random.choice(line["one_of"]) if "one_of" in line else random.randint(line["low"], line["high"])
    return {"date": date.isoformat(), "amount": amount, "counterparty": line["counterparty"], "text": line["text"]}


if __name__ == "__main__":
    main()
