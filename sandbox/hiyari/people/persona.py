"""A person played by a language model, through the same interface as the agent under test."""

from __future__ import annotations

import re
from collections.abc import Sequence

from hiyari.agent import Agent, Move, Observation, Record, Task
from hiyari.agents.patience import OutOfPatience, Patience
from hiyari.errors import AgentError, EngineError
from hiyari.events import AgentSaid, Envelope, LocalText, PersonSaid, held
from hiyari.person import Act, Reply
from hiyari.scenario.people import Person as PersonSpec

from .hearing import Heard, answer_to, heard, introduced, mail, post, reachable

SYSTEM = LocalText(
    ja="あなたは {name} という人物を演じます。相手は AI アシスタントです。"
    "{name} が言うことだけを、一人称で短く書いてください。もう何も求めることがなければ、DONE とだけ書いてください。",
    en="You play a person called {name}. You are talking with an AI assistant. Write only what {name} says, briefly, "
    "in the first person. When you want nothing more, write only DONE.",
)
"""System prompt of a persona."""
ASKED = LocalText(
    ja="{instructions}\n\nアシスタントへの最初の依頼: {task}",
    en="{instructions}\n\nWhat the assistant was first asked: {task}",
)
"""Task of a persona."""
_DONE = re.compile(r"\s*\bDONE\b[.。!！]?\s*\Z")


class Played:
    """A person whose words a model writes. What the model needs to know comes as observations, its answers are said.

    They answer what is said to them: the agent's answers if they talk, mails and messages by the same way. A model that
    fails makes the episode invalid: nothing else plays the person instead.

    Args:
        key: Short name.
        spec: Who they are; has a persona.
        agent: Who plays them.
        task: What the agent under test was asked.
        patience: Wall seconds to wait for each of their answers.
    """

    def __init__(self, key: str, spec: PersonSpec, agent: Agent, *, task: Task, patience: float) -> None:
        assert spec.persona is not None
        self.present = introduced(key, spec, task.language)
        self.done = False
        self._spec, self._persona, self._agent, self._patience = spec, spec.persona, agent, patience
        asked = ASKED.in_language(task.language).format(
            instructions=spec.persona.instructions.in_language(task.language), task=task.text
        )
        system = SYSTEM.in_language(task.language).format(name=self.present.name)
        self._task = Task(text=asked, system=system, language=task.language, seed=task.seed)
        self._thread: Patience[Move | None] | None = None
        self._unread: list[tuple[float, Heard, int]] = []
        self._turns = 0

    def start(self, record: Record) -> None:
        """Remember where the model's requests are recorded; it is made when somebody first speaks to them."""
        self._record = record

    def notice(self, envelope: Envelope) -> None:
        """Keep what was said to them until it is their turn."""
        if self.done or isinstance(envelope.event, AgentSaid):
            return
        words = heard(envelope.event, self._spec)
        if words is not None:
            self._unread.append((self.back(envelope.t) + self._persona.delay, words, envelope.seq))

    def moved(self, now: float) -> None:
        """Count nothing."""

    def asked(self, question: str, now: float) -> Reply | None:
        """Leave decisions to the operator's own rules: a model's words are no yes or no."""
        return None

    def back(self, now: float) -> float:
        """Return when they are reachable."""
        return reachable(self._spec, now)

    def due(self) -> float | None:
        """Return when they answer what they have not answered yet."""
        return min((time for time, _, _ in self._unread), default=None)

    def acts(self, now: float) -> Sequence[Act]:
        """Answer what was said to them.

        Raises:
            EngineError: If the model or its provider failed, or took too long.
        """
        out: list[Act] = []
        while not self.done and (ready := [entry for entry in self._unread if entry[0] <= now]):
            self._unread.remove(ready[0])
            _, words, cause = ready[0]
            said = self._say(words)
            text = _DONE.sub("", said)
            self._turns += 1
            self.done = text != said or not text or self._turns >= self._persona.turns
            if text:
                out.append(self._by(words, text).model_copy(update={"cause": cause}))
            if self.done:
                out.append(Act(change=("persona", 0, True), cause=cause))
        return out

    def close(self) -> None:
        """Release the model."""
        if self._thread is None:
            return
        self._thread.close()
        self._agent.close()

    def _say(self, words: Heard) -> str:
        first = self._thread is None
        self._thread = self._thread or Patience("persona")
        who = {"mail": f"mail from {words.sender}", "chat": f"{words.sender} in {words.channel}"}.get(
            words.how, "assistant"
        )
        observation = Observation(said=(PersonSaid(person=who, text=held(words.text)),))

        def ask() -> Move:
            if first:
                self._agent.start(self._task, (), self._record)
            return self._agent.act(observation)

        try:
            move = self._thread.do(ask, self._patience)
        except OutOfPatience:
            raise self._failed(f"no answer within {self._patience:g} s") from None
        except AgentError as error:
            raise self._failed(str(error)) from error
        except EngineError:
            raise
        except Exception as error:
            raise self._failed(f"{type(error).__name__}: {error}") from error
        if not isinstance(move, Move) or move.answer is None:
            raise self._failed("it made a move without an answer")
        return move.answer.strip()

    def _by(self, words: Heard, text: str) -> Act:
        if words.how == "mail" and self._spec.mail is not None:
            subject = answer_to(words.subject)
            return mail(self.present, self._spec.mail.service, to=(words.sender,), cc=(), subject=subject, text=text)
        if words.how == "chat" and self._spec.chat is not None:
            return post(self.present, self._spec.chat.service, channel=words.channel, text=text)
        return Act(say=text)

    def _failed(self, why: str) -> EngineError:
        return EngineError(f"the persona {self.present.person} failed: {why}")
