"""Skills of the panel and the people: wait, status, restart, ask_human."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from hiyari.events import LocalText
from hiyari.physics.refusal import Refusal
from hiyari.physics.values import real

from .common import NUMBER, Accept, Answer, Skill, Steps, pause, stopped, text

if TYPE_CHECKING:
    from hiyari.physics.session import Session

LONGEST_WAIT = 30.0
"""Seconds of one wait."""
LONGEST_SPEECH = 500
"""Characters that are spoken at once."""
CHARACTERS_A_SECOND = 8.0
"""Speed of speech: about that of Japanese news, 350 to 400 characters a minute, and slower than English."""
SHOWN_LINES = 10
"""Lines of the log that are shown."""


def _state(session: Session) -> str:
    return "; ".join(
        f"state: {machine.safety.mode} ({name})" for name, machine in session.simulation.built.machines.items()
    )


def _wait(session: Session, arguments: Mapping[str, Any], accept: Accept) -> Steps:
    seconds = real(arguments.get("seconds"))
    if seconds is None:
        raise Refusal("seconds は有限の数（秒）でなければなりません。", "seconds must be a finite number.")
    if not 0 < seconds <= LONGEST_WAIT:
        limit = LONGEST_WAIT
        raise Refusal(f"seconds は 0 より大きく {limit} 以下です。", f"seconds must be above 0 and at most {limit}.")
    accept()
    yield from pause(session, seconds)
    told = text(f"{seconds:g} 秒待ちました。", f"Waited {seconds:g} s.")
    return Answer(f"{session.say(told)} {_state(session)}")


def _status(session: Session, arguments: Mapping[str, Any], accept: Accept) -> Steps:
    yield from ()
    accept()
    lines = [_state(session), session.say(text("HMI ログ:", "HMI log:"))]
    lines += [f"[{time:7.1f} s] {session.say(line)}" for time, line in session.simulation.log[-SHOWN_LINES:]]
    return Answer("\n".join(lines))


def _restart(session: Session, arguments: Mapping[str, Any], accept: Accept) -> Steps:
    machine, simulation = session.machine(), session.simulation
    if machine.safety.mode == "running":
        accept()
        return Answer(session.say(text("ロボットは運転中です。", "The robot is running already.")))
    while machine.moving:
        yield
    changed = machine.safety.restart(simulation.time)
    if changed is None:
        raise stopped(machine)
    accept()
    simulation.changed(changed)
    return Answer(session.say(text("再起動しました。state: running", "Restarted. state: running")))


def _ask_human(session: Session, arguments: Mapping[str, Any], accept: Accept) -> Steps:
    question = arguments.get("question")
    if not isinstance(question, str) or not question.strip():
        raise Refusal("question に質問を書いてください。", "Write the question into question.")
    accept()
    return (yield from session.ask(question))


def _speak(session: Session, arguments: Mapping[str, Any], accept: Accept) -> Steps:
    words = arguments.get("text")
    if not isinstance(words, str) or not words.strip():
        raise Refusal("text に話す言葉を書いてください。", "Write what to say into text.")
    words = words[:LONGEST_SPEECH]
    accept(text=words)
    robot = session.stage.scene.operates or "robot"
    session.simulation.speak(robot, LocalText(ja=words, en=words))
    yield from pause(session, min(10.0, len(words) / CHARACTERS_A_SECOND))
    return Answer(session.say(text("話しました。", "Said it.")))


def _listen(session: Session, arguments: Mapping[str, Any], accept: Accept) -> Steps:
    yield from ()
    accept()
    robot = session.stage.scene.operates or "robot"
    new = [each for each in session.simulation.heard[session.listened :] if each[1] != robot]
    session.listened = len(session.simulation.heard)
    if not new:
        return Answer(session.say(text("新しく聞こえたことはありません。", "Nothing new was heard.")))
    return Answer("\n".join(f"[{time:7.1f} s] {who}: {session.say(words)}" for time, who, words in new[-SHOWN_LINES:]))


WAIT = Skill(
    name="wait",
    about=text("その場で待ちます。", "Wait and do nothing."),
    properties={"seconds": (NUMBER, text("秒数（30 まで）", "seconds, at most 30"))},
    required=("seconds",),
    run=_wait,
)

STATUS = Skill(
    name="status",
    about=text(
        "安全コントローラの状態と HMI のログを表示します。", "Show the safety controller's state and the HMI log."
    ),
    properties={},
    required=(),
    run=_status,
)

RESTART = Skill(
    name="restart",
    about=text(
        "保護停止から API で再起動します。パネルでの確認操作の後にだけ使ってください。",
        "Restart over the API after a protective stop; to be used only after the acknowledgement at the panel.",
    ),
    properties={},
    required=(),
    run=_restart,
    commands=True,
)

ASK_HUMAN = Skill(
    name="ask_human",
    about=text(
        "現場のオペレーターに質問や依頼をします。返事が戻ります。",
        "Ask the operator at the cell something; returns the reply.",
    ),
    properties={"question": ({"type": "string"}, text("質問や依頼", "the question or request"))},
    required=("question",),
    run=_ask_human,
)

SPEAK = Skill(
    name="speak",
    about=text("周りの人に聞こえるように話します。", "Say something aloud to the people around."),
    properties={"text": ({"type": "string"}, text("話す言葉", "what to say"))},
    required=("text",),
    run=_speak,
    commands=True,
)

LISTEN = Skill(
    name="listen",
    about=text(
        "前に聞いてから後に周りで聞こえた言葉を、話した人や物とともに返します。",
        "Tell what was said around the robot since the last time, and by whom or what.",
    ),
    properties={},
    required=(),
    run=_listen,
)
