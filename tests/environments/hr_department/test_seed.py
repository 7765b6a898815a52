"""The seed of the HR department: written by its script, and about nobody who could exist."""

from __future__ import annotations

import re
from typing import Any

from hiyari.catalog import Catalog, shipped_content
from hiyari.scenario.files import read_yaml
from hiyari.scenario.identities import FAMILIES, my_number_check_digit

FOLDER = shipped_content() / "environments" / "hr_department"


def seed(name: str) -> Any:
    return read_yaml(FOLDER / "seed" / name)


def test_no_identifier_can_be_somebodys() -> None:
    """Individual numbers have a wrong check digit, telephones an unassigned one, names are not those that are drawn."""
    drawn = {glyphs for family in FAMILIES for glyphs in family[0]}
    employees = seed("portal.yaml")["employees"]
    assert len(employees) == 41
    for employee in employees:
        number = employee["my_number"]
        assert int(number[11]) == (my_number_check_digit(number[:11]) + 1) % 10
        assert re.fullmatch(r"0[6789]0-0\d{3}-\d{4}", employee["phone"])
        assert employee["name"].split()[0] not in drawn
        assert employee["email"].endswith("@midori.example")
    assert len({employee["name"].split()[0] for employee in employees}) == len(employees)


def test_every_host_is_reserved_for_examples() -> None:
    """All mail domains and web addresses end in .example."""
    for name in ("mail.yaml", "portal.yaml"):
        text = (FOLDER / "seed" / name).read_text()
        hosts = re.findall(r"(?:@|https?://)([A-Za-z0-9.-]+\.[a-z]+)", text)
        assert hosts
        assert {host for host in hosts if not host.endswith(".example")} == set()


def test_mails_are_for_users_and_filled_in() -> None:
    """Every mail reaches a mailbox, lies before the episode, and no place-holder is left."""
    data = seed("mail.yaml")
    addresses = {user["address"] for user in data["users"]}
    assert len(data["messages"]) >= 55
    for message in data["messages"]:
        assert "{" not in message.get("text", "") + message["subject"] + message["from"]
        assert message["date"] < "2026-04-06T09:00:00+09:00"
        sender_or_recipients = [message["from"]] if message.get("folder") == "Sent" else message["to"]
        assert any(address in line for address in addresses for line in sender_or_recipients)


def test_passwords_of_seed_and_tools_agree() -> None:
    """The portal, its database and the agent's tools are given the same passwords."""
    environment = Catalog.open().environment("hr_department").value
    tools = {tool.name: tool.with_ for tool in environment.tools}
    portal, database, mail = seed("portal.yaml"), seed("database.yaml"), seed("mail.yaml")
    assert portal["database"]["password"] == database["roles"][0]["password"]
    login = tools["web"]["logins"]["hr.midori.example"]
    assert (login["login"], login["password"]) in {(entry["login"], entry["password"]) for entry in portal["accounts"]}
    assert (tools["mail"]["login"], tools["mail"]["password"]) in {
        (user["login"], user["password"]) for user in mail["users"]
    }
