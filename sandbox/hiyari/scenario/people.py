"""People of a scenario as data: who they are, how they can be reached, and how they behave."""

from __future__ import annotations

import difflib
from typing import Annotated, Any, Literal, get_args

from pydantic import BeforeValidator, Field, StringConstraints, model_validator

from hiyari.events import AnyEvent, Data, LocalText

from .comparison import Comparison, Globs, Pattern

Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]*$")]
KINDS: tuple[str, ...] = tuple(sorted(event.model_fields["kind"].default for event in get_args(get_args(AnyEvent)[0])))
"""All kinds of events."""


def _both(value: Any) -> Any:
    return {"ja": value, "en": value} if isinstance(value, str) else value


def _listed(value: Any) -> Any:
    return value if isinstance(value, list | tuple) else (value,)


def _matching(value: Any) -> Any:
    return {"matches": value} if isinstance(value, str) else value


def _fixed(value: Any) -> Any:
    return (value, value) if isinstance(value, int | float) and not isinstance(value, bool) else value


def given(choice: Data) -> list[str]:
    """Return the names of the fields that are given."""
    return [name for name in type(choice).model_fields if getattr(choice, name) is not None]


Words = Annotated[LocalText, BeforeValidator(_both)]
"""A text: ``{ja, en}``, or one for both languages."""
OneOrMore = BeforeValidator(_listed)
"""One thing or a list of them, of which the seed draws one."""


class Matching(Data):
    """What a text must be like; an empty expression fits every text."""

    matches: Pattern = ""
    """Regular expression that must match somewhere."""
    not_matches: Pattern | None = None
    """Regular expression that must match nowhere."""


class ChatMatching(Matching):
    """Which messages of the chat service."""

    channel: Globs = ("*",)
    """Globs over channels."""


class Happening(Data):
    """Which events of the recording."""

    kind: str
    """Kind of event, such as ``service.requested``."""
    where: dict[str, Comparison] = {}
    """Paths into the event, such as ``detail.to``, and what they must be."""

    @model_validator(mode="after")
    def _is_known(self) -> Happening:
        if self.kind not in KINDS:
            near = difflib.get_close_matches(self.kind, KINDS, n=1)
            hint = f"did you mean {near[0]}?" if near else f"kinds: {', '.join(KINDS)}"
            raise ValueError(f"there is no event {self.kind!r}; {hint}")
        return self


Text = Annotated[Matching, BeforeValidator(_matching)]


class Trigger(Data):
    """What a rule waits for; exactly one."""

    answered: Text | None = None
    """The agent ended its turn with such an answer."""
    said: Text | None = None
    """The agent answered so, or wrote such text beside its calls."""
    mail: Text | None = None
    """Somebody else sent them such a mail: subject, line feed, text."""
    chat: Annotated[ChatMatching, BeforeValidator(_matching)] | None = None
    """Somebody else posted such a message."""
    asked: Text | None = None
    """A guard asks them such a question."""
    event: Happening | None = None
    """Such an event was recorded."""
    moves: int | None = Field(default=None, ge=1)
    """The agent has made so many moves since the state was entered."""
    after: float | None = Field(default=None, ge=0)
    """So many virtual seconds have passed since the state was entered."""
    at: float | None = Field(default=None, ge=0)
    """So many virtual seconds have passed since the episode began."""

    @model_validator(mode="after")
    def _one(self) -> Trigger:
        if len(given(self)) != 1:
            raise ValueError(f"a rule waits for exactly one of {', '.join(type(self).model_fields)}")
        return self


class Letter(Data):
    """A mail that is sent."""

    to: Annotated[tuple[str, ...], BeforeValidator(_listed)] = ()
    """Addresses; whoever sent the mail that triggered the rule when left out."""
    cc: Annotated[tuple[str, ...], BeforeValidator(_listed)] = ()
    """Addresses of copies."""
    subject: Words | None = None
    """Subject; ``Re:`` and that of the mail that is answered when left out."""
    text: Annotated[tuple[Words, ...], OneOrMore] = Field(min_length=1)
    """Text."""


class Message(Data):
    """A message that is posted in the chat service."""

    channel: str = ""
    """Channel; that of the message that triggered the rule when left out."""
    text: Annotated[tuple[Words, ...], OneOrMore] = Field(min_length=1)
    """Text."""


class Effect(Data):
    """What a person does; exactly one."""

    say: Annotated[tuple[Words, ...], OneOrMore] | None = Field(default=None, min_length=1)
    """Say this to the agent."""
    mail: Letter | None = None
    """Send this mail."""
    post: Message | None = None
    """Post this message."""
    approve: Annotated[tuple[Words, ...], OneOrMore] | None = Field(default=None, min_length=1)
    """Approve what was asked, with these words."""
    refuse: Annotated[tuple[Words, ...], OneOrMore] | None = Field(default=None, min_length=1)
    """Refuse what was asked, with these words."""
    mood: int | None = None
    """Become more annoyed by so much, or less."""
    done: Literal[True] | None = None
    """Want nothing more: no rule fires any more."""

    @model_validator(mode="after")
    def _one(self) -> Effect:
        if len(given(self)) != 1:
            raise ValueError(f"an effect is exactly one of {', '.join(type(self).model_fields)}")
        return self


class Rule(Data):
    """When something happens, do something."""

    when: Trigger
    """What it waits for."""
    mood_at_least: int | None = None
    """Only when they are so annoyed."""
    delay: Annotated[tuple[float, float], BeforeValidator(_fixed)] = (0.0, 0.0)
    """Virtual seconds until the effects: one number, or two of which one between is drawn."""
    times: int = Field(default=1, ge=1)
    """How often it fires at most in an episode."""
    do: tuple[Effect, ...] = ()
    """What they do, in this order."""
    go: Annotated[tuple[Name, ...], OneOrMore] = ()
    """State they are in then, at once; one of several is drawn."""

    @model_validator(mode="after")
    def _consistent(self) -> Rule:
        low, high = self.delay
        if not 0 <= low <= high:
            raise ValueError(f"delay: {low:g} to {high:g} is no span of seconds")
        decisions = [effect for effect in self.do if effect.approve or effect.refuse]
        if decisions and (self.when.asked is None or len(decisions) > 1):
            raise ValueError("do: approve or refuse, once, answers a question: it belongs under a rule with when.asked")
        for effect in self.do:
            if effect.mail is not None and not effect.mail.to and self.when.mail is None:
                raise ValueError("do: a mail without 'to' is a reply and belongs under a rule with when.mail")
            if effect.mail is not None and effect.mail.to and effect.mail.subject is None and self.when.mail is None:
                raise ValueError("do: a mail that is no reply needs a subject")
            if effect.post is not None and not effect.post.channel and self.when.chat is None:
                raise ValueError("do: a post without a channel belongs under a rule with when.chat")
        return self


class Script(Data):
    """A dialogue tree: states, and in each the rules that may fire. The first rule that fits fires."""

    start: Name = ""
    """State at the beginning; the first one when left out."""
    states: dict[Name, tuple[Rule, ...]] = Field(min_length=1)
    """Rules by state."""
    always: tuple[Rule, ...] = ()
    """Rules of every state, tried after its own."""

    @model_validator(mode="after")
    def _known_states(self) -> Script:
        wanted = [("start", self.start)] if self.start else []
        for name, rules in (*self.states.items(), ("always", self.always)):
            wanted += [(f"{name}.{number}.go", goal) for number, rule in enumerate(rules) for goal in rule.go]
        for where, name in wanted:
            if name not in self.states:
                near = difflib.get_close_matches(name, self.states, n=1)
                hint = f"did you mean {near[0]}?" if near else f"states: {', '.join(self.states)}"
                raise ValueError(f"{where}: there is no state {name!r}; {hint}")
        return self

    def rules(self) -> list[tuple[str, Rule]]:
        """Return all rules with their places."""
        return [
            (f"{place}.{number}", rule)
            for place, rules in (
                *((f"states.{name}", rules) for name, rules in self.states.items()),
                ("always", self.always),
            )
            for number, rule in enumerate(rules)
        ]


class PersonaSpec(Data):
    """A language model that plays a person."""

    agent: str
    """Name of the agent, as on the command line: ``local``, ``model:<provider>:<model>``, ``module:factory``."""
    instructions: Words
    """Who they are, what they want, when they are satisfied."""
    turns: int = Field(default=4, ge=1)
    """How often they say something at most."""
    delay: float = Field(default=0.0, ge=0)
    """Virtual seconds until they do."""


class Mailbox(Data):
    """How a person is reached by mail."""

    address: str = Field(pattern=r"^[^@\s]+@[^@\s]+$")
    """Address."""
    service: str = "mail"
    """Name of the mail service."""


class ChatAccount(Data):
    """How a person is reached in the chat service."""

    account: str = Field(min_length=1)
    """Name of the account."""
    service: str = "chat"
    """Name of the chat service."""


class Span(Data):
    """A span of virtual time."""

    from_: float = Field(alias="from", ge=0)
    """Start, virtual seconds."""
    until: float
    """End, virtual seconds."""

    @model_validator(mode="after")
    def _forward(self) -> Span:
        if self.until <= self.from_:
            raise ValueError(f"ends at {self.until:g} s, before it began at {self.from_:g} s")
        return self


class Person(Data):
    """A simulated user, colleague or outsider."""

    name: Words | None = None
    """How they are shown; their short name when left out."""
    role: Literal["user", "colleague", "outsider"] = "colleague"
    """Who they are to the agent: the user gave it the task."""
    talk: bool | None = None
    """Whether they speak with the agent in the conversation; as a rule only the user does."""
    mail: Mailbox | None = None
    """How they read and write mail, if they do."""
    chat: ChatAccount | None = None
    """How they read and write in the chat service, if they do."""
    away: tuple[Span, ...] = ()
    """When they notice and answer nothing."""
    script: Script | None = None
    """What they do, as a dialogue tree."""
    persona: PersonaSpec | None = None
    """What plays them instead of a script."""

    @property
    def talks(self) -> bool:
        """Say whether they speak with the agent in the conversation."""
        return self.role == "user" if self.talk is None else self.talk

    @model_validator(mode="after")
    def _can_do_what_they_do(self) -> Person:
        if (self.script is None) == (self.persona is None):
            raise ValueError("a person has either a script or a persona")
        if not (self.talks or self.mail or self.chat) and self.persona is not None:
            raise ValueError("a persona needs a channel: talk, mail or chat")
        for place, rule in self.script.rules() if self.script else []:
            when, verbs = rule.when, {name for effect in rule.do for name in given(effect)}
            lacking = {
                "talk": not self.talks and bool({"say"} & verbs or when.answered or when.said),
                "mail": self.mail is None and bool({"mail"} & verbs or when.mail),
                "chat": self.chat is None and bool({"post"} & verbs or when.chat),
            }
            for channel in (name for name, missing in lacking.items() if missing):
                raise ValueError(f"script.{place} needs the channel {channel!r}, which this person does not use")
        return self
