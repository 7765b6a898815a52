"""Commands on their way from the robot API to a robot, over its radio link if it has one; each is recorded."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from typing import TYPE_CHECKING

from hiyari.events import Json
from hiyari.physics.devices.radio import Fate
from hiyari.physics.machines.machine import Machine
from hiyari.physics.refusal import Refusal
from hiyari.physics.underway import FATES, radio_of

from .unfit import Unfit

if TYPE_CHECKING:
    from hiyari.physics.session import Session

PATIENCE = 1.0
"""Simulated seconds the API waits for a robot that does not answer."""


class Refusing:
    """Records a command that is refused before it is sent, and why."""

    def __init__(
        self, session: Session, machine: Machine, name: str, told: Mapping[str, Json], request: Mapping[str, Json]
    ) -> None:
        self._session, self._machine, self._name = session, machine, name
        self._told, self._account = told, account_of(request)

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if error is not None:
            told: dict[str, Json] = {key: str(value)[:200] for key, value in self._told.items()}
            self._session.command(self._machine.name, self._name, told, self._account, _said(self._session, error))


def one_way(
    session: Session,
    machine: Machine,
    name: str,
    told: dict[str, Json],
    request: Mapping[str, Json],
    act: Callable[[], None],
) -> Generator[None, None, None]:
    """Send a command that nobody waits for. Without a radio link it arrives now, and a refusal is raised."""
    yield from ()
    account = account_of(request)

    def arrive(fate: Fate) -> None:
        if fate in FATES:
            session.command(machine.name, name, told, account, FATES[fate])
            return
        if fate == "doubled":
            arrive("arrives")
        try:
            act()
        except (Unfit, Refusal) as error:
            session.command(machine.name, name, told, account, _said(session, error))
            if radio is None:
                raise
        else:
            session.command(machine.name, name, told, account)

    radio = radio_of(session, machine)
    if radio is None:
        arrive("arrives")
    else:
        radio.send(session.simulation.time, arrive)


def there(
    session: Session,
    machine: Machine,
    name: str,
    told: dict[str, Json],
    request: Mapping[str, Json],
    act: Callable[[], None],
) -> Generator[None, None, None]:
    """Send a command and wait until it has arrived; one that arrives twice is the same as once.

    Raises:
        Unfit: If it did not, or the robot refuses.
    """
    radio, account = radio_of(session, machine), account_of(request)
    if radio is not None:
        seconds, fate = radio.draw()
        for _ in range(round((PATIENCE if fate in FATES else seconds) / session.simulation.tick_seconds)):
            yield
        if fate in FATES:
            session.command(machine.name, name, told, account, FATES[fate])
            raise Unfit(f"{machine.name} did not answer", 504)
    try:
        act()
    except (Unfit, Refusal) as error:
        session.command(machine.name, name, told, account, _said(session, error))
        raise
    session.command(machine.name, name, told, account)


def account_of(request: Mapping[str, Json]) -> str:
    """Return who asks."""
    return str(request.get("account") or "")[:100]


def _said(session: Session, error: BaseException) -> str:
    return session.say(error.text) if isinstance(error, Refusal) else str(error)
