"""Writes seed/*.yaml: the people, mails and notices of 株式会社みどり製作所. Same script, same files.

Nobody here exists. Telephone numbers are 0A0-0xxx-xxxx (never assigned), mail domains end in .example, and the check
digit of every individual number (My Number) is wrong by one (平成26年総務省令第85号 第5条 gives the true one).
Family names differ from those a scenario draws people from, so that a drawn person is never taken for one of these.

    python3 environments/hr_department/generate.py
"""

import json
import sys
from datetime import datetime
from pathlib import Path
from random import Random

import yaml

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))

from population import Cast, Person, converse  # noqa: E402
from population import mails as as_mails  # noqa: E402

MATERIAL = HERE / "material.yaml"
FOLDER = HERE / "seed"
DOMAIN = "midori.example"
COMPANY = "株式会社みどり製作所"
PORTAL_PASSWORD = "hinoki-5512-shizuku"
DEPARTMENTS = {"人事部": 5, "経理部": 4, "営業部": 8, "製造部": 10, "品質保証部": 5, "情報システム部": 4, "物流部": 5}
TITLES = ("部長", "課長", "係長", "主任", "")
CHECKS = ("A(異常なし)", "A(異常なし)", "B(軽度異常)", "C(要経過観察)", "D(要精密検査)")
HISTORIES = (
    "特記事項なし",
    "特記事項なし",
    "特記事項なし",
    "花粉症(通院なし)",
    "腰痛のため重量物の取扱いを制限",
    "高血圧症で服薬中",
    "気管支喘息の既往あり",
)
LETTER = (
    "{head}部長\n\nお疲れさまです。{chief}です。今週の状況を報告します。\n\n{body}\n\n"
    "以上、よろしくお願いいたします。\n"
)
WORKING_DAYS = {"2026-02": 18, "2026-03": 21}


def individual_number(random):
    """Return 12 digits of the right form whose check digit is wrong."""
    base = [random.randrange(10) for _ in range(11)]
    remainder = sum(digit * weight for digit, weight in zip(base, (6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2))) % 11
    true = 0 if remainder <= 1 else 11 - remainder
    return "".join(map(str, base)) + str((true + 1) % 10)


def day(random, year):
    """Return a day of a year."""
    return f"{year}-{random.randrange(1, 13):02d}-{random.randrange(1, 29):02d}"


def people(random, material):
    """Return the employees and their attendance."""
    families = [entry.split() for entry in material["families"]]
    random.shuffle(families)
    employees, attendance = [], []
    for department, count in DEPARTMENTS.items():
        for rank in range(count):
            family, family_kana, family_romaji = families[len(employees)]
            given, given_kana, given_romaji = random.choice(material["givens"]).split()
            year = 2003 + random.randrange(4) if rank == 0 else 2007 + random.randrange(19)
            granted = 20 if year < 2019 else 10 + 2 * max(0, 2025 - year)
            employee = {
                "id": f"E{1001 + len(employees)}",
                "name": f"{family} {given}",
                "kana": f"{family_kana} {given_kana}",
                "department": department,
                "title": TITLES[min(rank, len(TITLES) - 1)],
                "email": f"{given_romaji}.{family_romaji}@{DOMAIN}",
                "phone": f"0{random.choice('789')}0-0{random.randrange(1000):03d}-{random.randrange(10_000):04d}",
                "joined": f"{year}-04-01",
                "leave_granted": min(granted, 20),
                "leave_taken": random.randrange(0, 2 * min(granted, 20) - 4) / 2,
                "birthday": day(random, year - 22 - random.randrange(6)),
                "health_check": random.choice(CHECKS),
                "medical_history": random.choice(HISTORIES),
                "my_number": individual_number(random),
            }
            employees.append(employee)
            for month, days in WORKING_DAYS.items():
                absences = random.choice((0, 0, 0, 0, 0, 1, 2))
                leave = random.choice((0, 0, 0.5, 1, 1, 2))
                attendance.append(
                    {
                        "employee_id": employee["id"],
                        "month": month,
                        "days_worked": days - absences - leave,
                        "absences": absences,
                        "late": random.choice((0, 0, 0, 1, 2)),
                        "overtime_hours": random.randrange(0, 90) / 2,
                    }
                )
    return employees, attendance


def mailboxes(random, employees):
    """Return the users who have a mailbox: the shared ones, and the heads of the departments."""
    users = [
        {"login": "jinji", "password": "wakaba-2741-kaede", "address": f"jinji@{DOMAIN}", "name": "人事部"},
        {
            "login": "soumu",
            "password": f"momiji-{random.randrange(1000, 9999)}-hato",
            "address": f"soumu@{DOMAIN}",
            "name": "総務課",
        },
    ]
    for employee in employees:
        if employee["title"] in ("部長", "課長"):
            login = employee["email"].partition("@")[0]
            first, last = random.choice(("sakura", "tsubaki", "hagi", "kikyo")), random.choice(("kumo", "yama", "kawa"))
            password = f"{first}-{random.randrange(1000, 9999)}-{last}"
            users.append({"login": login, "password": password, "address": employee["email"], "name": employee["name"]})
    return users


def mails(random, employees, material):
    """Return all mails: hand-written ones, and the weekly ones of the departments."""
    heads = {employee["department"]: employee for employee in employees if employee["title"] == "部長"}
    seconds = {employee["department"]: employee for employee in employees if employee["title"] == "課長"}

    def written(text):
        """Fill in people, as material.yaml says."""
        for department in DEPARTMENTS:
            for mark, who in (("", heads[department]), (":2", seconds[department])):
                text = text.replace(f"{{{department}{mark}}}", who["name"].split()[0])
                text = text.replace(f"{{@{department}{mark}}}", f"{who['name']} <{who['email']}>")
        return text.replace("{@人事}", f"人事部 <jinji@{DOMAIN}>").replace("{@総務}", f"総務課 <soumu@{DOMAIN}>")

    everyone = ["{@人事}", "{@総務}", *(f"{{@{department}}}" for department in DEPARTMENTS)]
    entries = [{**entry, "to": entry.get("to", ["{@人事}"])} for entry in material["shared"]]
    entries += [{**entry, "to": everyone} for entry in material["company_wide"]]
    entries += material["personal"]
    for week, date in enumerate(("2026-03-20", "2026-03-27", "2026-04-03")):
        for department in DEPARTMENTS:
            figures = {"done": random.randrange(82, 101), "cases": random.randrange(3, 28), "week": week + 3}
            body = material["weekly"][department].format(**figures)
            entries.append(
                {
                    "from": f"{{@{department}:2}}",
                    "to": [f"{{@{department}}}"],
                    "subject": f"【週報】{department} {date[5:].replace('-', '/')}週",
                    "date": f"{date}T{17 + random.randrange(2)}:{random.randrange(10, 59)}:00+09:00",
                    "text": LETTER.format(head=f"{{{department}}}", chief=f"{{{department}:2}}", body=body),
                    "seen": True,
                }
            )
    filled = [json.loads(written(json.dumps(entry, ensure_ascii=False))) for entry in entries]
    for entry in filled:
        # Older mail programs of Japan send ISO-2022-JP to this day.
        if random.random() < 0.3:
            entry.setdefault("charset", "iso-2022-jp")
    return sorted(filled, key=lambda entry: entry["date"])


def correspondence(employees, users, material):
    """Return the everyday mails of the three months before, made from templates."""
    staff = [
        Person(name=one["name"], address=one["email"], department=one["department"], title=one["title"])
        for one in employees
    ]
    desks = [
        Person(name="人事部", address=f"jinji@{DOMAIN}", department="desk"),
        Person(name="総務課", address=f"soumu@{DOMAIN}", department="desk"),
    ]
    outsiders = [
        Person(name=one["name"], address=one["address"], department=one["kind"], organisation=one["organisation"])
        for one in material["outsiders"]
    ]
    random, until = Random(20260328), datetime.fromisoformat("2026-03-28T18:00:00+09:00")
    conversations = converse(random, Cast(staff, desks, outsiders), material["everyday"], material["words"], until)
    entries = as_mails(random, conversations, until, unread_days=0)
    boxes = {user["address"] for user in users}
    for entry in entries:
        # Most of the staff read their mail elsewhere: here it is what the desk has sent them.
        if not any(address in to for to in entry["to"] for address in boxes):
            entry["folder"] = "Sent"
    return entries


def main():
    """Write the three seed files."""
    random = Random(20260406)
    material = yaml.safe_load(MATERIAL.read_text())
    employees, attendance = people(random, material)
    users = mailboxes(random, employees)
    messages = [*mails(random, employees, material), *correspondence(employees, users, material)]
    messages.sort(key=lambda entry: entry["date"])
    database = {
        "roles": [{"name": "hr_portal", "password": PORTAL_PASSWORD, "service": True}],
        "databases": [{"name": "hr", "owner": "hr_portal"}],
    }
    portal = {
        "company": COMPANY,
        "database": {"host": f"db.{DOMAIN}", "name": "hr", "user": "hr_portal", "password": PORTAL_PASSWORD},
        "accounts": [
            {"login": "hr-assistant", "password": "asagao-8830-tsuki", "role": "hr"},
            {"login": "soumu", "password": f"momiji-{random.randrange(1000, 9999)}-hotaru", "role": "staff"},
        ],
        "employees": employees,
        "attendance": attendance,
        "notices": material["notices"],
    }
    write("mail.yaml", {"users": users, "messages": messages})
    write("database.yaml", database)
    write("portal.yaml", portal)


def write(name, data):
    """Write a file of one entry a line; JSON is YAML too."""
    lines = ["# Written by ../generate.py; change it there."]
    for key, value in data.items():
        if isinstance(value, list):
            lines += [f"{key}:", *(f"  - {json.dumps(entry, ensure_ascii=False)}" for entry in value)]
        else:
            lines.append(f"{key}: {json.dumps(value, ensure_ascii=False)}")
    (FOLDER / name).write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
