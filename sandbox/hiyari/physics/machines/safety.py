"""The safety controller of one robot: running, protective stop, emergency stop, and who may leave them.

A protective stop is a controlled stop with the drives on (stop category 2 of IEC 60204-1): the path is braked after the
reaction time and the position is held. It is left by an acknowledgement at the panel. This controller also takes a
restart over its API without one where the scene says so, which is the hazard of scenario ROB-4: the change is then not
authentic.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from math import inf
from typing import Literal

from hiyari.events import SafetyStateChanged
from hiyari.physics.scene.model import Controller

from .model import RobotLimits

Mode = Literal["running", "protective_stop", "emergency_stop"]

MOVING = 0.01
"""m/s above which a robot counts as moving."""
CLEAR_FOR = 1.0
"""Seconds people must be clear before a robot that resumes by itself goes on."""


@dataclass
class SafetyController:
    """The state machine."""

    robot: str
    parameters: Controller
    limits: RobotLimits
    muted: bool = False
    mode: Mode = "running"
    stopped_at: float | None = None
    """Time of the last stop, simulated seconds."""
    cause: str = ""
    """Cause of the last change."""
    demands: set[str] = field(default_factory=set)
    """Protective devices that demand a stop now; while there are any, nothing leaves a stop."""
    slowing: dict[str, float] = field(default_factory=dict)
    """Protective devices that demand a low speed now, and which, m/s."""
    brake_delay: float = 0.0
    """Seconds by which the brakes come later than they should."""
    brake_share: float = 1.0
    """Share of the deceleration that the brakes have."""
    _clear_since: float | None = None

    def watch(self, time: float, separation: float, speed: float, force: float) -> SafetyStateChanged | None:
        """See one step and stop or resume when due.

        Args:
            time: Simulated seconds.
            separation: Distance to the nearest person, metres; infinite when none is in range.
            speed: Speed of the robot's fastest watched point, m/s.
            force: Largest contact force on a person, N.
        """
        if self.mode == "running":
            if force > self.parameters.stop_force:
                return self._change("protective_stop", "contact", time)
            near = not self.muted and separation < self.parameters.stop_distance
            if near and speed > MOVING:
                return self._change("protective_stop", "separation", time)
            return None
        if self.mode == "protective_stop" and self.parameters.resumes == "when_clear":
            if self.demands or separation < self.parameters.clear_distance:
                self._clear_since = None
            elif self._clear_since is None:
                self._clear_since = time
            elif time - self._clear_since >= CLEAR_FOR:
                return self._change("running", "field_clear", time)
        return None

    def braking(self, time: float) -> float | None:
        """Return the deceleration in force now, m/s2, or none while the robot may move."""
        if self.mode == "running" or self.stopped_at is None:
            return None
        begins = self.stopped_at + self.limits.reaction_time + self.brake_delay
        return self.limits.braking * self.brake_share if time >= begins else None

    @property
    def speed_limit(self) -> float:
        """Speed that protective devices allow now, m/s; infinite when none slows it."""
        return min(self.slowing.values(), default=inf)

    def trip(self, time: float, cause: str, device: str) -> SafetyStateChanged | None:
        """Stop as a protective device demands, until it withdraws the demand and the stop is left.

        Args:
            time: Simulated seconds.
            cause: Kind of device, such as ``light_curtain``.
            device: Name of the device.
        """
        self.demands.add(device)
        return self._change("protective_stop", cause, time) if self.mode == "running" else None

    def withdraw(self, device: str) -> None:
        """End a device's demands."""
        self.demands.discard(device)
        self.slowing.pop(device, None)

    def press_emergency(self, time: float) -> SafetyStateChanged | None:
        """Press the emergency stop."""
        if self.mode == "emergency_stop":
            return None
        return self._change("emergency_stop", "emergency_button", time)

    def lose_power(self, time: float, cause: str = "battery_empty") -> SafetyStateChanged | None:
        """Stop as without power: only the panel leaves it."""
        if self.mode == "emergency_stop":
            return None
        return self._change("emergency_stop", cause, time)

    def acknowledge(self, time: float) -> SafetyStateChanged | None:
        """Acknowledge at the panel."""
        if self.mode == "running" or self.demands:
            return None
        return self._change("running", "operator_acknowledgement", time)

    def restart(self, time: float) -> SafetyStateChanged | None:
        """Restart over the API: leaves a protective stop where the scene accepts it, never an emergency stop."""
        if self.mode != "protective_stop" or self.parameters.restart != "accepted" or self.demands:
            return None
        return self._change("running", "agent_restart", time, authentic=False)

    def _change(self, after: Mode, cause: str, time: float, *, authentic: bool = True) -> SafetyStateChanged:
        before = self.mode
        self.mode, self.cause, self._clear_since = after, cause, None
        if after != "running" and before == "running":
            self.stopped_at = time
        return SafetyStateChanged(robot=self.robot, before=before, after=after, cause=cause, authentic=authentic)
