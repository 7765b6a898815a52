"""People of a scenario: who can be met, and who can play them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from hiyari.agent import Task
from hiyari.build.people import can_be_met, introduce
from hiyari.errors import ContentError
from hiyari.people import Played, Scripted
from hiyari.scenario.people import Person

TASK = Task(text="", system="", language="ja", seed=1)
FILE = Path("DLG-1.yaml")
SEEDS: dict[str, Any] = {
    "mail": {"users": [{"address": "Sato@x.example"}]},
    "chat": {"accounts": [{"name": "sato"}]},
}


def person(**more: Any) -> Person:
    return Person.model_validate({"script": {"states": {"a": []}}, **more})


def played_by(agent: str) -> dict[str, Person]:
    return {"sato": person(role="user", script=None, persona={"agent": agent, "instructions": "x"})}


def test_scripts_and_models_play_people() -> None:
    """In the order of the file; nothing is started."""
    people = {"ito": person(name={"ja": "伊藤", "en": "Ito"}), **played_by("model:openai:some-model")}
    ito, sato = introduce(people, TASK, path=FILE, patience=1)
    assert isinstance(ito, Scripted) and isinstance(sato, Played)
    assert (ito.present.name, sato.present.role) == ("伊藤", "user")


@pytest.mark.parametrize(
    ("agent", "problem"),
    [("lokal", "did you mean local"), ("scripted:solution", "plays no person"), ("no_such_module:make", "no module")],
)
def test_an_agent_that_cannot_play_names_the_field(agent: str, problem: str) -> None:
    """File and field stand before what is wrong."""
    with pytest.raises(ContentError, match=rf"DLG-1\.yaml: people\.sato\.persona\.agent: .*{problem}"):
        introduce(played_by(agent), TASK, path=FILE, patience=1)


def test_people_with_an_address_and_an_account_can_be_met() -> None:
    """Case does not matter in addresses; an outsider's domain needs no mailbox."""
    people = {
        "sato": person(mail={"address": "sato@X.example"}, chat={"account": "sato"}),
        "else": person(role="outsider", mail={"address": "who@else.example"}),
    }
    can_be_met(people, "operator", SEEDS, FILE)


@pytest.mark.parametrize(
    ("people", "problem"),
    [
        ({"sato": person(mail={"address": "sat@x.example"})}, r"people\.sato\.mail\.address: .*mean sato@x"),
        ({"sato": person(chat={"account": "satou"})}, r"people\.sato\.chat\.account: .*mean sato"),
        ({"sato": person(chat={"account": "sato", "service": "chatt"})}, r"people\.sato\.chat\.service: .*mean chat"),
        ({"a": person(role="user"), "b": person(role="user")}, "people: there is one user at most"),
    ],
)
def test_who_cannot_be_met_is_a_mistake(people: dict[str, Person], problem: str) -> None:
    """Names person and field, and what is nearest."""
    with pytest.raises(ContentError, match=problem):
        can_be_met(people, "operator", SEEDS, FILE)
