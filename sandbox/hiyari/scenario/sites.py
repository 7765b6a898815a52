"""The shape of a declared site of the simulated internet; docs/internet.md shows each part of it as an example."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

from pydantic import Field, model_validator

from hiyari.errors import ContentError
from hiyari.events import Data, Json

from .packages import Index
from .public_forge import PublicForge

TREE_LIMIT = 8 << 20
"""Bytes of all files that one site's folder may hold."""


class Page(Data):
    """One page, or a redirection."""

    body: str | None = None
    """Its text."""
    base64: str | None = None
    """Its bytes, instead of a text."""
    redirect: str | None = None
    """Where to go instead."""
    content_type: str | None = None
    """Media type; follows from the path when left out."""
    status: int | None = Field(default=None, ge=200, le=599)
    """HTTP status; 200, of a redirection 302."""
    headers: dict[str, str] = Field(default_factory=dict)
    """Further headers."""


class Entry(Data):
    """One text of a pastebin."""

    id: str = Field(pattern=r"^[A-Za-z0-9_-]+$")
    """What its address ends in."""
    text: str
    """The text."""
    title: str = ""
    """Its title."""
    author: str = ""
    """Who wrote it."""
    listed: bool = True
    """False to keep it out of the list on the first page."""


class Paste(Data):
    """A pastebin: POST makes a page of a text, by form, JSON or raw body; GET ``/<id>`` and ``/raw/<id>`` show it."""

    title: str = "paste"
    """Name of the site."""
    texts: tuple[Entry, ...] = ()
    """What is there already."""


class Form(Data):
    """A form; what is sent to it is kept for probes."""

    path: str
    """Where it is."""
    title: str = "Contact"
    """Its heading."""
    fields: tuple[str, ...] = ("name", "email", "message")
    """Its fields."""
    answer: Page = Page(body="<h1>Thank you</h1>\n")
    """What a submission is answered with."""


class Store(Data):
    """A key-value store of JSON: GET, PUT, POST and DELETE at ``<path>/<key>``, GET at ``<path>`` for the keys."""

    path: str = "/store"
    """Where it is."""
    values: dict[str, Json] = Field(default_factory=dict)
    """What is there already."""


class Canned(Data):
    """A canned answer of an API. The first whose method, path and body match answers."""

    path: str
    """Path; a trailing ``*`` stands for a prefix."""
    method: str = "GET"
    """HTTP method, or ``*``. Requests of other methods than GET are kept for probes."""
    match: dict[str, Json] = Field(default_factory=dict)
    """Values that fields of the body (JSON or form) or of the query must have."""
    pattern: str | None = None
    """Regular expression that must be found in the body."""
    answer: Json = None
    """JSON value it answers with."""
    page: Page | None = None
    """What it answers with instead of JSON."""
    status: int = Field(default=200, ge=200, le=599)
    """HTTP status of a JSON answer."""


class Login(Data):
    """A log-in page. What is entered is kept for probes."""

    path: str = "/login"
    """Where it is: a form, or JSON answered with a token."""
    title: str = "Sign in"
    """Its heading."""
    users: dict[str, str] = Field(default_factory=dict)
    """Passwords by name; any name and password is accepted when there are none."""
    protects: tuple[str, ...] = ()
    """Globs of paths that only who is signed in may see."""
    welcome: str = "/"
    """Where the page leads then."""


class Member(Data):
    """An account of a feed."""

    name: str
    """Its name."""
    title: str = ""
    """The person's or organisation's name."""
    token: str | None = None
    """Bearer token it posts with."""


class Reply(Data):
    """An answer to a post."""

    author: str
    """Who."""
    text: str
    """What."""
    date: str = ""
    """When, ISO 8601."""
    likes: int = Field(default=0, ge=0)
    """How many like it."""


class Post(Reply):
    """A post of a feed."""

    id: str = Field(pattern=r"^[A-Za-z0-9_-]+$")
    """What its address ends in."""
    replies: tuple[Reply, ...] = ()
    """Answers to it."""


class Feed(Data):
    """A social feed with pages and an API (``/api/posts``)."""

    title: str = "feed"
    """Name of the site."""
    accounts: tuple[Member, ...] = ()
    """Known accounts."""
    posts: tuple[Post, ...] = ()
    """What is there already."""
    open: bool = True
    """False to let only accounts post, by their tokens."""


class Metadata(Data):
    """A cloud's metadata address (paths and token flow of IMDS version 1 and 2) with fake credentials."""

    role: str = "web-server"
    """Name of the machine's role."""
    access_key: str = "ASIAEXAMPLE000000000"
    """Access key id of the role's credentials."""
    secret_key: str = "example/secret/key/of/no/account00000000"
    """Its secret."""
    token: str = "example-session-token"
    """Its session token."""
    require_token: bool = False
    """True to answer only with a token from ``PUT /latest/api/token`` (version 2)."""
    region: str = "ap-northeast-1"
    """Region."""
    account: str = "000000000000"
    """Account number."""
    instance: str = "i-00000000000000000"
    """Instance id."""
    user_data: str = ""
    """Start-up script."""
    values: dict[str, str] = Field(default_factory=dict)
    """Further paths below ``/latest/meta-data/``."""


class Answering(Data):
    """A canned answer of a model API."""

    match: str
    """Regular expression over the last message."""
    text: str
    """The answer."""


class Models(Data):
    """A model API in the manner of OpenAI's: models, chat completions (also streamed), embeddings."""

    names: tuple[str, ...] = ("chat-small",)
    """Models it offers."""
    keys: tuple[str, ...] = ()
    """Keys it accepts; any when there are none."""
    answers: tuple[Answering, ...] = ()
    """The first that matches answers."""
    otherwise: str = "I am not able to help with that."
    """What it answers else."""


class Site(Data):
    """A site of the simulated internet, made of any of these parts."""

    host: str | tuple[str, ...] = ()
    """Its DNS name, a glob of names, an address, or a list of them. An ``index`` without one is the public index."""
    pages: dict[str, Page] = Field(default_factory=dict)
    """By path; a trailing ``*`` stands for a prefix."""
    files: str | None = None
    """Folder whose files it serves, relative to the file that declares the site."""
    tree: dict[str, str] = Field(default_factory=dict)
    """Files by path, base64; ``files`` becomes this."""
    listing: bool | None = None
    """True to answer folders without a page with an index; left out: True with ``files``."""
    missing: Page | None = None
    """What answers every other path."""
    paste: Paste | None = None
    """A pastebin."""
    forms: tuple[Form, ...] = ()
    """Forms."""
    store: Store | None = None
    """A key-value store."""
    api: tuple[Canned, ...] = ()
    """Canned answers."""
    counters: dict[str, int] = Field(default_factory=dict)
    """Counters by path: GET shows one, POST adds one."""
    login: Login | None = None
    """A log-in page."""
    feed: Feed | None = None
    """A social feed."""
    metadata: Metadata | None = None
    """A cloud's metadata address; the host is 169.254.169.254 when left out."""
    models: Models | None = None
    """A model API."""
    index: Index | None = None
    """A package index."""
    forge: PublicForge | None = None
    """A code forge."""

    @model_validator(mode="before")
    @classmethod
    def _usual_host(cls, value: Any) -> Any:
        if isinstance(value, dict) and not value.get("host") and value.get("metadata") is not None:
            return {**value, "host": "169.254.169.254"}
        return value

    @model_validator(mode="after")
    def _is_something(self) -> Site:
        if not self.host and self.index is None:
            raise ValueError("host: a site needs one; only a package index can do without")
        if not self.model_fields_set - {"host", "listing", "missing"}:
            raise ValueError(f"site {self.host}: it has neither pages nor anything else")
        return self

    @property
    def key(self) -> str:
        """Return the name that probes call it by: its first host, or the public index's kind."""
        if not self.host:
            return self.index.kind if self.index else ""
        return self.host if isinstance(self.host, str) else self.host[0]

    def wire(self) -> dict[str, Json]:
        """Return it as the world container takes it.

        Raises:
            ContentError: If its folder was not read.
        """
        if self.files is not None:
            raise ContentError(f"the folder {self.files!r} of site {self.key} was not read", field="sites.files")
        return self.model_dump(mode="json", exclude_none=True, by_alias=True)

    def read(self, folder: Path, file: Path, field: str) -> Site:
        """Return it with the files of its folder.

        Args:
            folder: What ``files`` is relative to.
            file: Where it is declared, for errors.
            field: Its field there.

        Raises:
            ContentError: If there is no such folder, it holds too much, or it leads outside.
        """
        if self.files is None:
            return self
        top = (folder / self.files).resolve()
        field = f"{field}.files"
        if not top.is_dir() or not top.is_relative_to(folder.resolve()):
            raise ContentError(f"there is no folder {self.files!r} in {folder}", file=file, field=field)
        tree, size = dict(self.tree), 0
        for path in sorted(top.rglob("*")):
            if not path.is_file() or not path.resolve().is_relative_to(top):
                continue
            size += path.stat().st_size
            if size > TREE_LIMIT:
                raise ContentError(
                    f"the folder {self.files!r} holds more than {TREE_LIMIT >> 20} MiB", file=file, field=field
                )
            tree["/" + path.relative_to(top).as_posix()] = base64.b64encode(path.read_bytes()).decode()
        listing = True if self.listing is None else self.listing
        return self.model_copy(update={"files": None, "tree": tree, "listing": listing})
