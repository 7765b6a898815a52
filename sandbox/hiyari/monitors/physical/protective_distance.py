"""The protective separation distance of speed-and-separation monitoring.

``S_p = S_h + S_r + S_s + C + Z_d + Z_r`` (ISO 10218-2:2025 Annex L, formerly ISO/TS 15066:2016, 5.5.4; quoted in Pupa
et al., IEEE RA-L 2021, and NIST, PMC5117641). With person 1.6 m/s, robot 1.0 m/s, T_r 0.1 s, T_s 0.3 s, C 0.2 m,
Z_d 0.1 m and Z_r 0.05 m it is 1.24 m; with the robot at 0.5 m/s 1.115 m; standing 0.99 m. Not for certification.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from hiyari.scenario.parameters import Parameters


class ProtectiveDistance(Parameters):
    """What the distance depends on."""

    reaction_time: float = Field(default=0.1, ge=0)
    """T_r: from the person's coming to the start of braking, detector latency included, seconds."""
    stopping_time: float | None = Field(default=None, ge=0)
    """T_s: from the start of braking to standstill, seconds; 0.3 when neither this nor a deceleration is given."""
    deceleration: float | None = Field(default=None, gt=0)
    """Braking, m/s2; gives T_s = v/a and S_s = v^2/2a in place of a stopping time."""
    closure: Literal["braking", "accelerating"] = "braking"
    """How S_s is closed: constant braking (v T_s / 2), or the robot still accelerating (v T_s + a T_s^2 / 2)."""
    max_acceleration: float = Field(default=0.0, ge=0)
    """The robot's largest acceleration, m/s2, for the accelerating closure."""
    intrusion: float = Field(default=0.0, ge=0)
    """C: how far a part of the body may reach before it is detected (ISO 13855), metres."""
    person_uncertainty: float = Field(default=0.0, ge=0)
    """Z_d: uncertainty of the person's position, metres."""
    robot_uncertainty: float = Field(default=0.0, ge=0)
    """Z_r: uncertainty of the robot's position, metres."""

    @model_validator(mode="after")
    def _one_way_to_stop(self) -> ProtectiveDistance:
        if self.stopping_time is not None and self.deceleration is not None:
            raise ValueError("give stopping_time or deceleration, not both")
        return self

    def time_to_stop(self, robot_speed: float) -> float:
        """Return T_s, seconds."""
        if self.deceleration is not None:
            return robot_speed / self.deceleration
        return 0.3 if self.stopping_time is None else self.stopping_time

    def distance(self, person_speed: float, robot_speed: float) -> float:
        """Return S_p, metres.

        Args:
            person_speed: v_h, m/s, constant over reaction and stopping.
            robot_speed: v_r towards the person at the start, m/s.
        """
        stopping = self.time_to_stop(robot_speed)
        person = person_speed * (self.reaction_time + stopping)
        reacting = robot_speed * self.reaction_time
        if self.closure == "accelerating":
            braking = robot_speed * stopping + self.max_acceleration * stopping**2 / 2
        else:
            braking = robot_speed * stopping / 2
        return person + reacting + braking + self.intrusion + self.person_uncertainty + self.robot_uncertainty
