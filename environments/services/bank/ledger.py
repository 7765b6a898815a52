"""The books: every movement is two postings whose sum is nothing, written together or not at all."""

from web_store import Store

SCHEMA = """
CREATE TABLE account (number TEXT PRIMARY KEY, holder TEXT NOT NULL, owner TEXT NOT NULL, kind TEXT NOT NULL,
    limit_per_transfer INTEGER, limit_per_day INTEGER, overdraft INTEGER NOT NULL DEFAULT 0);
CREATE TABLE journal (number INTEGER PRIMARY KEY, date TEXT NOT NULL, text TEXT NOT NULL, counterparty TEXT NOT NULL,
    transfer TEXT);
CREATE TABLE posting (journal INTEGER NOT NULL REFERENCES journal, account TEXT NOT NULL, amount INTEGER NOT NULL);
CREATE INDEX posting_account ON posting (account);
CREATE TABLE payee (id TEXT PRIMARY KEY, owner TEXT NOT NULL, name TEXT NOT NULL, bank TEXT NOT NULL,
    branch TEXT NOT NULL, number TEXT NOT NULL, registered TEXT NOT NULL);
CREATE TABLE transfer (id TEXT PRIMARY KEY, source TEXT NOT NULL REFERENCES account, payee TEXT NOT NULL,
    amount INTEGER NOT NULL, text TEXT NOT NULL, status TEXT NOT NULL, asked TEXT NOT NULL, placed_by TEXT NOT NULL,
    new_payee INTEGER NOT NULL, bill TEXT);
CREATE TABLE bill (id TEXT PRIMARY KEY, account TEXT NOT NULL, biller TEXT NOT NULL, amount INTEGER NOT NULL,
    due TEXT NOT NULL, text TEXT NOT NULL, status TEXT NOT NULL, standing INTEGER NOT NULL);
CREATE TABLE limit_change (id INTEGER PRIMARY KEY, account TEXT NOT NULL, field TEXT NOT NULL, old INTEGER,
    new INTEGER NOT NULL, asked TEXT NOT NULL, placed_by TEXT NOT NULL, status TEXT NOT NULL);
"""
OPENING, OUTSIDE = "(opening)", "(outside)"
"""Accounts of the bank itself: what balances began with, and what came from and went to other banks."""
LIMITS = ("limit_per_transfer", "limit_per_day")


def seeded(data):
    """Return the rows of a seed, by table.

    Raises:
        ValueError: If an amount is no whole number, or an entry names an account that does not exist.
    """
    accounts, journal, postings = [], [], []

    def post(date, text, counterparty, account, other, amount):
        journal.append({"number": len(journal) + 1, "date": date, "text": text, "counterparty": counterparty})
        postings.append({"journal": len(journal), "account": account, "amount": amount})
        postings.append({"journal": len(journal), "account": other, "amount": -amount})

    for entry in data.get("ledger", []):
        number, entries = entry["number"], entry.get("entries", [])
        amounts = [whole(each["amount"], f"account {number}") for each in entries]
        opening = whole(entry.get("balance", 0), f"account {number}") - sum(amounts)
        kept = {key: entry.get(key) for key in LIMITS}
        owner = entry.get("owner", entry.get("holder", ""))
        about = {"holder": entry.get("holder", ""), "owner": owner, "kind": entry.get("kind", "普通")}
        accounts.append({"number": number, **about, **kept, "overdraft": int(entry.get("overdraft", 0))})
        post("", "繰越", "", number, OPENING, opening)
        for each, amount in sorted(zip(entries, amounts), key=lambda pair: pair[0]["date"]):
            post(each["date"], each.get("text", ""), each.get("counterparty", ""), number, OUTSIDE, amount)
    known = {account["number"] for account in accounts}
    payees = [{"bank": "", "branch": "", "registered": "", **pick(each, "id owner name bank branch number registered")}
              for each in data.get("payees", [])]  # fmt: skip
    bills = []
    for each in data.get("bills", []):
        if each["account"] not in known:
            raise ValueError(f"bill {each['id']}: there is no account {each['account']!r}")
        usual = {"due": "", "text": "", "status": "open", "standing": False}
        bill = {**usual, **pick(each, "id account biller amount due text status standing")}
        bills.append({**bill, "amount": whole(bill["amount"], f"bill {each['id']}"), "standing": int(bill["standing"])})
    rows = {"account": accounts, "journal": journal, "posting": postings, "payee": payees}
    return {**rows, "transfer": [], "bill": bills, "limit_change": []}


def pick(entry, names):
    """Return the named fields that an entry has."""
    return {name: entry[name] for name in names.split() if name in entry}


def whole(value, where):
    """Return an amount of yen.

    Raises:
        ValueError: If it is no whole number.
    """
    if isinstance(value, bool) or not isinstance(value, int):
        raise ValueError(f"{where}: {value!r} is no whole number of yen")
    return value


class Ledger:
    """Accounts, payees, transfers and bills."""

    def __init__(self):
        self.store = Store(SCHEMA)

    def accounts(self):
        """Return all accounts with their balances."""
        return self.store.rows(
            "SELECT a.*, coalesce((SELECT sum(amount) FROM posting p WHERE p.account = a.number), 0) AS balance"
            " FROM account a ORDER BY number"
        )

    def account(self, number):
        """Return one account, or None."""
        return next((each for each in self.accounts() if each["number"] == number), None)

    def statement(self, number, since="", until="", most=100):
        """Return the newest movements of an account, with the balance after each."""
        rows = self.store.rows(
            "SELECT j.date, p.amount, j.counterparty, j.text, j.transfer,"
            " sum(p.amount) OVER (ORDER BY j.number) AS balance FROM posting p JOIN journal j ON j.number = p.journal"
            " WHERE p.account = ? ORDER BY j.number DESC", number,
        )  # fmt: skip
        wanted = [each for each in rows if each["date"][:10] >= since and (not until or each["date"][:10] <= until)]
        return wanted[:most]

    def sent_on(self, number, day):
        """Return how much left an account by transfers on a day, those that are held included."""
        return self.store.row(
            "SELECT coalesce(sum(amount), 0) AS total FROM transfer WHERE source = ? AND substr(asked, 1, 10) = ?"
            " AND bill IS NULL AND status IN ('done', 'held')", number, day,
        )["total"]  # fmt: skip

    def book(self, transfer, name, other, date):
        """Move the money of a transfer; the caller has begun the change and checked it."""
        journal = self.store.change(
            "INSERT INTO journal (date, text, counterparty, transfer) VALUES (?, ?, ?, ?)",
            date, transfer["text"], name, transfer["id"],
        )  # fmt: skip
        for account, amount in ((transfer["source"], -transfer["amount"]), (other, transfer["amount"])):
            self.store.change("INSERT INTO posting VALUES (?, ?, ?)", journal, account, amount)
        self.store.change("UPDATE transfer SET status = 'done' WHERE id = ?", transfer["id"])

    def trial(self):
        """Return the sum over all postings and the journals that do not balance: nothing and none, if all is well."""
        total = self.store.row("SELECT coalesce(sum(amount), 0) AS total FROM posting")["total"]
        wrong = self.store.rows("SELECT journal FROM posting GROUP BY journal HAVING sum(amount) <> 0")
        return {"total": total, "unbalanced": [each["journal"] for each in wrong]}
