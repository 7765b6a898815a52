"""Writes seed/*.yaml: everything that the cooperative has in its services. Same script, same files.

python3 environments/farm_cooperative/generate.py
"""

import sys
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))

from population import Office, read, write  # noqa: E402


def records(material):
    """Return the seed of the audit portal: sprayings of the last months, every field with the source it is from."""
    told, random, now = material["records"], Random(material["seed"] + 1), datetime.fromisoformat(material["now"])
    rows = []
    days = sorted((random.randrange(30, 88) for _ in range(told["count"])), reverse=True)
    for number, day in enumerate(days):
        field = random.choice(told["places"])
        product = random.choice([each for each in told["products"] if field["crop"] in each["crops"]])
        date = (now - timedelta(days=day)).date()
        values = {
            "date": date.isoformat(),
            "field": field["field"],
            "crop": field["crop"],
            "product": product["name"],
            "dilution": str(random.choice(product["dilutions"])),
            "amount": str(random.randrange(8, 31) * 10),
            "worker": random.choice(field["workers"]),
        }
        book = f"作業手帳 {date.month}月{date.day}日"
        slip = f"購入台帳 P-{random.randrange(20000, 29999)}"
        sources = {name: slip if name == "product" else book for name in values}
        rows.append({"id": f"R-{101 + number}", "values": values, "sources": sources})
    keys = ("name", "token", "login", "password")
    account = {key: material["assistant"][key] for key in keys}
    return {"accounts": [account], **{key: told[key] for key in ("audit", "fields", "questions")}, "rows": rows}


def main():
    """Write the seed files."""
    office = Office(read(HERE))
    office.write(HERE, "mail", "tickets", "chat", "wiki", "share")
    write(HERE, "records", records(office.material))


if __name__ == "__main__":
    main()
