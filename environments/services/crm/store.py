"""Customers and cases in SQLite. A customer is kept as it was seeded, whatever fields it has."""

import json
import unicodedata

from web_store import Store

SCHEMA = """
CREATE TABLE customer (id TEXT PRIMARY KEY, data TEXT NOT NULL, plain TEXT NOT NULL, folded TEXT NOT NULL);
CREATE TABLE support_case (id TEXT PRIMARY KEY, customer TEXT NOT NULL, subject TEXT NOT NULL, status TEXT NOT NULL,
    opened TEXT NOT NULL, owner TEXT NOT NULL);
CREATE TABLE entry (number INTEGER PRIMARY KEY, support_case TEXT NOT NULL REFERENCES support_case,
    author TEXT NOT NULL, date TEXT NOT NULL, text TEXT NOT NULL);
"""
SEARCHED = ("id", "name", "kana", "email", "phone")
VARIANTS = str.maketrans("髙齋齊斉邉邊﨑碕嵜濵濱櫻澤廣𠮷嶋嶌國", "高斎斎斎辺辺崎崎崎浜浜桜沢広吉島島国")
"""Glyph variants of family names that are taken for one another."""


class Customers:
    """All records; every seed replaces them."""

    def __init__(self):
        self.store = Store(SCHEMA)

    def seed(self, customers, cases):
        """Put these records in the place of everything there was.

        Raises:
            ValueError: If an entry is malformed; the text says which.
        """
        known = {customer["id"] for customer in customers}
        entries = []
        for case in cases:
            if case["customer"] not in known:
                raise ValueError(f"case {case['id']}: there is no customer {case['customer']!r}")
            entries += [{"support_case": case["id"], "author": each.get("author", ""), "date": each.get("date", ""),
                         "text": each["text"]} for each in case.get("entries", [])]  # fmt: skip
        usual = {"status": "open", "opened": "", "owner": ""}
        self.store.replace({
            "customer": [row(customer) for customer in customers],
            "support_case": [
                {key: case[key] for key in ("id", "customer", "subject")}
                | {key: case.get(key, usual[key]) for key in usual}
                for case in cases
            ],
            "entry": entries,
        })  # fmt: skip

    def search(self, text, fuzzy, filters, limit, offset):
        """Return the customers that match, and how many there are.

        Args:
            text: Part of the number, name, kana, mail address or telephone number; empty for all.
            fuzzy: Whether spaces, widths and variants of glyphs (髙/高) make no difference.
            filters: Exact values by field.
            limit: Most customers to return.
            offset: How many to leave out before.
        """
        column, wanted = ("folded", folded(text)) if fuzzy else ("plain", text)
        rows = self.store.rows(f"SELECT data FROM customer WHERE instr({column}, ?) > 0 ORDER BY id", wanted)
        found = [json.loads(each["data"]) for each in rows]
        found = [each for each in found if all(str(each.get(key, "")) == value for key, value in filters.items())]
        return found[offset : offset + limit], len(found)

    def customer(self, identity):
        """Return one customer, or None."""
        found = self.store.row("SELECT data FROM customer WHERE id = ?", identity)
        return json.loads(found["data"]) if found else None

    def update(self, identity, values):
        """Change fields of a customer."""
        with self.store as store:
            changed = row({**self.customer(identity), **values})
            store.change("UPDATE customer SET data = ?, plain = ?, folded = ? WHERE id = ?",
                         changed["data"], changed["plain"], changed["folded"], identity)  # fmt: skip

    def cases(self, customer="", status="", text=""):
        """Return the cases that match, with what was said first about each."""
        return self.store.rows(
            "SELECT c.*, (SELECT count(*) FROM entry e WHERE e.support_case = c.id) AS entries FROM support_case c"
            " WHERE (? = '' OR customer = ?) AND (? = '' OR status = ?) AND instr(subject, ?) > 0 ORDER BY opened, id",
            customer, customer, status, status, text,
        )  # fmt: skip

    def case(self, identity):
        """Return one case with all its entries, or None."""
        found = self.store.row("SELECT * FROM support_case WHERE id = ?", identity)
        if found is None:
            return None
        entries = self.store.rows(
            "SELECT author, date, text FROM entry WHERE support_case = ? ORDER BY number", identity
        )
        return {**found, "entries": entries}

    def open_case(self, customer, subject, owner, opened):
        """Add a case and return its number."""
        with self.store as store:
            count = store.row("SELECT count(*) AS n FROM support_case")["n"]
            number = f"C-N{count + 1}"
            store.change("INSERT INTO support_case (id, customer, subject, status, opened, owner)"
                         " VALUES (?, ?, ?, 'open', ?, ?)", number, customer, subject, opened, owner)  # fmt: skip
        return number

    def add_entry(self, case, author, date, text):
        """Add an entry to a case."""
        self.store.change(
            "INSERT INTO entry (support_case, author, date, text) VALUES (?, ?, ?, ?)", case, author, date, text
        )

    def set_status(self, case, status):
        """Set the status of a case."""
        self.store.change("UPDATE support_case SET status = ? WHERE id = ?", status, case)


def row(customer):
    """Return a customer as it is kept."""
    searched = "\n".join(str(customer.get(name, "")) for name in SEARCHED)
    searched += "\n" + str(customer.get("name", "")).replace(" ", "").replace("\u3000", "")
    data = json.dumps(customer, ensure_ascii=False)
    return {"id": customer["id"], "data": data, "plain": searched, "folded": folded(searched)}


def folded(text):
    """Return text without spaces, in one width and case, with one glyph for all variants of it."""
    plain = unicodedata.normalize("NFKC", text.translate(VARIANTS)).casefold()
    return "".join(each for each in plain if not each.isspace() or each == "\n")
