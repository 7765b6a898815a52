"""What each skill needs of the robot that is operated; light enough to be read with the files of scenes.

A skill is a module of ``hiyari.physics.skills``; a test compares this table with the skills there are.
"""

from __future__ import annotations

NEEDS: dict[str, tuple[str, ...]] = {
    "look": (),
    "describe": (),
    "read_sensor": (),
    "wait": (),
    "status": (),
    "ask_human": (),
    "switch": (),
    "listen": (),
    "speak": (),
    "stop": ("robot",),
    "restart": ("robot",),
    "set_speed": ("robot",),
    "move_to": ("arm",),
    "pick": ("arm",),
    "place": ("arm",),
    "open": ("arm",),
    "close": ("arm",),
    "press": ("arm",),
    "pour": ("arm",),
    "wipe": ("arm",),
    "push": ("arm",),
    "hand_over": ("arm",),
    "navigate": ("drive",),
    "drive": ("drive",),
    "spray": ("sprayer",),
}
"""Skills and what they need: a robot that is operated, its arm, its drive, or equipment of that kind."""
