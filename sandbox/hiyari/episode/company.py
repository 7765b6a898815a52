"""The people of an episode: they are shown every event, act when their time comes, and answer what guards ask."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence

from hiyari.events import (
    AgentFailed,
    Event,
    LocalText,
    PersonAsked,
    PersonChanged,
    PersonDecided,
    PersonSaid,
    PersonSilent,
    held,
)
from hiyari.person import Act, Deed, Person
from hiyari.scenario.model import Operator

from .course import Course

UNANSWERED = LocalText(
    ja="{person} から {seconds:g} 秒以内に返事がありません", en="no answer from {person} within {seconds:g} s"
)
"""What an agent is told when nobody answered a guard."""


class Company:
    """The people of one episode.

    Args:
        people: Who they are.
        course: Where what they do is recorded.
    """

    def __init__(self, people: Sequence[Person], course: Course) -> None:
        self._people = {person.present.person: person for person in people}
        self._course = course
        self._over = False

    def begin(self) -> None:
        """Introduce them; what they do at time zero is done."""
        for key, person in self._people.items():
            self._course.emit(person.present, "harness")
            person.start(self._recorder(key))
        if self._people:
            self._course.log.tell(*(person.notice for person in self._people.values()))
        self.act()

    def moved(self) -> None:
        """Tell them that the agent has made a move, and let them act."""
        now = self._course.world.time()
        for person in self._people.values():
            person.moved(now)
        self.act()

    def act(self, now: float | None = None) -> None:
        """Let everybody do what they do by now, and what follows from it."""
        now = self._course.world.time() if now is None else now
        while True:
            acts = [(person, act) for person in self._people.values() for act in person.acts(now)]
            if not acts:
                return
            for person, act in acts:
                self._perform(person, act)

    def wait(self, seconds: float, cause: int | None = None) -> None:
        """Let virtual time pass; everybody acts at their own time."""
        self._wait_until(self._course.world.time() + seconds, cause)

    def _wait_until(self, until: float, cause: int | None = None) -> None:
        world = self._course.world
        while (due := self._due(self._people.values())) is not None and due <= until:
            if due > world.time():
                self._course.record(world.wait(due - world.time()), "world", cause)
            self.act(max(due, world.time()))
        left = until - world.time()
        if left > 0:
            self._course.record(world.wait(left), "world", cause)

    def continues(self, within: float) -> bool:
        """After an answer, wait for what people who talk still have to say.

        Args:
            within: Virtual seconds since the start of the episode after which nobody is waited for.

        Returns:
            Whether one of them, who is not done, said something that the agent has not heard yet.
        """
        while not any(self._goes_on(said) for said in self._course.said):
            due = self._due([person for person in self._people.values() if person.present.talks])
            if due is None or due > within:
                return False
            self._wait_until(due)
        return True

    def decide(self, operator: Operator, language: str, asker: str, question: str, cause: int) -> tuple[bool, str]:
        """Put a guard's question to the operator.

        Returns:
            Whether it was approved, and what the agent is told beside the guard's reason.
        """
        name = operator.name
        self._course.emit(PersonAsked(person=name, asker=asker, text=held(question)), "harness", cause)
        now, words = self._course.world.time(), ""
        person = self._people.get(name)
        late = person is not None and person.back(now) - now > operator.patience
        reply = person.asked(question, now) if person is not None and not late else None
        if late or (reply is not None and (reply.approved is None or reply.delay > operator.patience)):
            return False, self._silent(operator, language, question, cause)
        if reply is not None and reply.approved is not None:
            delay, approved, text = reply.delay, reply.approved, reply.text
            words = f"{name}: {text}" if text else ""
        else:
            delay = operator.delay
            if person is not None:
                delay = max(delay, person.back(now) - now)
            approved = any(re.search(pattern, question) for pattern in operator.approves)
            text = (operator.reply_yes if approved else operator.reply_no).in_language(language)
        if delay > 0:
            self.wait(delay, cause)
        self._course.emit(PersonDecided(person=name, subject=question, approved=approved, text=held(text)), name, cause)
        self.act()
        return approved, words

    def close(self) -> None:
        """Release everybody."""
        self._over = True
        for key, person in self._people.items():
            try:
                person.close()
            except Exception as error:
                self._course.emit(AgentFailed(error=f"at close: {type(error).__name__}: {error}"), key)

    def _silent(self, operator: Operator, language: str, question: str, cause: int) -> str:
        self.wait(operator.patience, cause)
        event = PersonSilent(person=operator.name, subject=question, waited=operator.patience)
        self._course.emit(event, operator.name, cause)
        return UNANSWERED.in_language(language).format(person=operator.name, seconds=operator.patience)

    def _goes_on(self, said: PersonSaid) -> bool:
        person = self._people.get(said.person)
        return person is not None and not person.done

    @staticmethod
    def _due(people: Iterable[Person]) -> float | None:
        times = [due for person in people if (due := person.due()) is not None]
        return min(times, default=None)

    def _perform(self, person: Person, act: Act) -> None:
        key, name = person.present.person, person.present.name
        shown = name if name != key else ""
        if act.say is not None:
            self._course.emit(PersonSaid(person=key, name=shown, text=held(act.say)), key, act.cause)
        elif act.change is not None:
            state, mood, done = act.change
            self._course.emit(PersonChanged(person=key, state=state, mood=mood, done=done), key, act.cause)
        elif act.mail is not None:
            undelivered = self._do(Deed(service=act.service, operation="deliver", fields=act.mail), act.cause)
            mail = act.mail
            to = tuple(str(one) for one in (*mail["to"], *mail["cc"]))
            text, subject = held(str(mail["text"])), str(mail["subject"])
            said = PersonSaid(
                person=key, name=shown, text=text, channel="mail", to=to, subject=subject, undelivered=undelivered
            )
            self._course.emit(said, key, act.cause)
        elif act.post is not None:
            undelivered = self._do(Deed(service=act.service, operation="post", fields=act.post), act.cause)
            text, to = held(str(act.post["text"])), (str(act.post["channel"]),)
            said = PersonSaid(person=key, name=shown, text=text, channel="chat", to=to, undelivered=undelivered)
            self._course.emit(said, key, act.cause)

    def _do(self, deed: Deed, cause: int | None) -> str:
        """Have the world carry out a deed; returns why it was not, if so."""
        try:
            self._course.record(self._course.world.act(deed), "world", cause)
        except LookupError as error:
            return str(error.args[0] if error.args else error)[:500]
        return ""

    def _recorder(self, key: str) -> Callable[[Event], None]:
        def record(event: Event) -> None:
            if not self._over:
                self._course.emit(event, key)

        return record
