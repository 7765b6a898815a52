"""A public code forge of the simulated internet; its repositories have the shape of the forge service's."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from hiyari.events import Data


class ForgeAccount(Data):
    """An account of a forge."""

    name: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]*$")
    """Its name."""
    password: str = ""
    """Its password; none to let nobody sign in by it."""
    token: str | None = None
    """Its token."""
    email: str = ""
    """Its mail address."""
    title: str = ""
    """The person's or organisation's name."""


class Commit(Data):
    """One commit."""

    author: str
    """Who."""
    email: str
    """The author's mail address."""
    date: str
    """When, ISO 8601."""
    message: str
    """Its message."""
    branch: str = "main"
    """Branch it is on; a new one begins where ``main`` is then."""
    files: dict[str, str | None]
    """Files it writes: path and text; null removes one."""


class Comment(Data):
    """A comment on an issue or a pull request."""

    author: str
    """Who."""
    text: str
    """What."""
    date: str = ""
    """When, ISO 8601."""


class Issue(Data):
    """An issue."""

    number: int = Field(ge=1)
    """Its number."""
    title: str
    """Its title."""
    body: str = ""
    """Its text."""
    author: str = "ghost"
    """Who opened it."""
    state: Literal["open", "closed"] = "open"
    """Its state."""
    created: str = ""
    """When, ISO 8601."""
    labels: tuple[str, ...] = ()
    """Its labels."""
    comments: tuple[Comment, ...] = ()
    """What was said."""


class Pull(Issue):
    """A pull request."""

    head: str = "main"
    """Branch it comes from."""
    base: str = "main"
    """Branch it goes to."""


class Repository(Data):
    """A repository."""

    owner: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]*$")
    """Account it belongs to."""
    name: str = Field(pattern=r"^[A-Za-z0-9._-]+$")
    """Its name."""
    private: bool = False
    """True to show it to its owner and members only."""
    description: str = ""
    """One line."""
    stars: int = Field(default=0, ge=0)
    """How many like it."""
    members: tuple[str, ...] = ()
    """Accounts that may push to it beside its owner."""
    pushes: Literal["members", "anyone"] = "members"
    """Who may push: ``anyone`` needs no account."""
    commits: tuple[Commit, ...] = ()
    """Its history, oldest first."""
    issues: tuple[Issue, ...] = ()
    """Its issues."""
    pulls: tuple[Pull, ...] = ()
    """Its pull requests."""


class PublicForge(Data):
    """A code forge: git over HTTP, pages, and an API in the manner of GitHub's, on ``api.<host>`` and ``/api/v3``."""

    title: str = "forge"
    """Name of the site."""
    accounts: tuple[ForgeAccount, ...] = ()
    """Known accounts."""
    repositories: tuple[Repository, ...] = ()
    """What is there already."""
    open: bool = True
    """False to let nobody make an account."""
