"""Limit profiles: read from YAML, frozen, with the source of every row."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field, model_validator

from hiyari.errors import unknown_name
from hiyari.events import Data
from hiyari.scenario.files import read_model

_HERE = Path(__file__).parent


class Group(Data):
    """A body region: what it can take as a whole."""

    force_quasi_static: float = Field(gt=0)
    """Force it can take for longer than 0.5 s, N."""
    transient_factor: float | None = Field(ge=1)
    """Factor for contacts up to 0.5 s; none where no contact is permissible at all."""
    spring: float = Field(gt=0)
    """Effective spring constant, N/mm."""
    mass: float = Field(gt=0)
    """Effective mass, kg."""
    sources: tuple[str, ...]
    """Keys of the profile's sources."""

    @property
    def permissible(self) -> bool:
        """True when a transient contact may happen at all."""
        return self.transient_factor is not None

    @property
    def force_transient(self) -> float:
        """Force it can take for up to 0.5 s, N; the quasi-static one stands in where contact is not permissible."""
        return self.force_quasi_static * (self.transient_factor or 1.0)


class Area(Data):
    """A specific place on the body: the pressure it can take."""

    number: int
    """Number of the row in the standard's table."""
    group: str
    """Body region it belongs to."""
    area: str
    """Its name."""
    pressure_quasi_static: float = Field(gt=0)
    """Pressure it can take for longer than 0.5 s, N/cm2."""
    sources: tuple[str, ...]
    """Keys of the profile's sources."""


class Profile(Data):
    """Limits by body region. Not for certification; check against your licensed copy."""

    name: str
    """Name of the profile."""
    title: str
    """What it is taken from."""
    notice: str
    """What it must not be used for."""
    sources: dict[str, str]
    """Where the rows were read, by key."""
    notes: tuple[str, ...] = ()
    """What to know before using it."""
    groups: dict[str, Group] = Field(min_length=1)
    """Body regions."""
    areas: tuple[Area, ...] = ()
    """Specific areas."""

    @model_validator(mode="after")
    def _consistent(self) -> Profile:
        for area in self.areas:
            if area.group not in self.groups:
                raise ValueError(f"areas: {area.area} belongs to the group {area.group!r}, which is missing")
        named = {source for group in self.groups.values() for source in group.sources}
        named.update(source for area in self.areas for source in area.sources)
        if missing := sorted(named - set(self.sources)):
            raise ValueError(f"rows name sources that are missing: {', '.join(missing)}")
        return self

    def group(self, region: str) -> Group:
        """Return the limits of a body region.

        Raises:
            ContentError: If the profile has no such region.
        """
        if region not in self.groups:
            raise unknown_name(f"body region in the limit profile {self.name}", region, self.groups)
        return self.groups[region]

    def least_pressure(self, region: str) -> float | None:
        """Return the least pressure any area of a region can take, N/cm2; none without areas."""
        return min((area.pressure_quasi_static for area in self.areas if area.group == region), default=None)

    def area_pressure(self, area: str) -> float | None:
        """Return the quasi-static pressure an area can take, N/cm2; none when the profile has no such area."""
        return next((one.pressure_quasi_static for one in self.areas if one.area == area), None)


def names() -> tuple[str, ...]:
    """Return the names of the profiles that come with the package."""
    return tuple(sorted(path.stem for path in _HERE.glob("*.yaml")))


def load(profile: str, *, relative_to: Path | None = None) -> Profile:
    """Load a profile by name, or the user's own by the path of a YAML file.

    Args:
        profile: Name such as ``iso_ts_15066_2016``, or a path that ends in ``.yaml``.
        relative_to: Folder that a relative path starts from; the current one when left out.

    Raises:
        ContentError: If there is no such profile or the file is wrong.
    """
    if profile.endswith((".yaml", ".yml")):
        return read(Path(profile) if relative_to is None else relative_to / profile)
    if profile not in names():
        raise unknown_name("limit profile", profile, names())
    return read(_HERE / f"{profile}.yaml")


def read(path: Path) -> Profile:
    """Read a profile file.

    Raises:
        ContentError: If it cannot be read or is not a profile; names the file and the field.
    """
    return read_model(path, Profile)
