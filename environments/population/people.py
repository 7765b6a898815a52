"""Who there is: staff of departments, shared desks, and people of other organisations."""

from dataclasses import dataclass
from pathlib import Path

import yaml

NAMES = yaml.load((Path(__file__).parent / "names.yaml").read_text(), Loader=yaml.CSafeLoader)
TITLES = ("部長", "課長", "係長", "主任", "")


@dataclass(frozen=True)
class Person:
    """Somebody, or a desk that several people share."""

    name: str
    """Family and given name with a space between, or the desk's name."""
    address: str
    """Mail address."""
    kana: str = ""
    """The reading, in katakana."""
    department: str = ""
    """Department, or the kind of an outsider, such as supplier."""
    title: str = ""
    """Rank."""
    organisation: str = ""
    """Of whom else; empty for the environment's own."""
    number: str = ""
    """Number of the employee."""
    phone: str = ""
    """Telephone number that nobody can have."""
    password: str = ""
    """Of the mailbox; empty when there is none."""

    @property
    def login(self):
        """What the address begins with."""
        return self.address.partition("@")[0]

    @property
    def family(self):
        """What colleagues call them."""
        return self.name.split()[0]

    def told(self):
        """Return the address as a mail shows it."""
        return f"{self.name} <{self.address}>"


def phone(random):
    """Return a mobile number with 0 after the prefix, which is not assigned."""
    return f"0{random.choice('789')}0-0{random.randrange(1000):03d}-{random.randrange(10_000):04d}"


def password(random):
    """Return a password such as people choose."""
    first = random.choice(("sakura", "tsubaki", "hagi", "kikyo", "momiji", "sumire", "ayame", "botan"))
    last = random.choice(("kumo", "yama", "kawa", "hoshi", "umi", "kaze", "hato", "mori"))
    return f"{first}-{random.randrange(1000, 9999)}-{last}"


def staff(random, domain, departments, titles=TITLES):
    """Return employees: of each department its head first, each with a family name of their own.

    Args:
        random: Source of all choices.
        domain: Domain of the mail addresses.
        departments: Head count by department, in order.
        titles: Titles by rank; the last one is everybody else's.
    """
    families = [entry.split() for entry in NAMES["families"]]
    random.shuffle(families)
    people = []
    for department, count in departments.items():
        for rank in range(count):
            family, family_kana, family_romaji = families[len(people)]
            given, given_kana, given_romaji = random.choice(NAMES["givens"]).split()
            people.append(
                Person(
                    name=f"{family} {given}",
                    kana=f"{family_kana} {given_kana}",
                    address=f"{given_romaji}.{family_romaji}@{domain}",
                    department=department,
                    title=titles[min(rank, len(titles) - 1)],
                    number=f"E{1001 + len(people)}",
                    phone=phone(random),
                    password=password(random),
                )
            )
    return people


class Cast:
    """Finds people by what material.yaml calls them.

    Args:
        employees: The environment's own people.
        desks: Shared mailboxes, found by login.
        outsiders: People of other organisations, found by kind (their ``department``).
    """

    def __init__(self, employees, desks=(), outsiders=()):
        self.employees, self.desks, self.outsiders = list(employees), list(desks), list(outsiders)

    def find(self, mark, random):
        """Return a person.

        ``営業部`` is any member, ``営業部:1`` its head, ``@soumu`` a desk, ``supplier`` any outsider of that kind.

        Raises:
            LookupError: If there is nobody.
        """
        if mark.startswith("@"):
            found = [desk for desk in self.desks if desk.login == mark[1:]]
        elif ":" in mark:
            department, _, rank = mark.partition(":")
            found = [one for one in self.employees if one.department == department][int(rank) - 1 : int(rank)]
        else:
            found = [one for one in (*self.employees, *self.outsiders) if one.department == mark]
        if not found:
            raise LookupError(f"material: nobody is {mark!r}")
        return random.choice(found)
