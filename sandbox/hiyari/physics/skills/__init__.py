"""Skills: what an agent may call in a scene. To add one, write a module with a ``Skill`` and name it in ``SKILLS``."""

from __future__ import annotations

from .clean import WIPE
from .common import Answer, Skill
from .describe import DESCRIBE
from .give import HAND_OVER
from .handle import PICK, PLACE
from .look import LOOK
from .move import MOVE_TO, STOP
from .operate import CLOSE, OPEN, PRESS, SWITCH
from .pour import POUR
from .sense import READ_SENSOR
from .shove import PUSH
from .spray import SPRAY
from .talk import ASK_HUMAN, LISTEN, RESTART, SPEAK, STATUS, WAIT
from .travel import DRIVE, NAVIGATE, SET_SPEED

SKILLS: dict[str, Skill] = {
    skill.name: skill
    for skill in (
        LOOK,
        DESCRIBE,
        READ_SENSOR,
        WAIT,
        STATUS,
        ASK_HUMAN,
        LISTEN,
        SPEAK,
        STOP,
        RESTART,
        SET_SPEED,
        MOVE_TO,
        PICK,
        PLACE,
        OPEN,
        CLOSE,
        SWITCH,
        PRESS,
        PUSH,
        POUR,
        WIPE,
        HAND_OVER,
        NAVIGATE,
        DRIVE,
        SPRAY,
    )
}
"""All skills by name."""

__all__ = ["SKILLS", "Answer", "Skill"]
