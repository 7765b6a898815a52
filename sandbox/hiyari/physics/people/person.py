"""A person in the engine: clusters of spheres with body regions and areas.

Kinematic: a person moves as scripted and never yields, and contact is a spring of the region's stiffness, which was
measured to give the same force as a driven dynamic body.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from hiyari.physics.engine import Ball, Engine
from hiyari.physics.geometry import Quaternion, Vector, about_z, add, distance, multiply, rotate

from .aids import INFANT_STIFFNESS, infant, pieces
from .anatomy import Sphere, spheres
from .appearance import Worn
from .areas import INFANT, STIFFNESS
from .posture import Frame, Posture, Skeleton
from .segment import Segment

WHOLE, AID = "whole", "aid"
"""The only segment of a rigid person, and the one of what moves with a person."""
SPOTS = {
    "face": ("head", "masticatory_muscle"),
    "left_hand": ("left_lower_arm", "palm"),
    "right_hand": ("right_lower_arm", "palm"),
}


class Labelled(NamedTuple):
    """A sphere with its colour, in the frame of its cluster."""

    sphere: Sphere
    colour: Vector


@dataclass
class Person:
    """A person in the engine."""

    name: str
    skeleton: Skeleton
    posture: Posture
    worn: Worn
    masses: Mapping[str, float]
    """Of every segment, kg."""
    kind: str = "adult"
    dominant: str = "right"
    dynamic: bool = False
    """True when the body has mass and can become limp."""
    limp: bool = False
    """True once the engine moves the body."""
    weights: dict[int, float] = field(default_factory=dict)
    """Mass of every body in the engine when limp, kg."""
    rigid: bool = False
    """True for a person who only walks upright: one rigid segment, which is cheaper to move."""
    segments: dict[str, Segment] = field(default_factory=dict)
    bodies: dict[int, Segment] = field(default_factory=dict)
    speed: float = 0.0
    """Of the fastest sphere in the last step, of the middle when rigid, m/s."""
    step: float = 1.0
    """Seconds over which the last posture was taken."""
    _spots: dict[str, tuple[str, int]] = field(default_factory=dict)
    _known: tuple[Posture, dict[str, Frame]] | None = None

    @property
    def mass(self) -> float:
        """Of the whole body, kg."""
        return sum(self.masses.values())

    @property
    def extent(self) -> float:
        """Metres on the floor, at most, from the person's place to the farthest part."""
        lies = self.posture.tilt > 0.0 or self.limp
        return max(1.4 if AID in self.segments else 1.2, self.skeleton.stature + 0.2 if lies else 0.0)

    def build(self, engine: Engine) -> None:
        """Load the clusters, and what moves with the person."""
        found = spheres(self.skeleton, self.dominant)
        frames = self._frames(self.posture)
        whole: list[Labelled] = []
        for name, (at, turn) in frames.items():
            balls = [Labelled(ball, self.worn.colour(name, ball.region)) for ball in found[name]]
            for spot, (segment, area) in SPOTS.items():
                if segment == name:
                    index = next(i for i, ball in enumerate(balls) if ball.sphere.area.startswith(area))
                    self._spots[spot] = (WHOLE, len(whole) + index) if self.rigid else (name, index)
            if self.rigid:
                for ball, paint in balls:
                    centre = add(at, rotate(turn, ball.centre))
                    whole.append(Labelled(ball._replace(centre=centre), paint))
            else:
                self._load(engine, name, balls, self._outside(self.posture, (at, turn)))
        if self.rigid:
            self._load(engine, WHOLE, whole, self._place(self.posture))
        self._load_aids(engine)

    def spot(self, name: str) -> Vector:
        """Return where the ``face``, the ``left_hand`` or the ``right_hand`` is."""
        segment, ball = self._spots[name]
        return self.segments[segment].sphere(ball)

    def take(self, engine: Engine, posture: Posture, step: float) -> None:
        """Take a posture at this step of so many seconds."""
        if self.limp or (posture == self.posture and self.speed == 0.0):
            return
        last, self.posture, self.step = self.posture, posture, step
        place = self._place(posture)
        aid = self.segments.get(AID)
        if aid is not None:
            aid.place(engine, place)
        if self.rigid:
            self.segments[WHOLE].place(engine, place)
            self.speed = math.dist(posture.feet, last.feet) / step
            return
        fastest = 0.0
        for name, frame in self._frames(posture).items():
            segment = self.segments[name]
            if segment.place(engine, self._outside(posture, frame)):
                for ball in (0, len(segment.centres) - 1):
                    fastest = max(fastest, distance(segment.sphere(ball), segment.sphere(ball, earlier=True)) / step)
        self.speed = fastest

    def _frames(self, posture: Posture) -> dict[str, Frame]:
        """Return the frames of the segments in the frame of the person; the same while only the place changes."""
        if posture.hand is not None:
            return self.skeleton.segments(posture)
        shape = Posture((0.0, 0.0), 0.0, posture.lean, None, posture.sit, posture.slump, posture.tilt)
        shape = shape if not posture.tilt else posture
        if self._known is None or self._known[0] != shape:
            self._known = (shape, self.skeleton.segments(posture))
        return self._known[1]

    def _place(self, posture: Posture) -> Frame:
        return (*posture.feet, 0.0), about_z(posture.yaw)

    def _outside(self, posture: Posture, frame: Frame) -> tuple[Vector, Quaternion]:
        origin, turn = self._place(posture)
        return add(origin, rotate(turn, frame[0])), multiply(turn, frame[1])

    def _load(self, engine: Engine, name: str, balls: Sequence[Labelled], pose: Frame) -> None:
        loaded: dict[str, int] = {}
        volume = sum(ball.radius**3 for ball, _ in balls)
        for ball, paint in balls:
            region = ball.region
            if region in loaded:
                continue
            cluster = [Ball(one.centre, one.radius) for one, _ in balls if one.region == region]
            share = sum(one.radius**3 for one in cluster) / volume
            mass = self._weight(name) * share if self.dynamic else 0.0
            body = engine.load_balls(cluster, *pose, stiffness=STIFFNESS[region], colour=paint, mass=mass)
            if self.dynamic:
                engine.set_mass(body, 0.0)
                self.weights[body] = mass
            loaded[region] = body
        self._keep(
            name,
            Segment(
                bodies=tuple(loaded.values()),
                areas=tuple(ball.area for ball, _ in balls),
                regions=tuple(ball.region for ball, _ in balls),
                centres=tuple(ball.centre for ball, _ in balls),
                radii=tuple(ball.radius for ball, _ in balls),
                owners=tuple(loaded[ball.region] for ball, _ in balls),
                pose=pose,
                before=pose,
                offsets={},
            ),
        )

    def _weight(self, segment: str) -> float:
        hand = self.masses[segment.replace("lower_arm", "hand")] if segment.endswith("lower_arm") else 0.0
        return self.masses[segment] + hand

    def _load_aids(self, engine: Engine) -> None:
        found = pieces(self.skeleton, self.posture, self.worn.carries)
        if not found:
            return
        pose = self._place(self.posture)
        bodies: list[int] = []
        for piece in found:
            at, turn = self._outside(self.posture, (piece.at, piece.turn))
            bodies.append(engine.load_shape(piece.shape, at, turn))
        offsets = {body: (piece.at, piece.turn) for body, piece in zip(bodies, found, strict=True)}
        regions, owners = [piece.region for piece in found], list(bodies)
        centres, radii = [piece.at for piece in found], [piece.radius for piece in found]
        if self.skeleton.kind.aid == "pram":
            baby = infant()
            body = engine.load_balls(baby, *pose, stiffness=INFANT_STIFFNESS, colour=self.worn.infant)
            bodies.append(body)
            regions += [INFANT] * len(baby)
            owners += [body] * len(baby)
            centres += [ball.centre for ball in baby]
            radii += [ball.radius for ball in baby]
        self._keep(
            AID,
            Segment(
                bodies=tuple(bodies),
                areas=tuple(regions),
                regions=tuple(regions),
                centres=tuple(centres),
                radii=tuple(radii),
                owners=tuple(owners),
                pose=pose,
                before=pose,
                offsets=offsets,
            ),
        )

    def _keep(self, name: str, segment: Segment) -> None:
        self.segments[name] = segment
        self.bodies |= dict.fromkeys(segment.bodies, segment)
