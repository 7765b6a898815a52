"""Making a URDF file ready for MuJoCo.

MuJoCo knows no package addresses, .dae files, contact parameters and colours of links that it does not draw. Visuals
are left out: a camera sees what is touched, in the colour of the link's first visual. So are mimicking joints, which
the other engine does not know.
"""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

from .parts import Jointed, Urdf

PLAIN_FRICTION = 0.5
"""Of links whose file says nothing, as in the other engine."""
MOVES = {"revolute": True, "continuous": True, "prismatic": True, "fixed": False}

Element = ElementTree.Element
Colour = tuple[float, float, float, float]


def read_urdf(file: Path, *, fixed: bool) -> Urdf:
    """Return a URDF that MuJoCo reads.

    Raises:
        ValueError: If it is no URDF, or has joints that are not supported.
    """
    try:
        root = ElementTree.fromstring(file.read_text(encoding="utf-8"))
    except (ElementTree.ParseError, OSError, UnicodeDecodeError) as error:
        raise ValueError(f"MuJoCo cannot load {file.name}: {error}") from None
    joints, parents = _joints(root, file)
    links = [link.get("name", "") for link in root.findall("link")]
    bases = [link for link in links if link not in parents]
    if len(bases) != 1:
        raise ValueError(f"MuJoCo cannot load {file.name}: it has {len(bases)} base links")
    materials = {one.get("name", ""): one for one in root.iter("material") if one.find("color") is not None}
    colours: dict[str, Colour] = {}
    friction: dict[str, float] = {}
    for link in root.findall("link"):
        name = link.get("name", "")
        colours[name] = _colour(link, materials)
        found = link.find("contact/lateral_friction")
        friction[name] = PLAIN_FRICTION if found is None else float(found.get("value", PLAIN_FRICTION))
        for useless in [*link.findall("visual"), *link.findall("contact")]:
            link.remove(useless)
    for joint in root.findall("joint"):
        for mimic in joint.findall("mimic"):
            joint.remove(mimic)
    for mesh in root.iter("mesh"):
        path = mesh.get("filename", "").removeprefix("package://")
        mesh.set("filename", str((file.parent / path).resolve()))
    for element in root.iter():
        for key, value in element.attrib.items():
            element.set(key, " ".join(value.split()))
    extension = ElementTree.Element("mujoco")
    ElementTree.SubElement(
        extension,
        "compiler",
        strippath="false",
        discardvisual="true",
        fusestatic="false",
        balanceinertia="true",
        boundmass="0.0001",
        boundinertia="0.0000001",
    )
    root.insert(0, extension)
    text = ElementTree.tostring(root, encoding="unicode")
    return Urdf(text, bases[0], fixed, tuple(joints), parents, colours, friction)


def _joints(root: Element, file: Path) -> tuple[list[Jointed], dict[str, str]]:
    joints, parents = [], {}
    for joint in root.findall("joint"):
        kind, name = joint.get("type", ""), joint.get("name", "")
        parent, child = joint.find("parent"), joint.find("child")
        if kind not in MOVES or parent is None or child is None:
            raise ValueError(f"MuJoCo cannot load {file.name}: joint {name!r} of type {kind!r} is not supported")
        joints.append(Jointed(name, child.get("link", ""), MOVES[kind]))
        parents[child.get("link", "")] = parent.get("link", "")
    return joints, parents


def _colour(link: Element, materials: dict[str, Element]) -> Colour:
    material = link.find("visual/material")
    if material is None:
        return (0.8, 0.8, 0.8, 1.0)
    colour = material.find("color")
    if colour is None:
        colour = materials.get(material.get("name", ""), Element("none")).find("color")
    if colour is None:
        return (0.8, 0.8, 0.8, 1.0)
    red, green, blue, opacity = (float(value) for value in colour.get("rgba", "1 1 1 1").split())
    return (red, green, blue, opacity)
