"""The shape of ``robots/<name>/robot.yaml``: what a machine is, what it can do, and the limits we hold it to."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import Field, model_validator

from hiyari.errors import ContentError
from hiyari.events import Data, LocalText
from hiyari.physics.geometry import Vector
from hiyari.physics.perception.model import Camera
from hiyari.physics.scene.assets import PACKAGED, asset, check_inertials, check_urdf
from hiyari.physics.values import Beside, Licence, Name, Number, Point, Positive
from hiyari.scenario.files import read_model

from .drives import AnyDrive
from .equipment import AnyEquipment
from .grippers import AnyGripper


class Arm(Data):
    """A manipulator."""

    joints: tuple[str, ...] = Field(min_length=6)
    """Joints from the base to the tool."""
    rest: tuple[Number, ...]
    """Joint positions at the start, radians, of sliding joints metres."""
    tool: str
    """Link whose origin is the tool centre point, with its z axis away from the hand."""
    hazards: tuple[str, ...]
    """Links whose speeds are watched beside the tool's, such as the elbow."""
    gripper: AnyGripper
    """Its gripper."""

    @model_validator(mode="after")
    def _one_rest_for_each(self) -> Arm:
        if len(self.rest) != len(self.joints):
            raise ValueError(f"rest: {len(self.joints)} positions are needed, one for each joint")
        return self


class Reach(Data):
    """A box in the robot's own frame."""

    low: Point
    """Corner, metres."""
    high: Point
    """Opposite corner."""

    @model_validator(mode="after")
    def _has_volume(self) -> Reach:
        if any(a >= b for a, b in zip(self.low, self.high, strict=True)):
            raise ValueError("low must be below high in every direction")
        return self

    def outside(self, point: Vector) -> float:
        """Return how far a point of the robot's frame is outside, metres; 0 inside."""
        return max(0.0, *(max(a - x, x - b) for a, x, b in zip(self.low, point, self.high, strict=True)))


class RobotLimits(Data):
    """Limits that are held by us, since the engine does not hold those of a URDF."""

    speed: Positive
    """Largest speed of the tool or the base, m/s."""
    usual_speed: Positive
    """Speed of a skill that is given none, m/s."""
    acceleration: Positive
    """m/s2."""
    braking: Positive
    """Deceleration of a protective stop, m/s2."""
    turn_acceleration: Positive = 4.0
    """Largest change of the turning speed of a base, rad/s2."""
    torque: Annotated[float, Field(gt=0, le=1)] = 1.0
    """Share of the efforts of the URDF's joints that the arm may use."""
    workspace: Reach | None = None
    """Where the tool may go, in the robot's own frame; anywhere when left out."""
    reaction_time: float = Field(ge=0, allow_inf_nan=False)
    """From the trigger of a stop until braking begins, seconds."""
    payload: float = Field(ge=0, allow_inf_nan=False)
    """Heaviest load, kg."""


class Robot(Data):
    """One robot."""

    name: Name
    """Name of its folder."""
    title: LocalText
    """One line."""
    urdf: Beside
    """``own.urdf`` or ``pybullet_data:...``."""
    licence: Licence
    """Licence of the URDF and its meshes."""
    limits: RobotLimits
    """Limits we hold it to."""
    arm: Arm | None = None
    """Its manipulator."""
    drive: AnyDrive | None = None
    """What moves it about; a robot without stands where it is."""
    equipment: dict[Name, AnyEquipment] = {}
    """What else it has, by name."""

    cameras: dict[Name, Camera] = {}
    """Cameras on it, in the frame of their ``link``; in a scene they are called ``<robot>.<camera>``."""

    @model_validator(mode="after")
    def _has_parts(self) -> Robot:
        if self.arm is None and self.drive is None:
            raise ValueError("a section 'arm' or 'drive' is needed")
        if self.limits.usual_speed > self.limits.speed:
            raise ValueError("limits.usual_speed is above limits.speed")
        return self


def load_robot(folder: Path) -> tuple[Robot, Path]:
    """Return a robot and the path of its URDF.

    Raises:
        ContentError: If the folder's robot.yaml or its URDF is wrong.
    """
    file = folder / "robot.yaml"
    robot = read_model(file, Robot)
    if robot.name != folder.name:
        raise ContentError(f"the folder is called {folder.name!r}, the robot {robot.name!r}", file=file, field="name")
    urdf = asset(robot.urdf, folder, file=file, field="urdf")
    check_urdf(urdf, moves=True, file=file, field="urdf")
    if not robot.urdf.startswith(PACKAGED):
        check_inertials(urdf, file=file, field="urdf")
    return robot, urdf
