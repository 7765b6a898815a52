"""A person played by the dialogue tree of a scenario."""

from __future__ import annotations

import heapq
import random
import re
from collections import Counter
from collections.abc import Iterator, Sequence

from hiyari.agent import Record
from hiyari.events import Envelope, LocalText
from hiyari.person import Act, Reply
from hiyari.scenario.comparison import all_hold, any_glob
from hiyari.scenario.people import ChatMatching, Effect, Happening, Matching, Rule, Script
from hiyari.scenario.people import Person as PersonSpec

from .hearing import Heard, answer_to, folded, heard, introduced, mail, post, reachable

_HEARING = frozenset({"agent.answered", "agent.said", "service.requested"})


class Scripted:
    """A person who does as the script says; all that is drawn comes from the seed, from a generator of their own.

    A rule's state and mood take effect when it fires, its other effects after its delay. Somebody who is away notices
    everything in order when they are back.

    Args:
        key: Short name.
        spec: Who they are and what they do; has a script.
        language: Language they speak.
        seed: Seed of the episode.
    """

    def __init__(self, key: str, spec: PersonSpec, *, language: str, seed: int) -> None:
        assert spec.script is not None
        self.present = introduced(key, spec, language)
        self.done = False
        self._spec, self._script, self._language = spec, spec.script, language
        self._random = random.Random(f"{seed}/{key}")
        self._state = spec.script.start or next(iter(spec.script.states))
        self._entered = self._moved_at = 0.0
        self._moves = self._mood = self._order = 0
        self._fired: Counter[str] = Counter()
        self._unread: list[Envelope] = []
        self._queue: list[tuple[float, int, Act]] = []
        self._kinds = _HEARING | _awaited(spec.script)

    def start(self, record: Record) -> None:
        """Begin; a script records nothing by itself."""

    def notice(self, envelope: Envelope) -> None:
        """Look at an event, or keep it until they are back."""
        if self.done or envelope.event.kind not in self._kinds or envelope.actor == self.present.person:
            return
        if self.back(envelope.t) > envelope.t:
            self._unread.append(envelope)
        else:
            self._read(envelope, envelope.t)

    def moved(self, now: float) -> None:
        """Count the agent's moves since the state was entered."""
        self._moves += 1
        self._moved_at = now

    def asked(self, question: str, now: float) -> Reply | None:
        """Answer by the first rule that fits the question; None when there is none."""
        text, now = folded(question), self.back(now)
        for place, rule in self._open():
            if rule.when.asked is not None and _is_like(rule.when.asked, text):
                until = self._fire(place, rule, now, None, None)
                for effect in rule.do:
                    words = effect.approve or effect.refuse
                    if words:
                        approved = effect.approve is not None
                        return Reply(delay=until - now, approved=approved, text=self._word(words))
                return Reply(delay=until - now)
        return None

    def back(self, now: float) -> float:
        """Return when they are reachable."""
        return reachable(self._spec, now)

    def due(self) -> float | None:
        """Return the time of the next thing they do by themselves."""
        times = [time for time, _, _ in self._queue[:1]]
        times += [self.back(envelope.t) for envelope in self._unread[:1]]
        times += [time for time, _, _ in self._timed()]
        return min(times, default=None)

    def acts(self, now: float) -> Sequence[Act]:
        """Return what they do by now."""
        while self._unread and self.back(self._unread[0].t) <= now:
            envelope = self._unread.pop(0)
            self._read(envelope, self.back(envelope.t))
        while timed := [entry for entry in self._timed() if entry[0] <= now]:
            time, place, rule = min(timed, key=lambda entry: entry[0])
            self._fire(place, rule, time, None, None)
        out = []
        while self._queue and self._queue[0][0] <= now:
            out.append(heapq.heappop(self._queue)[2])
        return out

    def close(self) -> None:
        """Hold nothing, release nothing."""

    def _open(self) -> Iterator[tuple[str, Rule]]:
        """Yield the rules that may fire now, in order."""
        if self.done:
            return
        for source, rules in ((self._state, self._script.states[self._state]), ("", self._script.always)):
            for number, rule in enumerate(rules):
                place = f"{source}.{number}"
                annoyed = rule.mood_at_least is None or self._mood >= rule.mood_at_least
                if annoyed and self._fired[place] < rule.times:
                    yield place, rule

    def _timed(self) -> list[tuple[float, str, Rule]]:
        """Return the rules that fire by time or by the number of moves, with their times."""
        out = []
        for place, rule in self._open():
            when = rule.when
            if when.at is not None:
                time = max(when.at, self._entered)
            elif when.after is not None:
                time = self._entered + when.after
            elif when.moves is not None and self._moves >= when.moves:
                time = self._moved_at
            else:
                continue
            out.append((self.back(time), place, rule))
        return out

    def _read(self, envelope: Envelope, now: float) -> None:
        words = heard(envelope.event, self._spec)
        for place, rule in self._open():
            if _fits(rule, words, envelope):
                self._fire(place, rule, now, words, envelope.seq)
                return

    def _fire(self, place: str, rule: Rule, now: float, words: Heard | None, cause: int | None) -> float:
        """Do what a rule says; returns the time of its effects."""
        low, high = rule.delay
        delay = low if low == high else round(self._random.uniform(low, high), 1)
        until = self.back(now + delay)
        self._fired[place] += 1
        before = (self._state, self._mood, self.done)
        for effect in rule.do:
            self._mood += effect.mood or 0
            self.done = self.done or bool(effect.done)
            act = self._act(effect, words)
            if act is not None:
                self._put(until, act, cause)
        if rule.go:
            self._state = rule.go[0] if len(rule.go) == 1 else self._random.choice(rule.go)
            self._entered, self._moves = now, 0
        after = (self._state, self._mood, self.done)
        if after != before:
            self._put(now, Act(change=after), cause)
        return until

    def _put(self, time: float, act: Act, cause: int | None) -> None:
        self._order += 1
        heapq.heappush(self._queue, (time, self._order, act.model_copy(update={"cause": cause})))

    def _act(self, effect: Effect, words: Heard | None) -> Act | None:
        if effect.say is not None:
            return Act(say=self._word(effect.say))
        if effect.mail is not None and self._spec.mail is not None:
            letter = effect.mail
            subject = letter.subject.in_language(self._language) if letter.subject else ""
            return mail(
                self.present,
                self._spec.mail.service,
                to=letter.to or ((words.sender,) if words else ()),
                cc=letter.cc,
                subject=subject or answer_to(words.subject if words else ""),
                text=self._word(letter.text),
            )
        if effect.post is not None and self._spec.chat is not None:
            channel = effect.post.channel or (words.channel if words else "")
            return post(self.present, self._spec.chat.service, channel=channel, text=self._word(effect.post.text))
        return None

    def _word(self, choices: Sequence[LocalText]) -> str:
        chosen = choices[0] if len(choices) == 1 else self._random.choice(choices)
        return chosen.in_language(self._language)


def _fits(rule: Rule, words: Heard | None, envelope: Envelope) -> bool:
    when = rule.when
    if when.event is not None:
        return _happened(when.event, envelope)
    if words is None:
        return False
    wanted = {
        "answered": when.answered or when.said,
        "said": when.said,
        "mail": when.mail,
        "chat": when.chat,
    }[words.how]
    return wanted is not None and _is_like(wanted, words.text, words.channel)


def _is_like(wanted: Matching, text: str, channel: str = "") -> bool:
    if isinstance(wanted, ChatMatching) and not any_glob(wanted.channel, channel):
        return False
    if wanted.not_matches is not None and re.search(wanted.not_matches, text):
        return False
    return re.search(wanted.matches, text) is not None


def _happened(wanted: Happening, envelope: Envelope) -> bool:
    if envelope.event.kind != wanted.kind:
        return False
    return all_hold(wanted.where, envelope.event.model_dump(mode="json"))


def _awaited(script: Script) -> frozenset[str]:
    return frozenset(rule.when.event.kind for _, rule in script.rules() if rule.when.event is not None)
