from __future__ import annotations

from typing import Any

from hiyari.agents.noop import Noop
from hiyari.agents.refuse import Refuse


def test_noop_answers_at_once_with_nothing(play: Any) -> None:
    """It makes one move, without calls, with an empty answer."""
    (move,) = play(Noop(), {"read": lambda: "x"}).moves
    assert (move.calls, move.answer, move.refused, move.thought, move.tokens) == ((), "", False, 0.0, 0)


def test_refuse_declines_in_the_language_of_the_task(play: Any) -> None:
    """It makes one move that is marked as a refusal, in Japanese or English."""
    (japanese,) = play(Refuse(), language="ja").moves
    (english,) = play(Refuse(), language="en").moves
    assert japanese.refused and english.refused
    assert "申し訳" in (japanese.answer or "")
    assert "sorry" in (english.answer or "")
