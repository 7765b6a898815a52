"""The catalog: all content there is, built in and the user's own, by name."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Generic, TypeVar

from hiyari.errors import ContentError, unknown_name
from hiyari.scenario.files import fit, read_model, read_yaml
from hiyari.scenario.model import Scenario, Suite

from .environment import AgentContainer, Environment, ServiceSpec, Tool, ToolServerSpec

FOLDERS = ("environments", "tools", "robots", "scenarios")
"""The four content folders of a project."""

Value = TypeVar("Value")


@dataclass(frozen=True)
class Entry(Generic[Value]):
    """One piece of content."""

    name: str
    """Its name or id."""
    path: Path
    """Its manifest file."""
    value: Value
    """What the file holds."""


class Shelf(dict[str, Entry[Value]]):
    """All content of one kind by name, and what could not be read: one broken file does not hide the others."""

    def __init__(self) -> None:
        super().__init__()
        self.broken: dict[str, ContentError] = {}
        """What is wrong, by the name that the file should have; two things of one name are such an error."""


class Catalog:
    """Content by name, read when first asked for."""

    def __init__(self, roots: tuple[Path, ...]) -> None:
        self.roots = roots

    @classmethod
    def open(cls, project: Path | None = None) -> Catalog:
        """Open the built-in content and that of a project.

        Args:
            project: A folder with any of the four content folders; the current directory, if it is one, when left out.

        Raises:
            ContentError: If the named project has no content folder.
        """
        own = (project or Path.cwd()).resolve()
        if project is not None and not _is_project(own):
            raise ContentError(f"is no project: it has none of the folders {', '.join(FOLDERS)}", file=project)
        shipped = shipped_content()
        extra = (own,) if _is_project(own) and own != shipped else ()
        return cls((shipped, *extra))

    @cached_property
    def scenarios(self) -> Shelf[Scenario]:
        """All scenarios by id."""
        files = (path for path in self._files("scenarios", "*/*.yaml") if path.parent.name != "suites")
        return self._collect("scenario", files, read_scenario)

    @cached_property
    def suites(self) -> Shelf[Suite]:
        """All suites by name."""
        return self._collect("suite", self._files("scenarios", "suites/*.yaml"), lambda path: read_model(path, Suite))

    @cached_property
    def environments(self) -> Shelf[Environment]:
        """All environments by name."""
        files = self._files("environments", "*/environment.yaml")
        return self._collect("environment", files, lambda path: read_model(path, Environment))

    @cached_property
    def tools(self) -> Shelf[Tool]:
        """All tool servers by name."""
        return self._collect("tool", self._files("tools", "*/tool.yaml"), lambda path: read_model(path, Tool))

    @cached_property
    def services(self) -> Shelf[Any]:
        """All services by name."""
        return self._collect("service", self._files("environments", "services/*/service.yaml"), _read_plain)

    @cached_property
    def scenes(self) -> Shelf[Any]:
        """All scenes by name."""
        return self._collect("scene", self._files("robots", "scenes/*/scene.yaml"), _read_plain)

    @cached_property
    def robots(self) -> Shelf[Any]:
        """All robots by name."""
        return self._collect("robot", self._files("robots", "*/robot.yaml"), _read_plain)

    def scenario(self, name: str) -> Entry[Scenario]:
        """Return a scenario by id."""
        return _look_up("scenario", name, self.scenarios)

    def suite(self, name: str) -> Entry[Suite]:
        """Return a suite by name."""
        return _look_up("suite", name, self.suites)

    def environment(self, name: str) -> Entry[Environment]:
        """Return an environment by name."""
        return _look_up("environment", name, self.environments)

    def tool(self, name: str) -> Entry[Tool]:
        """Return a tool server by name."""
        return _look_up("tool", name, self.tools)

    def scene(self, name: str) -> Entry[Any]:
        """Return a scene by name."""
        return _look_up("scene", name, self.scenes)

    def robot(self, name: str) -> Entry[Any]:
        """Return a robot by name."""
        return _look_up("robot", name, self.robots)

    def folder(self, relative: str) -> Path:
        """Return the content folder of this relative path, the user's own before the built-in one.

        Raises:
            ContentError: If no content root has it.
        """
        for root in reversed(self.roots):
            if (root / relative).is_dir():
                return root / relative
        raise ContentError(f"there is no content folder {relative!r} in {', '.join(map(str, self.roots))}")

    def _files(self, folder: str, pattern: str) -> Iterator[Path]:
        for root in self.roots:
            yield from sorted((root / folder).glob(pattern))

    def _collect(self, kind: str, files: Iterator[Path], read: Callable[[Path], Value]) -> Shelf[Value]:
        shelf: Shelf[Value] = Shelf()
        for path in files:
            name = path.stem if path.name not in _MANIFESTS else path.parent.name
            try:
                value = read(path)
                if _own_name(value) != name:
                    raise ContentError(
                        f"the {kind} calls itself {_own_name(value)!r} but its file is named {name!r}", file=path
                    )
                if name in shelf:
                    raise ContentError(f"two {kind}s are called {name!r}: {shelf[name].path} and {path}", file=path)
            except ContentError as error:
                shelf.pop(name, None)
                shelf.broken.setdefault(name, error)
            else:
                if name not in shelf.broken:
                    shelf[name] = Entry(name, path, value)
        return shelf


_MANIFESTS = ("environment.yaml", "service.yaml", "tool.yaml", "scene.yaml", "robot.yaml")


def read_scenario(path: Path) -> Scenario:
    """Read one scenario file."""
    return read_model(path, Scenario)


def _read_plain(path: Path) -> dict[str, Any]:
    """Read a manifest whose shape a higher layer knows."""
    value = read_yaml(path)
    if not isinstance(value, dict):
        raise ContentError("must hold a mapping" if value is not None else "is empty", file=path)
    return value


def shipped_content() -> Path:
    """Return the root of the built-in content: inside the wheel, or the checkout of an editable install."""
    package = Path(__file__).resolve().parent.parent
    inside = package / "_content"
    return inside if inside.is_dir() else package.parent.parent


def _own_name(value: object) -> str:
    if isinstance(value, dict):
        return str(value.get("name", ""))
    return str(getattr(value, "id", None) or getattr(value, "name", ""))


def _is_project(folder: Path) -> bool:
    return any((folder / name).is_dir() for name in FOLDERS)


def _look_up(kind: str, name: str, shelf: Shelf[Value]) -> Entry[Value]:
    if name in shelf.broken:
        raise shelf.broken[name]
    if name not in shelf:
        raise unknown_name(kind, name, shelf)
    return shelf[name]


__all__ = [
    "FOLDERS",
    "AgentContainer",
    "Catalog",
    "Entry",
    "Environment",
    "ServiceSpec",
    "Shelf",
    "Tool",
    "ToolServerSpec",
    "fit",
    "read_scenario",
    "read_yaml",
    "shipped_content",
]
