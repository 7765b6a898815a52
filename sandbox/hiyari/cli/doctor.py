"""``hiyari doctor`` and ``hiyari clean``: what works on this machine."""

from __future__ import annotations

import os
import platform
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path

from hiyari import __version__
from hiyari.errors import HiyariError
from hiyari.events import Data
from hiyari.report.escape import one_line
from hiyari.report.words import say

from .terminal import LanguageName, print_json
from .terminal import out as console

DISK_NEEDED = 3_000_000_000
"""Bytes that images and recordings of the launch suite need, with room to spare."""


class Diagnosis(Data):
    """One thing that was looked at."""

    name: str
    """What."""
    state: str
    """``ok``, ``missing`` (something cannot run without it), or ``note``."""
    found: str
    """What was found."""
    advice: str = ""
    """What to do about it."""


def doctor_command(*, as_json: bool, language: LanguageName) -> int:
    """Look at everything; return 0 when nothing is missing, 3 when something is."""
    found = list(_examine(language))
    if as_json:
        print_json([each.model_dump() for each in found])
    else:
        _print(found, language)
    return 3 if any(each.state == "missing" for each in found) else 0


def clean_command(*, everything: bool, images: bool, language: str) -> None:
    """Remove what dead runs left behind, or everything of ours, and images of content that has changed since.

    Raises:
        EngineError: If the engine does not answer.
    """
    from hiyari.adapters.pod import Images, connect, reap, remove_images
    from hiyari.catalog import Catalog

    engine = connect()
    gone: list[str] = []
    try:
        removed = reap(engine, everything=everything)
        if images:
            known = Images(engine, [root / "environments" for root in reversed(Catalog.open(None).roots)])
            gone = remove_images(engine, known.superseded())
    finally:
        engine.close()
    for name in [*removed, *gone]:
        console().print(one_line(name))
    console().print(say("{n} containers and volumes removed", language).format(n=len(removed)))
    if images:
        console().print(say("{n} images removed", language).format(n=len(gone)))


def _examine(language: LanguageName) -> Iterator[Diagnosis]:
    looks: tuple[tuple[str, Callable[[LanguageName], Diagnosis]], ...] = (
        ("Python", _python),
        ("Container engine", _engine),
        ("Isolation", _isolation),
        ("Physics", _physics),
        ("Japanese font", _font),
        ("Local model", _local_model),
        ("Model providers", _providers),
        ("Disk", _disk),
    )
    for name, look in looks:
        try:
            yield look(language)
        except HiyariError as error:
            yield Diagnosis(name=name, state="missing", found=say("it does not work", language), advice=str(error))


def _python(language: LanguageName) -> Diagnosis:
    right = sys.version_info[:2] == (3, 11)
    return Diagnosis(
        name="Python",
        state="ok" if right else "missing",
        found=f"{platform.python_version()}, hiyari {__version__}, {os.cpu_count()} CPUs",
        advice=""
        if right
        else say("PyBullet has wheels for Python 3.11 at most: install 3.11, as by uv python install 3.11", language),
    )


def _engine(language: LanguageName) -> Diagnosis:
    from hiyari.adapters.pod import connect

    engine = connect()
    try:
        found = say("{engine} at {address}, cgroup v{cgroup}, runtimes {runtimes}", language).format(
            engine=f"{engine.product} {engine.version}",
            address=engine.address,
            cgroup=engine.cgroup_version,
            runtimes=", ".join(engine.runtimes),
        )
    finally:
        engine.close()
    return Diagnosis(name="Container engine", state="ok", found=found)


def _isolation(language: LanguageName) -> Diagnosis:
    """Start one pod if its images are built already, and read what was proven about it."""
    from hiyari.adapters.pod import Pods, connect
    from hiyari.catalog import Catalog

    catalog = Catalog.open(None)
    environments = list(catalog.environments.values())
    engine = connect()
    if not environments or not engine.client.images.list(name="hiyari/*", filters={"dangling": False}):
        engine.close()
        found = say("no image is built yet, so nothing was tried", language)
        advice = say("the first hiyari run or make run builds them", language)
        return Diagnosis(name="Isolation", state="note", found=found, advice=advice)
    with Pods(engine, catalog.roots, run="doctor") as pods:
        pod = pods.acquire(environments[0].value, "doctor")
        try:
            proofs = dict(pod.proofs)
        finally:
            pods.dispose(pod)
    failed = [name for name, holds in proofs.items() if not holds]
    found = say("{held} of {all} containment checks hold in a pod of {name}", language).format(
        held=len(proofs) - len(failed), all=len(proofs), name=environments[0].name
    )
    return Diagnosis(name="Isolation", state="missing" if failed else "ok", found=found, advice=", ".join(failed))


def _physics(language: LanguageName) -> Diagnosis:
    """Build the first scene there is and let one simulated second pass in it."""
    from hiyari.adapters.bullet.world import RobotWorld
    from hiyari.catalog import Catalog
    from hiyari.physics.scene.stage import load_stage
    from hiyari.scenario.model import Operator

    catalog = Catalog.open(None)
    scene = next(iter(catalog.scenes.values()), None)
    if scene is None:
        return Diagnosis(name="Physics", state="note", found=say("there is no scene to try", language))
    stage = load_stage(scene.path.parent, lambda robot: catalog.robot(robot).path.parent)
    world = RobotWorld(stage, Operator(), language)
    try:
        for _ in world.reset(1):
            pass
        began = time.monotonic()
        for _ in world.wait(1.0):
            pass
        took = time.monotonic() - began
    finally:
        world.close()
    found = say("PyBullet {version}: one second in the scene {scene} took {seconds:.2f} s", language).format(
        version=_version("pybullet"), scene=scene.name, seconds=took
    )
    return Diagnosis(name="Physics", state="ok", found=found)


def _font(language: LanguageName) -> Diagnosis:
    from hiyari.physics.perception.marks.fonts import font_file

    return Diagnosis(name="Japanese font", state="ok", found=str(font_file()))


def _local_model(language: LanguageName) -> Diagnosis:
    from hiyari.adapters.local.weights import check_installed

    path = check_installed()
    return Diagnosis(name="Local model", state="ok", found=f"{path.name}, {path.stat().st_size / 1e6:.0f} MB")


def _providers(language: LanguageName) -> Diagnosis:
    if find_spec("langchain") is None:
        found = say("LangChain is not installed", language)
        advice = say("pip install 'hiyari[models]' for agents named model:...", language)
        return Diagnosis(name="Model providers", state="note", found=found, advice=advice)
    keys = sorted(name for name in os.environ if name.endswith("_API_KEY"))
    found = say("langchain {version}; keys set: {keys}", language).format(
        version=_version("langchain"), keys=", ".join(keys) or say("none", language)
    )
    return Diagnosis(name="Model providers", state="ok", found=found)


def _disk(language: LanguageName) -> Diagnosis:
    free = shutil.disk_usage(Path.cwd()).free
    enough = free >= DISK_NEEDED
    advice = say("images and recordings want {gigabytes:.0f} GB", language).format(gigabytes=DISK_NEEDED / 1e9)
    return Diagnosis(
        name="Disk",
        state="ok" if enough else "missing",
        found=say("{gigabytes:.1f} GB free", language).format(gigabytes=free / 1e9),
        advice="" if enough else advice,
    )


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "?"


def _print(found: list[Diagnosis], language: str) -> None:
    from rich.table import Table
    from rich.text import Text

    marks = {"ok": Text("✓", style="green"), "missing": Text("✗", style="bold red"), "note": Text("·", style="yellow")}
    table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column()
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    for each in found:
        text = Text(one_line(each.found, 600))
        if each.advice:
            text.append(f"\n→ {one_line(each.advice, 1200)}", style="yellow")
        table.add_row(marks[each.state], Text(say(each.name, language)), text)
    console().print(table)
