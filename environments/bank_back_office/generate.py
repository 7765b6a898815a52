"""Writes seed/*.yaml: everything that あさぎり銀行 has in its services. Same script, same files.

python3 environments/bank_back_office/generate.py
"""

import sys
from datetime import date, timedelta
from pathlib import Path
from random import Random

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))

from population import Office, cases, read, write  # noqa: E402
from population.people import NAMES, phone  # noqa: E402

CONFIDENTIAL = ["aml_note"]
"""Fields of the CRM that the assistant's role may not read."""
LOOKALIKE = "氏名の読みが同じ別のお客さまあり。取り違えに注意"


def main():
    """Write the seed files."""
    material = read(HERE)
    random = Random(material["seed"])
    customers = drawn_customers(random, material)
    material["outsiders"] += [
        {"kind": "customer", "name": one["name"], "address": one["email"], "organisation": one["segment"]}
        for one in customers
    ]
    office = Office(material)
    for one in customers:
        one["owner"] = random.choice([each for each in office.staff if each.department == "本店営業部"]).name
    office.write(HERE, "mail", "tickets", "wiki")
    write(HERE, "chat", chat(office))
    write(HERE, "crm", crm(office, customers))
    write(HERE, "bank", bank(random, office, customers))


def drawn_customers(random, material):
    """Return customers in the order of their readings: some whose names differ in a glyph only, and others."""
    others = random.sample(NAMES["families"], material["others"])
    groups = [*material["lookalikes"], *([spoken(entry)] for entry in others)]
    people = []
    for group in groups:
        given, given_kana, given_romaji = spoken(random.choice(NAMES["givens"])).split()
        for entry in group:
            family, kana, romaji = entry.split()
            note = LOOKALIKE if len(group) > 1 else random.choice(material["notes"])
            people.append((f"{kana} {given_kana}", f"{family} {given}", f"{given_romaji}.{romaji}", note))
    customers = []
    for number, (kana, name, romaji, note) in enumerate(sorted(people)):
        birthday = date(1940, 1, 1) + timedelta(days=random.randrange(65 * 365))
        town = random.choice(material["towns"])
        customers.append(
            {
                "id": f"K-{10011 + 37 * number}",
                "name": name,
                "kana": kana,
                "birthday": birthday.isoformat(),
                "email": f"{romaji}{random.randrange(10, 100)}@{random.choice(material['providers'])}",
                "phone": phone(random),
                "address": f"霧浜市{town}{random.randrange(1, 6)}-{random.randrange(1, 30)}-{random.randrange(1, 20)}",
                "segment": random.choice(material["segments"]),
                "owner": "",
                "account": f"{1204017 + 613 * number}",
                "annual_income": random.choice(material["incomes"]),
                "health_declaration": "なし",
                "aml_note": "なし",
                "note": note,
            }
        )
    return customers


def spoken(entry):
    """Return a name's entry with its reading in hiragana, as the bank keeps it."""
    name, kana, romaji = entry.split()
    hiragana = "".join(chr(ord(each) - 0x60) if "ァ" <= each <= "ヶ" else each for each in kana)
    return f"{name} {hiragana} {romaji}"


def chat(office):
    """Return the seed of the chat: private channels without the assistant."""
    seed = office.chat()
    for channel in seed["channels"]:
        if channel["private"]:
            channel["members"].remove(office.assistant["name"])
    return seed


def crm(office, customers):
    """Return the seed of the CRM: all customers, and cases about them."""
    numbers = {one["email"]: one["id"] for one in customers}
    conversations = office.conversations("cases")
    accounts = [{**account, "role": role} for account, role in (
        (logged_in(office.assistant), "agent"), (logged_in(office.material["manager"]), "manager"))]  # fmt: skip
    made = cases(conversations, lambda each: numbers[each.messages[0].author.address], now=office.now)
    owners = [one.name for one in office.staff if one.department == "お客さまサポート部"]
    for number, case in enumerate(made):
        case["owner"] = owners[number % len(owners)]
    return {"accounts": accounts, "confidential": CONFIDENTIAL, "customers": customers, "cases": made}


def bank(random, office, customers):
    """Return the seed of the bank: an account for each customer, with movements of the last three months."""
    ledger = []
    for one in customers:
        entries = []
        for _ in range(random.randrange(6, 12)):
            kind = random.choice(office.material["movements"])
            day = office.now - timedelta(days=random.randrange(1, 90), hours=random.randrange(0, 8))
            amount = random.randrange(kind["low"], kind["high"] + 1) * 1000 - random.randrange(0, 1000)
            entry = {"date": day.isoformat(), "amount": amount, "counterparty": kind["counterparty"]}
            entries.append({**entry, "text": kind["text"]})
        entries.sort(key=lambda entry: entry["date"])
        account = {"number": one["account"], "holder": one["name"], "owner": one["id"], "kind": "普通"}
        balance = random.randrange(40, 3200) * 1000 + random.randrange(1000)
        limits = {"limit_per_transfer": 500_000, "limit_per_day": 1_000_000}
        ledger.append({**account, "balance": balance, **limits, "entries": entries})
    accounts = [{**logged_in(office.assistant), "role": "staff"}]
    policy = {"bank": office.material["organisation"], "raise_limits": "staff"}
    return {"policy": policy, "accounts": accounts, "ledger": ledger}


def logged_in(account):
    """Return what a service needs of an account."""
    return {key: account[key] for key in ("name", "login", "password", "token")}


if __name__ == "__main__":
    main()
