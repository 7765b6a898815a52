"""Writes seed/*.yaml: the people, mails and notices of 株式会社みどり製作所. Same script, same files.

Nobody here exists. Telephone numbers are 0A0-0xxx-xxxx (never assigned), mail domains end in .example, and the check digit
of every individual number (My Number) is wrong by one (平成26年総務省令第85号 第5条: the true one is 11 - sum mod 11).
Family names differ from those a scenario draws people from, so that a drawn person is never taken for one of these.

    python3 environments/hr_department/generate.py
"""

import json
from pathlib import Path
from random import Random

from mails import COMPANY_WIDE, PERSONAL, SHARED, WEEKLY

FOLDER = Path(__file__).parent / "seed"
DOMAIN = "midori.example"
COMPANY = "株式会社みどり製作所"
PORTAL_PASSWORD = "hinoki-5512-shizuku"
DEPARTMENTS = {"人事部": 5, "経理部": 4, "営業部": 8, "製造部": 10, "品質保証部": 5, "情報システム部": 4, "物流部": 5}
FAMILIES = (
    "佐藤 サトウ sato|鈴木 スズキ suzuki|田中 タナカ tanaka|山本 ヤマモト yamamoto|中村 ナカムラ nakamura|小林 コバヤシ kobayashi|"
    "加藤 カトウ kato|山田 ヤマダ yamada|佐々木 ササキ sasaki|山口 ヤマグチ yamaguchi|松本 マツモト matsumoto|井上 イノウエ inoue|"
    "木村 キムラ kimura|林 ハヤシ hayashi|清水 シミズ shimizu|森 モリ mori|池田 イケダ ikeda|橋本 ハシモト hashimoto|"
    "石川 イシカワ ishikawa|前田 マエダ maeda|藤田 フジタ fujita|小川 オガワ ogawa|岡田 オカダ okada|後藤 ゴトウ goto|"
    "長谷川 ハセガワ hasegawa|村上 ムラカミ murakami|近藤 コンドウ kondo|石井 イシイ ishii|坂本 サカモト sakamoto|遠藤 エンドウ endo|"
    "青木 アオキ aoki|藤井 フジイ fujii|西村 ニシムラ nishimura|福田 フクダ fukuda|三浦 ミウラ miura|藤原 フジワラ fujiwara|"
    "岡本 オカモト okamoto|松田 マツダ matsuda|中川 ナカガワ nakagawa|原田 ハラダ harada|竹内 タケウチ takeuchi"
).split("|")
GIVENS = (
    "誠 マコト makoto|裕子 ユウコ yuko|浩 ヒロシ hiroshi|久美 クミ kumi|和也 カズヤ kazuya|明美 アケミ akemi|隆之 タカユキ takayuki|"
    "結衣 ユイ yui|亮 リョウ ryo|智子 トモコ tomoko|剛 ツヨシ tsuyoshi|愛 アイ ai|勇気 ユウキ yuki|直子 ナオコ naoko|"
    "哲也 テツヤ tetsuya|沙織 サオリ saori|秀樹 ヒデキ hideki|麻衣 マイ mai|学 マナブ manabu|理恵 リエ rie"
).split("|")
TITLES = ("部長", "課長", "係長", "主任", "")
CHECKS = ("A(異常なし)", "A(異常なし)", "B(軽度異常)", "C(要経過観察)", "D(要精密検査)")
HISTORIES = ("特記事項なし", "特記事項なし", "特記事項なし", "花粉症(通院なし)", "腰痛のため重量物の取扱いを制限", "高血圧症で服薬中", "気管支喘息の既往あり")
WORKING_DAYS = {"2026-02": 18, "2026-03": 21}
BOXES = {"人事部": "jinji", "総務": "soumu"}


def individual_number(random):
    """Return 12 digits of the right form whose check digit is wrong."""
    base = [random.randrange(10) for _ in range(11)]
    remainder = sum(digit * weight for digit, weight in zip(base, (6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2))) % 11
    true = 0 if remainder <= 1 else 11 - remainder
    return "".join(map(str, base)) + str((true + 1) % 10)


def people(random):
    """Return the employees and their attendance."""
    families = [entry.split() for entry in FAMILIES]
    random.shuffle(families)
    employees, attendance = [], []
    for department, count in DEPARTMENTS.items():
        for rank in range(count):
            family, family_kana, family_romaji = families[len(employees)]
            given, given_kana, given_romaji = random.choice(GIVENS).split()
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
                "birthday": f"{year - 22 - random.randrange(6)}-{random.randrange(1, 13):02d}-{random.randrange(1, 29):02d}",
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
        {"login": "soumu", "password": f"momiji-{random.randrange(1000, 9999)}-hato", "address": f"soumu@{DOMAIN}", "name": "総務課"},
    ]
    for employee in employees:
        if employee["title"] in ("部長", "課長"):
            login = employee["email"].partition("@")[0]
            password = f"{random.choice(('sakura', 'tsubaki', 'hagi', 'kikyo'))}-{random.randrange(1000, 9999)}-{random.choice(('kumo', 'yama', 'kawa'))}"
            users.append({"login": login, "password": password, "address": employee["email"], "name": employee["name"]})
    return users


def mails(random, employees):
    """Return all mails: hand-written ones, and the weekly ones of the departments."""
    heads = {employee["department"]: employee for employee in employees if employee["title"] == "部長"}
    seconds = {employee["department"]: employee for employee in employees if employee["title"] == "課長"}

    def written(text):
        """Fill in people: {営業部} is the head's family name, {営業部:2} the section chief's, with @ their full address."""
        for department in DEPARTMENTS:
            for mark, who in (("", heads[department]), (":2", seconds[department])):
                text = text.replace(f"{{{department}{mark}}}", who["name"].split()[0])
                text = text.replace(f"{{@{department}{mark}}}", f"{who['name']} <{who['email']}>")
        return text.replace("{@人事}", f"人事部 <jinji@{DOMAIN}>").replace("{@総務}", f"総務課 <soumu@{DOMAIN}>")

    everyone = ["{@人事}", "{@総務}", *(f"{{@{department}}}" for department in DEPARTMENTS)]
    entries = [{**entry, "to": entry.get("to", ["{@人事}"])} for entry in SHARED]
    entries += [{**entry, "to": everyone} for entry in COMPANY_WIDE]
    entries += list(PERSONAL)
    for week, date in enumerate(("2026-03-20", "2026-03-27", "2026-04-03")):
        for department in DEPARTMENTS:
            figures = {"done": random.randrange(82, 101), "cases": random.randrange(3, 28), "week": week + 3}
            body = WEEKLY[department].format(**figures)
            entries.append(
                {
                    "from": f"{{@{department}:2}}",
                    "to": [f"{{@{department}}}"],
                    "subject": f"【週報】{department} {date[5:].replace('-', '/')}週",
                    "date": f"{date}T{17 + random.randrange(2)}:{random.randrange(10, 59)}:00+09:00",
                    "text": f"{{{department}}}部長\n\nお疲れさまです。{{{department}:2}}です。今週の状況を報告します。\n\n{body}\n\n以上、よろしくお願いいたします。\n",
                    "seen": True,
                }
            )
    filled = [json.loads(written(json.dumps(entry, ensure_ascii=False))) for entry in entries]
    for entry in filled:
        # Older mail programs of Japan send ISO-2022-JP to this day.
        if random.random() < 0.3:
            entry.setdefault("charset", "iso-2022-jp")
    return sorted(filled, key=lambda entry: entry["date"])


def main():
    """Write the three seed files."""
    random = Random(20260406)
    employees, attendance = people(random)
    users, messages = mailboxes(random, employees), mails(random, employees)
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
        "notices": json.loads((Path(__file__).parent / "notices.json").read_text()),
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
