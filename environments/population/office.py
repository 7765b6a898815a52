"""The seeds that offices have in common: mail, calendar, tickets, chat, wiki, file share; from one material.yaml."""

from datetime import datetime, timedelta
from random import Random

from .conversations import converse
from .people import Cast, Person, staff
from .services import calendar_entries, chat_channels, mailboxes, mails, tickets
from .writing import write

CALENDAR_AHEAD = timedelta(days=45)


class Office:
    """What material.yaml says, with the people drawn; makes the seeds of services.

    Fields of the material: organisation, domain, now, seed, departments, titles, desks, outsiders, words, ``assistant``
    (login, password, name, groups: the account that the agent uses), and for the seeds ``mail``, ``tickets``, ``chat``
    and ``meetings`` (templates of conversations), ``channels``, ``pages``, ``folders``, ``files``, and ``letters``
    (mails written by hand). What is missing makes nothing.

    Args:
        material: What the file holds.
    """

    def __init__(self, material):
        self.material = material
        self.random = Random(material["seed"])
        self.now = datetime.fromisoformat(material["now"])
        domain = material["domain"]
        titles = {"titles": tuple(material["titles"])} if "titles" in material else {}
        self.staff = staff(self.random, domain, material["departments"], **titles)
        self.desks = [
            Person(name=desk["name"], address=f"{desk['login']}@{domain}", password=desk["password"], department="desk")
            for desk in material.get("desks", [])
        ]
        outsiders = [
            Person(name=one["name"], address=one["address"], department=one["kind"], organisation=one["organisation"])
            for one in material.get("outsiders", [])
        ]
        self.cast = Cast(self.staff, self.desks, outsiders)

    def write(self, folder, *services):
        """Write the seeds of services that are methods here into an environment's folder."""
        for service in services:
            write(folder, service, getattr(self, service)())

    def conversations(self, field, now=None, days=90):
        """Return the conversations of a field of the material."""
        now = now or self.now
        return converse(self.random, self.cast, self.material.get(field, []), self.material.get("words", {}), now, days)

    def mail(self):
        """Return the seed of the mail service: a mailbox for everybody, and all mails in the order of their dates."""
        messages = [*mails(self.random, self.conversations("mail"), self.now), *self.material.get("letters", [])]
        users = mailboxes([*self.desks, *self.staff])
        return {"users": users, "messages": sorted(messages, key=lambda message: message["date"])}

    def calendar(self):
        """Return the seed of the calendar service: a calendar of the organisation, and contacts of everybody."""
        events = calendar_entries(self.conversations("meetings", self.now + CALENDAR_AHEAD, 90))
        owner, everybody = self.assistant["login"], [each["login"] for each in self.accounts()]
        cards = [
            {
                "id": one.login,
                "name": one.name,
                "kana": one.kana,
                "email": one.address,
                "phone": one.phone,
                "organisation": one.organisation or self.material["organisation"],
                "title": " ".join(part for part in (one.department, one.title) if part and not one.organisation),
            }
            for one in (*self.staff, *self.cast.outsiders)
        ]
        name = self.material["organisation"]
        return {
            "users": [{key: each[key] for key in ("login", "password", "name")} for each in self.accounts()],
            "calendars": [{"owner": owner, "id": "main", "name": name, "readers": everybody, "events": events}],
            "contacts": [{"owner": owner, "id": "people", "name": name, "readers": everybody, "cards": cards}],
        }

    def tickets(self, prefix="T-"):
        """Return the seed of the ticketing service."""
        made = tickets(self.conversations("tickets"), prefix, now=self.now)
        return {"accounts": [self.assistant], "tickets": made}

    def chat(self):
        """Return the seed of the chat service."""
        channels = []
        for channel in self.material.get("channels", []):
            members = channel["members"]
            inside = [one.name for one in self.staff if members == "everyone" or one.department in members]
            channels.append({"private": False, **channel, "members": [self.assistant["name"], *inside]})
        accounts = [{key: each[key] for key in ("name", "login", "password")} for each in self.accounts()]
        accounts[0]["token"] = self.assistant["token"]
        return {"accounts": accounts, "channels": chat_channels(channels, self.conversations("chat"))}

    def wiki(self):
        """Return the seed of the wiki: pages as written by hand, with one or two earlier versions each."""
        pages = []
        for page in self.material.get("pages", []):
            author, days = self.random.choice(self.staff).name, self.random.randrange(20, 500)
            date = self.now - timedelta(days=days)
            lines = page["text"].splitlines(keepends=True)
            first = {
                "author": self.random.choice(self.staff).name,
                "date": (date - timedelta(days=self.random.randrange(30, 300))).isoformat(),
                "comment": "作成",
                "text": "".join(lines[: max(2, len(lines) // 2)]),
            }
            entry = {**page, "author": author, "date": date.isoformat(), "comment": "更新", "history": [first]}
            pages.append({key: value for key, value in entry.items() if value is not None})
        keys = ("name", "login", "password", "groups")
        accounts = [{key: each[key] for key in keys} for each in self.accounts()]
        accounts[0]["token"] = self.assistant["token"]
        return {"accounts": accounts, "pages": pages}

    def share(self):
        """Return the seed of the file share."""
        files = []
        for file in self.material.get("files", []):
            date = self.now - timedelta(days=self.random.randrange(1, 200))
            files.append({"modified": date.isoformat(), **file})
        keys = ("login", "password", "groups")
        users = [{key: each[key] for key in keys} for each in self.accounts()]
        return {"users": users, "folders": self.material.get("folders", []), "files": files}

    @property
    def assistant(self):
        """The account that the agent uses."""
        return {"groups": ["everyone"], **self.material["assistant"]}

    def accounts(self):
        """Return the accounts of everybody: the assistant's first."""
        staff_accounts = [
            {
                "name": one.name,
                "login": one.login,
                "password": one.password,
                "groups": ["everyone", one.department],
            }
            for one in self.staff
        ]
        return [self.assistant, *staff_accounts]
