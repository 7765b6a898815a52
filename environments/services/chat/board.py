"""Channels, direct conversations and messages of the chat, and how far everybody has read."""

import re

from web_store import Store

SCHEMA = """
CREATE TABLE channels (
    name TEXT PRIMARY KEY, topic TEXT NOT NULL, private INTEGER NOT NULL, direct INTEGER NOT NULL
);
CREATE TABLE members (
    channel TEXT NOT NULL REFERENCES channels (name), account TEXT NOT NULL, PRIMARY KEY (channel, account)
);
CREATE TABLE messages (
    id INTEGER PRIMARY KEY AUTOINCREMENT, channel TEXT NOT NULL REFERENCES channels (name), author TEXT NOT NULL,
    date TEXT NOT NULL, text TEXT NOT NULL, thread INTEGER
);
CREATE INDEX messages_of ON messages (channel, id);
CREATE TABLE marks (
    account TEXT NOT NULL, channel TEXT NOT NULL, last INTEGER NOT NULL, PRIMARY KEY (account, channel)
);
"""
NAME = re.compile(r"[^\x00-\x20/\\@+#?%]{1,80}")
SEARCHED = 50


class Board:
    """All that is said. Public channels are for everybody, private ones and direct conversations for their members."""

    def __init__(self):
        self._store = Store(SCHEMA)
        self.accounts = []
        self.now = ""

    def replace(self, data, now):
        """Put what a seed says in the place of everything there was.

        Raises:
            ValueError: If a name is none, or a message answers one that is not there.
        """
        accounts = [dict(account) for account in data.get("accounts", [])]
        rows = {"channels": [], "members": [], "messages": [], "marks": []}
        for entry in data.get("channels", []):
            if not NAME.fullmatch(entry["name"]):
                raise ValueError(f"{entry['name']!r} cannot be the name of a channel")
            self._rows(rows, entry["name"], entry, accounts, now)
        for entry in data.get("directs", []):
            self._rows(rows, direct_name(entry["members"]), {**entry, "direct": True}, accounts, now)
        with self._store as store:
            # What is posted next follows what was seeded, whatever was there before.
            store.change("DELETE FROM sqlite_sequence")
        self._store.replace(rows)
        self.accounts, self.now = accounts, now

    @staticmethod
    def _rows(rows, name, entry, accounts, now):
        direct = bool(entry.get("direct"))
        private = direct or bool(entry.get("private"))
        rows["channels"].append({"name": name, "topic": entry.get("topic", ""), "private": private, "direct": direct})
        members = entry.get("members") or ([] if private else [account["name"] for account in accounts])
        rows["members"] += [{"channel": name, "account": member} for member in dict.fromkeys(members)]
        known, first = {}, len(rows["messages"]) + 1
        for number, message in enumerate(entry.get("messages", []), first):
            thread = message.get("thread")
            if thread is not None and thread not in known:
                raise ValueError(f"{name}: a message answers {thread!r}, which is the id of no message before it")
            fields = {"author": message["author"], "date": message.get("date", now), "text": message["text"]}
            rows["messages"].append({"id": number, "channel": name, **fields, "thread": known.get(thread)})
            if message.get("id") is not None:
                known[message["id"]] = known.get(thread) or number
        last, unread = len(rows["messages"]), entry.get("unread", {})
        for account in accounts:
            mark = max(first - 1, last - int(unread.get(account["name"], 0)))
            rows["marks"].append({"account": account["name"], "channel": name, "last": mark})

    def channel(self, name):
        """Return a channel with its members, or None."""
        found = self._store.row("SELECT * FROM channels WHERE name = ?", name)
        return found and self._whole(found)

    def _whole(self, row):
        members = self._store.rows("SELECT account FROM members WHERE channel = ? ORDER BY rowid", row["name"])
        flags = {key: bool(row[key]) for key in ("private", "direct")}
        return {**row, **flags, "members": [member["account"] for member in members]}

    def channels(self, account=None):
        """Return channels; of an account, those it sees, with what is unread and how often that calls it."""
        rows = map(self._whole, self._store.rows("SELECT * FROM channels ORDER BY direct, name"))
        if account is None:
            return list(rows)
        found = []
        for row in rows:
            if may(account, row):
                new = self._store.rows(
                    "SELECT text FROM messages WHERE channel = ? AND author != ? AND id > ?",
                    *(row["name"], account["name"], self._mark(account["name"], row["name"])),
                )
                called = sum(account["name"] in self.mentions(message["text"]) for message in new)
                found.append({**row, "unread": len(new), "mentions": called})
        return found

    def _mark(self, account, channel):
        row = self._store.row("SELECT last FROM marks WHERE account = ? AND channel = ?", account, channel)
        return row["last"] if row else 0

    def mark(self, account, channel, last):
        """Remember that somebody has read up to a message."""
        if last > self._mark(account, channel):
            self._store.change("INSERT OR REPLACE INTO marks VALUES (?, ?, ?)", account, channel, last)

    def messages(self, channel, *, after=0, before=None, thread=None, limit=50, unread_of=None):
        """Return messages in order: the latest, or the first after one, each with the number of its replies."""
        after = max(after, self._mark(unread_of, channel)) if unread_of else after
        order = "ASC" if after else "DESC"
        rows = self._store.rows(
            "SELECT *, (SELECT count(*) FROM messages AS r WHERE r.thread = m.id) AS replies FROM messages AS m "
            "WHERE channel = ? AND id > ? AND id < ? AND (? IS NULL OR id = ? OR thread = ?) "
            f"ORDER BY id {order} LIMIT ?",
            *(channel, after, before or 1 << 60, thread, thread, thread, limit),
        )
        return sorted(rows, key=lambda row: row["id"])

    def since(self, channel, date, author):
        """Return the messages of a channel from a date on, by an author; empty texts leave these open."""
        return self._store.rows(
            "SELECT id, channel, author, date, text, thread FROM messages WHERE (? = '' OR channel = ?) "
            "AND date >= ? AND (? = '' OR author = ?) ORDER BY id",
            *(channel, channel, date, author, author),
        )

    def message(self, number):
        """Return a message, or None."""
        return self._store.row("SELECT * FROM messages WHERE id = ?", number)

    def search(self, account, words):
        """Return the latest messages that hold every word, of the channels that an account sees."""
        visible = {
            row["name"] for row in map(self._whole, self._store.rows("SELECT * FROM channels")) if may(account, row)
        }
        wanted = words.casefold().split()[:10]
        rows = self._store.rows("SELECT * FROM messages ORDER BY id DESC") if wanted else []
        kept = (r for r in rows if r["channel"] in visible and all(word in r["text"].casefold() for word in wanted))
        return [row for row, _ in zip(kept, range(SEARCHED), strict=False)]

    def post(self, channel, author, text, thread=None):
        """Add a message; who posts becomes a member. A reply to a reply joins its thread.

        Raises:
            LookupError: If the message that is answered is not in this channel.
        """
        with self._store as store:
            if thread is not None:
                above = self.message(thread)
                if above is None or above["channel"] != channel:
                    raise LookupError(f"there is no message {thread} in {channel}")
                thread = above["thread"] or thread
            store.change("INSERT OR IGNORE INTO members VALUES (?, ?)", channel, author)
            number = store.change(
                "INSERT INTO messages (channel, author, date, text, thread) VALUES (?, ?, ?, ?, ?)",
                *(channel, author, self.now, text, thread),
            )
            return self.message(number)

    def change(self, number, text):
        """Put another text in the place of a message's; None removes it, and what answered it stays."""
        if text is None:
            self._store.change("DELETE FROM messages WHERE id = ?", number)
        else:
            self._store.change("UPDATE messages SET text = ? WHERE id = ?", text, number)

    def create(self, name, topic, private, members, direct=False):
        """Make a channel; False when there is one of that name."""
        with self._store as store:
            if self.channel(name) is not None:
                return False
            store.change("INSERT INTO channels VALUES (?, ?, ?, ?)", name, topic, private or direct, direct)
            for member in dict.fromkeys(members):
                store.change("INSERT INTO members VALUES (?, ?)", name, member)
        return True

    def direct(self, names):
        """Return the name of the direct conversation of these accounts, which begins with this if it must.

        Raises:
            LookupError: If one of them is no account.
        """
        for name in names:
            if not any(account["name"] == name for account in self.accounts):
                raise LookupError(f"there is no account {name[:100]!r}")
        name = direct_name(names)
        self.create(name, "", True, sorted(set(names)), direct=True)
        return name

    def join(self, channel, account):
        """Make somebody a member."""
        self._store.change("INSERT OR IGNORE INTO members VALUES (?, ?)", channel, account)

    def leave(self, channel, account):
        """Make somebody no member."""
        self._store.change("DELETE FROM members WHERE channel = ? AND account = ?", channel, account)

    def mentions(self, text):
        """Return the accounts that a text calls by ``@name`` or ``@login``; ``@channel`` calls all."""
        if "@" not in text:
            return []
        if "@channel" in text:
            return [account["name"] for account in self.accounts]
        handles = (
            (account["name"], {account["name"], account.get("login") or account["name"]}) for account in self.accounts
        )
        return [
            name
            for name, each in handles
            if any(re.search(rf"@{re.escape(handle)}(?![\w.-])", text) for handle in each)
        ]


def direct_name(names):
    """Return the name of the direct conversation of some accounts."""
    return "@" + "+".join(sorted(set(names)))


def may(account, channel):
    """Whether an account sees a channel."""
    return not channel["private"] or account["name"] in channel["members"]
