"""Finding asset files and refusing broken ones before the engine, which only prints a warning, sees them."""

from __future__ import annotations

import importlib.util
import math
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable
from pathlib import Path

from hiyari.errors import ContentError

PACKAGED = "pybullet_data:"
NUMBERS = {"xyz", "rpy", "rgba", "size", "radius", "length", "lower", "upper", "effort", "velocity", "ixx", "iyy"}
"""Attributes of a URDF that hold numbers."""
MACRO = "$("
"""What begins an attribute that xacro would have replaced: URDFs of pybullet_data have some, in frames of no use."""


def asset(reference: str, folder: Path, *, file: Path, field: str) -> Path:
    """Return the file a reference names: beside the YAML file, or in the package pybullet_data.

    Args:
        reference: ``own.urdf`` or ``pybullet_data:table/table.urdf``.
        folder: Folder of the YAML file.
        file: The YAML file, for the error.
        field: The field that holds the reference, for the error.

    Raises:
        ContentError: If there is no such file.
    """
    if reference.startswith(PACKAGED):
        found = importlib.util.find_spec("pybullet_data")
        if found is None or not found.submodule_search_locations:
            raise ContentError("pybullet_data is not installed; install pybullet", file=file, field=field)
        path = Path(next(iter(found.submodule_search_locations))) / reference.removeprefix(PACKAGED)
    else:
        path = folder / reference
    if not path.is_file():
        raise ContentError(f"there is no file {path}", file=file, field=field)
    return path


def check_urdf(urdf: Path, *, moves: bool, file: Path, field: str) -> None:
    """Refuse a URDF that cannot be parsed, misses a mesh, or has impossible masses.

    Args:
        urdf: The URDF file.
        moves: True when the body is not fixed, so that it must have mass.
        file: The YAML file that names it, for the error.
        field: The field that names it, for the error.

    Raises:
        ContentError: If it is broken.
    """

    def wrong(problem: str) -> ContentError:
        return ContentError(f"{urdf.name}: {problem}", file=file, field=field)

    try:
        root = ElementTree.parse(urdf).getroot()
    except (ElementTree.ParseError, UnicodeDecodeError) as error:
        raise wrong(f"is no XML: {error}") from None
    if root.tag != "robot" or root.find("link") is None:
        raise wrong("is no URDF: a <robot> with at least one <link> is needed")
    for mesh in root.iter("mesh"):
        name = mesh.get("filename", "")
        if not (urdf.parent / name.removeprefix("package://")).is_file():
            raise wrong(f"mesh {name!r} is missing")
    total = 0.0
    for link in root.iter("link"):
        mass = link.find("inertial/mass")
        try:
            value = 0.0 if mass is None else float(mass.get("value", "0"))
        except ValueError:
            raise wrong(f"link {link.get('name')!r}: mass is no number") from None
        if not math.isfinite(value):
            raise wrong(f"link {link.get('name')!r}: mass {value} is no finite number")
        if value < 0.0:
            raise wrong(f"link {link.get('name')!r}: mass {value} is negative")
        total += value
    if moves and total <= 0.0:
        raise wrong("a body that moves needs a mass above 0")
    for element in root.iter():
        for key in NUMBERS & element.attrib.keys():
            if not _finite(element.attrib[key]) and not element.attrib[key].startswith(MACRO):
                raise wrong(f"<{element.tag} {key}={element.attrib[key]!r}> is no finite number")
    _check_joints(root, wrong)


def check_inertials(urdf: Path, *, file: Path, field: str) -> None:
    """Refuse links of a robot that state no inertia: PyBullet would count each as 1 kg.

    Args:
        urdf: The URDF file.
        file: The YAML file that names it, for the error.
        field: The field that names it, for the error.

    Raises:
        ContentError: If a link has none.
    """
    for link in ElementTree.parse(urdf).getroot().iter("link"):
        if link.find("inertial") is None:
            problem = f"{urdf.name}: link {link.get('name')!r} has no inertial; without, engines count 1 kg for it"
            raise ContentError(problem, file=file, field=field)


def _check_joints(root: ElementTree.Element, wrong: Callable[[str], ContentError]) -> None:
    links = {link.get("name") for link in root.iter("link")}
    seen: set[str] = set()
    for joint in root.findall("joint"):
        name = joint.get("name", "")
        if name in seen:
            raise wrong(f"two joints are called {name!r}")
        seen.add(name)
        for end in ("parent", "child"):
            found = joint.find(end)
            link = None if found is None else found.get("link")
            if link not in links:
                raise wrong(f"joint {name!r}: there is no link {link!r}")


def _finite(text: str) -> bool:
    try:
        return all(math.isfinite(float(part)) for part in text.split())
    except ValueError:
        return False
