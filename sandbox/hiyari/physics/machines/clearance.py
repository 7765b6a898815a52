"""Whether a posture of an arm is clear of what stands in the scene, looked up in a second world of the engine.

The second world holds the robot and everything that stands, nothing that is loose and nobody: what moves is the
business of skills, safety controllers and monitors. Putting joints there does not disturb the first world.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from hiyari.physics.engine import Engine
from hiyari.physics.geometry import Quaternion, Vector

Frame = tuple[Vector, Quaternion]


@dataclass
class Clearance:
    """The second world of one robot."""

    engine: Engine
    body: int
    """The robot there."""
    joints: Sequence[int]
    """Joints of its arm there."""
    links: Sequence[int]
    """Links there that move with the arm."""
    standing: Mapping[str, Sequence[int]]
    """What stands, by name."""
    placed: Callable[[], tuple[Frame, Mapping[int, Frame]]]
    """Returns where the robot's base is now in the first world, and what has moved, by its body here."""
    touched: set[str] = field(default_factory=set)
    """What may be touched."""
    _frames: dict[int, Frame] = field(default_factory=dict)

    def refresh(self) -> None:
        """Put everything where it is now."""
        base, moved = self.placed()
        for body, frame in {**moved, self.body: base}.items():
            if self._frames.get(body) != frame:
                self._frames[body] = frame
                self.engine.put(body, *frame)

    def meets(self, positions: Sequence[float], keep: float) -> str:
        """Return the name of something standing that the arm would be nearer to than so many metres, or nothing."""
        for joint, value in zip(self.joints, positions, strict=True):
            self.engine.put_joint(self.body, joint, value)
        for name, bodies in self.standing.items():
            if name in self.touched:
                continue
            for body in bodies:
                if self._near(body, keep):
                    return name
        return ""

    def _near(self, body: int, keep: float) -> bool:
        """Return whether the arm is nearer than so many metres; the base may stand on it."""
        within = max(keep, 0.0)
        near = self.engine.closest(self.body, body, within)
        if near is None or near.distance >= keep:
            return False
        if near.link_a in self.links:
            return True
        found = (self.engine.closest(self.body, body, within, link) for link in self.links)
        return any(each is not None and each.distance < keep for each in found)
