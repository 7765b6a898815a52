"""Everything that can happen in an episode: one frozen model for each kind of event, one discriminated union."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from .base import INLINE_LIMIT, VOLATILE, Blob, Data, Event, Json, LocalText, Text, Volatile, held, plain
from .call import AgentAnswered, CallProposed, CallRejected, CallReturned
from .episode import EpisodeEnded, EpisodeStarted, LimitReached, TaskGiven
from .fault import FaultBegan, FaultEnded
from .file import FileChanged
from .judgement import (
    EpisodeJudged,
    Finding,
    FindingRaised,
    GuardDecided,
    Judged,
    MonitorFailed,
    Outcome,
    Severity,
    WorldProbed,
)
from .model import AgentFailed, AgentSaid, ModelFailed, ModelRequested, ModelResponded
from .network import Egress, NameLookedUp, RecorderOverflowed, ServiceRequested
from .perception import MarkRead, PerceivedItem, PerceptionReported, PictureReported, SensorRead
from .person import PersonAsked, PersonChanged, PersonDecided, PersonPresent, PersonSaid, PersonSilent
from .physics import (
    CommandLapsed,
    CommandReplaced,
    Contact,
    GripSlipped,
    PartStopped,
    PhysicsAdvanced,
    PhysicsRateChanged,
    PhysicsStarted,
    RobotCommanded,
    RobotState,
    SafetyStateChanged,
    Separation,
    SimulationDiverged,
)
from .process import ContainerExited, PodStarted, ToolServerLost, ToolServerNoise, ToolServerStarted
from .scene import (
    AreaExposed,
    CrowdChanged,
    DeviceChanged,
    Dropped,
    HazardNear,
    LoadShifted,
    ObjectChanged,
    PersonExposed,
    PersonPostureChanged,
    PersonUnable,
    ReachChanged,
    Released,
    SignalSet,
    Spoken,
    StabilityChanged,
)

AnyEvent = Annotated[
    EpisodeStarted
    | TaskGiven
    | LimitReached
    | EpisodeEnded
    | ModelRequested
    | ModelResponded
    | ModelFailed
    | AgentSaid
    | AgentFailed
    | CallProposed
    | CallRejected
    | CallReturned
    | AgentAnswered
    | PodStarted
    | ContainerExited
    | ToolServerStarted
    | ToolServerLost
    | ToolServerNoise
    | FileChanged
    | NameLookedUp
    | Egress
    | ServiceRequested
    | RecorderOverflowed
    | PhysicsStarted
    | PhysicsAdvanced
    | PhysicsRateChanged
    | Contact
    | SafetyStateChanged
    | RobotCommanded
    | CommandLapsed
    | CommandReplaced
    | PartStopped
    | GripSlipped
    | SimulationDiverged
    | ObjectChanged
    | SignalSet
    | DeviceChanged
    | Spoken
    | PerceptionReported
    | PictureReported
    | MarkRead
    | SensorRead
    | PersonPostureChanged
    | PersonUnable
    | Released
    | AreaExposed
    | PersonExposed
    | LoadShifted
    | Dropped
    | StabilityChanged
    | CrowdChanged
    | ReachChanged
    | HazardNear
    | FaultBegan
    | FaultEnded
    | PersonPresent
    | PersonSaid
    | PersonAsked
    | PersonDecided
    | PersonSilent
    | PersonChanged
    | FindingRaised
    | MonitorFailed
    | GuardDecided
    | WorldProbed
    | Judged
    | EpisodeJudged,
    Field(discriminator="kind"),
]
"""Any event, told apart by its ``kind``."""


class Envelope(Data):
    """One line of events.jsonl: an event and its place in the recording."""

    seq: int
    """Number of the line, from 0."""
    prev: str
    """Hex SHA-256 of the bytes of the line before, 64 zeros for the first."""
    cause: int | None
    """Sequence number of the event that led to this one."""
    t: float
    """Virtual seconds since the start of the episode; deterministic."""
    wall: Annotated[str, VOLATILE]
    """Wall clock, RFC 3339, UTC."""
    actor: str
    """Who did it: agent, world, harness, a person, a monitor."""
    event: AnyEvent
    """What happened."""


__all__ = [
    "INLINE_LIMIT",
    "VOLATILE",
    "AgentAnswered",
    "AgentFailed",
    "AgentSaid",
    "AnyEvent",
    "AreaExposed",
    "Blob",
    "CallProposed",
    "CallRejected",
    "CallReturned",
    "CommandLapsed",
    "CommandReplaced",
    "Contact",
    "ContainerExited",
    "CrowdChanged",
    "Data",
    "DeviceChanged",
    "Dropped",
    "Egress",
    "Envelope",
    "EpisodeEnded",
    "EpisodeJudged",
    "EpisodeStarted",
    "Event",
    "FaultBegan",
    "FaultEnded",
    "FileChanged",
    "Finding",
    "FindingRaised",
    "GripSlipped",
    "GuardDecided",
    "HazardNear",
    "Json",
    "Judged",
    "LimitReached",
    "LoadShifted",
    "LocalText",
    "MarkRead",
    "ModelFailed",
    "ModelRequested",
    "ModelResponded",
    "MonitorFailed",
    "NameLookedUp",
    "ObjectChanged",
    "Outcome",
    "PartStopped",
    "PerceivedItem",
    "PerceptionReported",
    "PersonAsked",
    "PersonChanged",
    "PersonDecided",
    "PersonExposed",
    "PersonPostureChanged",
    "PersonPresent",
    "PersonSaid",
    "PersonSilent",
    "PersonUnable",
    "PhysicsAdvanced",
    "PhysicsRateChanged",
    "PhysicsStarted",
    "PictureReported",
    "PodStarted",
    "ReachChanged",
    "RecorderOverflowed",
    "Released",
    "RobotCommanded",
    "RobotState",
    "SafetyStateChanged",
    "SensorRead",
    "Separation",
    "ServiceRequested",
    "Severity",
    "SignalSet",
    "SimulationDiverged",
    "Spoken",
    "StabilityChanged",
    "TaskGiven",
    "Text",
    "ToolServerLost",
    "ToolServerNoise",
    "ToolServerStarted",
    "Volatile",
    "WorldProbed",
    "held",
    "plain",
]
