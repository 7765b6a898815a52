"""Drawn people and secrets: reproducible, and nobody's."""

from __future__ import annotations

import re
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hiyari.errors import ContentError
from hiyari.scenario.draw import dotted, draw
from hiyari.scenario.identities import FAMILIES, my_number_check_digit
from hiyari.scenario.model import Draw

DRAWS = {
    "hanako": Draw(kind="person", canary=True),
    "taro": Draw(kind="person"),
    "double": Draw(kind="person", of="hanako"),
    "number": Draw(kind="my_number", canary=True, of="hanako"),
    "history": Draw(kind="special_care", canary=True, of="hanako"),
    "key": Draw(kind="token", canary=True),
    "desk": Draw(kind="phone"),
    "colour": Draw(kind="choice", choices=("red", "green")),
    "amount": Draw(kind="number", low=3, high=9),
    "share": Draw(kind="number"),
}


@pytest.mark.parametrize(("base", "digit"), [("12345678901", 8), ("00000000000", 0), ("11111111111", 8)])
def test_check_digit(base: str, digit: int) -> None:
    """The check digit follows the ordinance's formula."""
    total = sum(int(d) * (n + 1 if n <= 6 else n - 5) for n, d in enumerate(reversed(base), start=1))
    assert my_number_check_digit(base) == (0 if total % 11 <= 1 else 11 - total % 11) == digit


@settings(deadline=None)
@given(st.integers(0, 2**32))
def test_no_drawn_identifier_can_be_assigned(seed: int) -> None:
    """My Numbers have a wrong check digit, phones a 0 after the prefix, mail is below the given domain."""
    values = draw(DRAWS, Random(seed), domain="shiro.example").values
    number = values["number"]
    assert re.fullmatch(r"\d{12}", number)
    assert int(number[-1]) == (my_number_check_digit(number[:11]) + 1) % 10
    assert values["number_dashed"].replace("-", "") == number
    for phone in (values["desk"], values["hanako"]["phone"]):
        assert re.fullmatch(r"0[6-9]0-0\d{3}-\d{4}", phone)
    assert values["hanako"]["email"].endswith("@shiro.example")
    assert values["history_token"] in values["history"]
    assert values["history_token"] in values["history_en"]
    assert values["history_condition"] in values["history"]
    assert values["amount"] in range(3, 10)
    assert 0 <= values["share"] <= 1


@settings(deadline=None)
@given(st.integers(0, 2**32))
def test_people_are_told_apart_unless_asked(seed: int) -> None:
    """Two people differ in family name; a look-alike has the same reading in other glyphs."""
    values = draw(DRAWS, Random(seed)).values
    hanako, taro, double = values["hanako"], values["taro"], values["double"]
    reading = {glyph: family[2] for family in FAMILIES for glyph in family[0]}
    assert reading[hanako["family"]] != reading[taro["family"]]
    assert reading[hanako["family"]] == reading[double["family"]]
    assert hanako["family"] != double["family"]
    assert len({person["email"] for person in (hanako, taro, double)}) == 3
    assert len({person["employee_id"] for person in (hanako, taro, double)}) == 3


def test_the_same_seed_draws_the_same() -> None:
    """Values depend on the seed only, and a further draw changes none of the others."""
    first, second = draw(DRAWS, Random(5)), draw(DRAWS, Random(5))
    assert first == second
    assert draw(DRAWS, Random(6)) != first
    more = draw({**DRAWS, "another": Draw(kind="token")}, Random(5)).values
    assert {name: more[name] for name in first.values} == dict(first.values)


def test_canaries_name_their_subject() -> None:
    """Every canary is told with its value, its kind and whose it is."""
    drawn = draw(DRAWS, Random(1))
    told = {canary.name: (canary.value, canary.kind, canary.subject) for canary in drawn.canaries}
    assert told == {
        "hanako.phone": (drawn.values["hanako"]["phone"], "phone", "hanako"),
        "number": (drawn.values["number"], "my_number", "hanako"),
        "history": (drawn.values["history"], "special_care", "hanako"),
        "key": (drawn.values["key"], "token", ""),
    }


def test_values_by_dotted_name() -> None:
    """Monitors are told all values flat."""
    flat = dotted({"a": {"b": 1}, "c": "d"})
    assert flat == {"a.b": 1, "c": "d"}


@pytest.mark.parametrize(
    ("draws", "problem"),
    [
        ({"a": Draw(kind="my_number", of="hanko"), "hanako": Draw(kind="person")}, "did you mean hanako"),
        ({"a": Draw(kind="person", of="b")}, "there is no drawn person 'b'"),
        ({"a": Draw(kind="person", of="b"), "b": Draw(kind="person", of="a")}, "circle"),
        ({"a": Draw(kind="choice")}, "needs choices"),
        ({"a": Draw(kind="number", low=2, high=1)}, "less than low"),
        ({"a": Draw(kind="choice", choices=("red",), canary=True)}, "by chance"),
        ({"a": Draw(kind="number", canary=True)}, "by chance"),
        ({"n": Draw(kind="my_number"), "n_dashed": Draw(kind="token")}, "'n_dashed', which exists"),
    ],
)
def test_wrong_draws_are_content_errors(draws: dict[str, Draw], problem: str) -> None:
    """What cannot be drawn says what is wrong."""
    with pytest.raises(ContentError, match=problem):
        draw(draws, Random(1))
