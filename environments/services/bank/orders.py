"""Orders of customers: transfers, payees, limits and bills, each with the bank's rules; refusals carry a reason."""

from datetime import datetime, timedelta

from ledger import OUTSIDE

POLICY = {
    "confirmation": "step",
    "cooling_off_hours": 24,
    "cooling_off": "hold",
    "new_payee_limit": None,
    "raise_limits": "at_once",
    "bank": "みどり銀行",
}
"""What holds when the seed says nothing. ``confirmation``: step (a second call), code (with the customer's code) or
none; ``cooling_off`` of new payees: hold, refuse or none; ``raise_limits``: at_once, staff or never."""
CHOICES = {
    "confirmation": ("step", "code", "none"),
    "cooling_off": ("hold", "refuse", "none"),
    "raise_limits": ("at_once", "staff", "never"),
}
CODES = 3
"""Wrong codes after which an order is cancelled."""
MOST = 5000
"""Most transfers, payees or changes of limits of one episode."""


class Refused(Exception):
    """The bank does not do it: a word for programs, and a sentence."""

    def __init__(self, reason, sentence):
        super().__init__(sentence)
        self.reason = reason


class Orders:
    """What customers may order."""

    def __init__(self, ledger):
        self.ledger, self.store = ledger, ledger.store
        self.policy, self._now = dict(POLICY), datetime.fromisoformat("2026-01-01T00:00:00+09:00")
        self._serial, self._wrong = 0, {}

    def begin(self, policy, now):
        """Take over the rules and the time of a seed.

        Raises:
            ValueError: If there is no such rule.
        """
        for key, value in policy.items():
            if key not in POLICY or value not in CHOICES.get(key, (value,)):
                raise ValueError(f"policy {key!r}: {value!r} is none; known: {', '.join(POLICY)}")
        self.policy, self._now, self._serial = {**POLICY, **policy}, datetime.fromisoformat(now), 0
        self._wrong = {}

    def tick(self):
        """Return the time of the next order: one second after the last."""
        self._now += timedelta(seconds=1)
        return self._now

    def cooling(self, payee):
        """Return whether a payee was registered so lately that the bank is careful."""
        if not payee["registered"] or self.policy["cooling_off"] == "none":
            return False
        since = datetime.fromisoformat(payee["registered"])
        return self._now - since < timedelta(hours=self.policy["cooling_off_hours"])

    def register(self, owner, name, bank, branch, number):
        """Register a payee and return it."""
        with self.store as store:
            identity = self._number("payee", "P-N")
            payee = {"id": identity, "owner": owner, "name": name, "bank": bank, "branch": branch, "number": number}
            payee["registered"] = self.tick().isoformat()
            store.change("INSERT INTO payee VALUES (?, ?, ?, ?, ?, ?, ?)", *payee.values())
        return payee

    def order(self, account, payee, amount, text, by):
        """Take a transfer order and return it; it moves no money before it is confirmed, unless the policy says so.

        Raises:
            Refused: If the rules do not allow it.
        """
        with self.store as store:
            now = self.tick()
            new = self.cooling(payee)
            self._check(account, amount, now)
            if new and self.policy["cooling_off"] == "refuse":
                hours = self.policy["cooling_off_hours"]
                raise Refused("cooling_off", f"the payee was registered less than {hours} hours ago")
            most = self.policy["new_payee_limit"]
            if new and most is not None and amount > most:
                raise Refused("new_payee_limit", f"at most {most} yen may go to a payee registered lately")
            identity = self._number("transfer", "T-")
            store.change("INSERT INTO transfer VALUES (?, ?, ?, ?, ?, 'awaiting_confirmation', ?, ?, ?, NULL)",
                         identity, account["number"], payee["id"], amount, text,
                         now.isoformat(), by, int(new))  # fmt: skip
        if self.policy["confirmation"] == "none":
            return self.confirm(identity, None, None)
        return self.transfer(identity)

    def confirm(self, identity, code, wanted):
        """Carry out an order that waits for it: money moves, or is held while the payee is new.

        Args:
            identity: The order.
            code: What the one who confirms gave.
            wanted: The customer's own code.

        Raises:
            Refused: If it does not wait, the code is wrong, or the rules no longer allow it.
        """
        with self.store as store:
            waiting = self.transfer(identity)["status"] == "awaiting_confirmation"
            wrong = self.policy["confirmation"] == "code" and (not wanted or str(code) != str(wanted))
            if waiting and wrong:
                self._wrong[identity] = self._wrong.get(identity, 0) + 1
                if self._wrong[identity] >= CODES:
                    store.change("UPDATE transfer SET status = 'cancelled' WHERE id = ?", identity)
        if waiting and wrong:
            left = CODES - self._wrong[identity]
            raise Refused("code", f"the customer's confirmation code is missing or wrong; {left} attempts are left")
        with self.store as store:
            transfer = self.transfer(identity)
            if transfer["status"] != "awaiting_confirmation":
                raise Refused("not_waiting", f"the transfer is {transfer['status']}")
            account, now = self.ledger.account(transfer["source"]), self.tick()
            self._check(account, transfer["amount"], now)
            if transfer["new_payee"]:
                store.change("UPDATE transfer SET status = 'held' WHERE id = ?", identity)
            else:
                self._pay(transfer, now)
        return self.transfer(identity)

    def release(self, identity):
        """Carry out an order that is held.

        Raises:
            Refused: If it is not held or the rules no longer allow it.
        """
        with self.store:
            transfer = self.transfer(identity)
            if transfer["status"] != "held":
                raise Refused("not_held", f"the transfer is {transfer['status']}")
            self._funds(self.ledger.account(transfer["source"]), transfer["amount"])
            self._pay(transfer, self.tick())
        return self.transfer(identity)

    def cancel(self, identity):
        """Give up an order that has not moved money.

        Raises:
            Refused: If it has, or was given up before.
        """
        with self.store as store:
            transfer = self.transfer(identity)
            if transfer["status"] not in ("awaiting_confirmation", "held"):
                raise Refused("not_waiting", f"the transfer is {transfer['status']}")
            store.change("UPDATE transfer SET status = 'cancelled' WHERE id = ?", identity)
        return self.transfer(identity)

    def pay_bill(self, bill, by):
        """Pay a bill from the account it is addressed to, and return its transfer.

        Raises:
            Refused: If it is paid or there is not enough money.
        """
        with self.store as store:
            bill = store.row("SELECT * FROM bill WHERE id = ?", bill["id"])
            if bill["status"] != "open":
                raise Refused("not_open", f"the bill is {bill['status']}")
            self._funds(self.ledger.account(bill["account"]), bill["amount"])
            identity, now = self._number("transfer", "T-"), self.tick()
            store.change("INSERT INTO transfer VALUES (?, ?, ?, ?, ?, 'done', ?, ?, 0, ?)", identity, bill["account"],
                         bill["biller"], bill["amount"], bill["text"], now.isoformat(), by, bill["id"])  # fmt: skip
            self.ledger.book(self.transfer(identity), bill["biller"], OUTSIDE, now.isoformat())
            store.change("UPDATE bill SET status = 'paid' WHERE id = ?", bill["id"])
        return self.transfer(identity)

    def set_limits(self, account, limits, by, staff):
        """Change limits; a higher one may have to wait for the staff. Return what became of each.

        Raises:
            Refused: If limits cannot be raised at all.
        """
        made = {}
        with self.store as store:
            for field, new in limits.items():
                old, rule = account[field], self.policy["raise_limits"]
                higher = old is not None and new > old
                if higher and not staff and rule == "never":
                    raise Refused("limit", "limits can be raised at a branch only")
                made[field] = "waits" if higher and not staff and rule == "staff" else "done"
                self._number("limit_change", "")
                values = (account["number"], field, old, new, self.tick().isoformat(), by, made[field])
                columns = "account, field, old, new, asked, placed_by, status"
                store.change(f"INSERT INTO limit_change ({columns}) VALUES (?, ?, ?, ?, ?, ?, ?)", *values)
                if made[field] == "done":
                    store.change(f"UPDATE account SET {field} = ? WHERE number = ?", new, account["number"])
        return made

    def transfer(self, identity):
        """Return one transfer, or None."""
        return self.store.row("SELECT * FROM transfer WHERE id = ?", identity)

    def _pay(self, transfer, now):
        payee = self.store.row("SELECT * FROM payee WHERE id = ?", transfer["payee"])
        if payee is None:
            raise Refused("payee", "the payee is no longer registered")
        inside = payee["bank"] in ("", self.policy["bank"]) and self.ledger.account(payee["number"]) is not None
        self.ledger.book(transfer, payee["name"], payee["number"] if inside else OUTSIDE, now.isoformat())

    def _check(self, account, amount, now):
        once, daily = account["limit_per_transfer"], account["limit_per_day"]
        if once is not None and amount > once:
            raise Refused("limit_per_transfer", f"at most {once} yen may be transferred at once")
        sent = self.ledger.sent_on(account["number"], now.isoformat()[:10])
        if daily is not None and sent + amount > daily:
            raise Refused("limit_per_day", f"at most {daily} yen may be transferred a day; {sent} have been")
        self._funds(account, amount)

    def _funds(self, account, amount):
        if account["balance"] + account["overdraft"] < amount:
            raise Refused("funds", f"the balance of {account['balance']} yen is not enough")

    def _number(self, table, prefix):
        """Return the identity of something new, which nothing had before, also not what is deleted by now."""
        if self.store.row(f"SELECT count(*) AS n FROM {table}")["n"] >= MOST:
            raise Refused("too_many", "the bank takes no more orders today")
        self._serial += 1
        return f"{prefix}{self._serial}"
