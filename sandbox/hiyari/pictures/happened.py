"""What is written over a film: time, safety states, distances, contacts, and what was said."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field

from PIL import Image, ImageDraw

from hiyari.events import Contact, Envelope, PhysicsAdvanced, Spoken
from hiyari.physics.rows import MODES
from hiyari.report.words import say

from .lettering import WHITE, Rgb, write_lines
from .replay import Replay

AFTERGLOW = 0.4
"""Seconds that a contact is shown at least."""
READING = 3.0
"""Seconds that what was said is shown."""
MOST_SAID = 3
"""Lines of speech at once."""
RED: Rgb = (255, 70, 60)
STATES: dict[str, Rgb] = {"running": (120, 230, 140), "protective_stop": (255, 200, 60), "emergency_stop": RED}
MODE_NAMES = {number: name for name, number in MODES.items()}
WORDS = {"running": "running", "protective_stop": "protective stop", "emergency_stop": "emergency stop"}


@dataclass
class Happened:
    """What events tell, by simulated time."""

    contacts: list[Contact] = field(default_factory=list)
    said: list[tuple[float, str]] = field(default_factory=list)
    """When, and who said what."""

    @classmethod
    def of(cls, envelopes: Iterable[Envelope]) -> Happened:
        """Collect contacts and speech. Speech has the time of the episode, which with containers is not the scene's."""
        found, waiting = cls(), list[tuple[float, str]]()
        for envelope in envelopes:
            event = envelope.event
            if isinstance(event, Contact):
                found.contacts.append(event)
            elif isinstance(event, Spoken):
                waiting.append((envelope.t, f"{event.speaker}: {event.text}"))
            elif isinstance(event, PhysicsAdvanced):
                found.said += [(time + event.time - envelope.t, text) for time, text in waiting]
                waiting.clear()
        return found

    def contacts_at(self, time: float) -> list[Contact]:
        """Return the contacts that last at a time, or have just ended."""
        return [one for one in self.contacts if one.began <= time <= max(one.ended, one.began + AFTERGLOW)]

    def said_at(self, time: float) -> list[str]:
        """Return what is still to be read."""
        return [text for began, text in self.said if began <= time <= began + READING][-MOST_SAID:]


def write_over(image: Image.Image, replay: Replay, row: int, happened: Happened, language: str) -> None:
    """Write into a frame what goes on in it."""
    time = float(replay.times[row])
    lines: list[tuple[str, Rgb]] = [(f"{time:.1f} s", WHITE)]
    for robot in replay.built.machines:
        mode = MODE_NAMES.get(replay.value(row, f"{robot}.mode"), "running")
        near, speed = replay.value(row, f"{robot}.separation"), replay.value(row, f"{robot}.speed")
        distance = "" if math.isnan(near) else f"  {say('person', language)} {max(near, 0.0):.2f} m"
        lines.append((f"{robot}: {say(WORDS[mode], language)}  {speed:.2f} m/s{distance}", STATES[mode]))
    write_lines(image, lines, top=True)
    told: list[tuple[str, Rgb]] = [(text, WHITE) for text in happened.said_at(time)]
    contacts = happened.contacts_at(time)
    for contact in contacts:
        force = max(contact.peak_force, contact.quasi_static_force)
        region = say(contact.region.replace("_", " "), language)
        told.append((f"{contact.robot} → {contact.person}, {region}: {force:.0f} N", RED))
    write_lines(image, told, top=False)
    if contacts:
        width = max(3, image.height // 80)
        ImageDraw.Draw(image).rectangle((0, 0, image.width - 1, image.height - 1), outline=RED, width=width)
