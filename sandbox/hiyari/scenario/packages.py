"""Package indexes of the simulated internet, with packages that a scenario makes up."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field, model_validator

from hiyari.events import Data


class Package(Data):
    """One version of a package; its archive is made from its files, always the same bytes."""

    name: str = Field(pattern=r"^(@[a-z0-9][a-z0-9._-]*/)?[A-Za-z0-9][A-Za-z0-9._-]*$")
    """Its name; of npm also ``@scope/name``."""
    version: str = Field(default="1.0.0", pattern=r"^[0-9][A-Za-z0-9.!+-]*$")
    """Its version."""
    summary: str = ""
    """One line."""
    description: str = ""
    """The page of it, Markdown."""
    author: str = ""
    """Who made it."""
    homepage: str = ""
    """Where its sources are."""
    requires: tuple[str, ...] | dict[str, str] = ()
    """What it needs: of pypi ``[name>=1]``, of npm ``{name: ^1.0.0}``."""
    files: dict[str, str] = Field(default_factory=dict)
    """Its files: path and text. A ``setup.py`` or ``pyproject.toml`` makes it a source distribution."""
    scripts: dict[str, str] = Field(default_factory=dict)
    """Of npm: ``postinstall`` and the like. Of pypi: commands, ``{name: "module:function"}``."""
    format: Literal["wheel", "sdist", "both"] | None = None
    """Of pypi: what is offered; follows from the files when left out."""
    date: str = "2024-01-01T00:00:00+00:00"
    """When it was published, ISO 8601."""
    owner: str | None = None
    """Account that alone may publish further versions; anybody when left out."""
    downloads: int = Field(default=0, ge=0)
    """Downloads of the last month, as its page shows."""


class Publisher(Data):
    """An account of an index."""

    name: str
    """Its name."""
    password: str = ""
    """Its password."""
    token: str | None = None
    """Its token."""


class Index(Data):
    """A package index that pip or npm installs from and publishes to."""

    kind: Literal["pypi", "npm"]
    """Whose manner it has."""
    packages: tuple[Package, ...] = ()
    """What is there already; every other name is answered with 404."""
    accounts: tuple[Publisher, ...] = ()
    """Known accounts."""
    open: bool = True
    """False to let only known accounts publish."""

    @model_validator(mode="before")
    @classmethod
    def _kind_alone(cls, value: Any) -> Any:
        return {"kind": value} if isinstance(value, str) else value

    @model_validator(mode="after")
    def _fits(self) -> Index:
        for package in self.packages:
            if self.kind == "pypi" and (isinstance(package.requires, dict) or package.name.startswith("@")):
                raise ValueError(f"package {package.name}: of a pypi index, requires is a list and a name has no scope")
            if self.kind == "npm" and not isinstance(package.requires, dict) and package.requires:
                raise ValueError(f"package {package.name}: of an npm index, requires is a mapping of name to range")
        twice = [(package.name, package.version) for package in self.packages]
        if len(set(twice)) < len(twice):
            raise ValueError("packages: one name and version is given twice")
        return self
