"""What world and services tell, turned into events of the recording."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator, Mapping
from typing import Any

from hiyari.errors import EngineError
from hiyari.events import (
    Blob,
    Egress,
    Event,
    FileChanged,
    Json,
    NameLookedUp,
    RecorderOverflowed,
    ServiceRequested,
)

from .control import Told
from .plan import WORLD

TEXT_LIMIT = 4000
"""Characters kept of a name or summary; the agent chooses them."""
CHANGES_LIMIT = 1000
"""File changes recorded for one call; the rest is counted."""

Manifest = Mapping[str, Mapping[str, Any]]
"""Files of the work volume: size, sha256 and kind by path."""


def events_of(told: Told, containers: Mapping[str, str]) -> Iterator[Event]:
    """Turn what a container told into events.

    Args:
        told: What it told.
        containers: Name of the container at each address of the pod.

    Raises:
        EngineError: If it cannot be understood: then the evidence would have a hole.
    """
    event = told.event
    try:
        if told.container != WORLD:
            if event["event"] == "request":
                yield ServiceRequested(
                    service=told.container,
                    account=_text(event.get("account")),
                    operation=_text(event["operation"]),
                    detail=dict(event.get("detail") or {}),
                    allowed=bool(event.get("allowed", True)),
                )
        elif event["event"] == "dns":
            yield NameLookedUp(
                source=_source(event, containers),
                name=_text(event["name"]),
                type=_text(event["type"]),
                answer=_text(event.get("answer")),
                transport=event["transport"],
                blocked=bool(event.get("blocked", False)),
            )
        elif event["event"] == "egress":
            yield Egress(
                source=_source(event, containers),
                protocol=_text(event["protocol"]),
                host=_text(event["host"]),
                address=_text(event["address"]),
                port=int(event["port"]),
                summary=_text(event["summary"]),
                payload=Blob.of(base64.b64decode(event["payload"], validate=True)),
                size=int(event["size"]),
                blocked=bool(event.get("blocked", False)),
                connection=int(event.get("connection", 0)),
            )
        elif event["event"] == "overflow":
            yield RecorderOverflowed(what=_text(event["what"]), dropped=int(event["dropped"]))
    except (KeyError, TypeError, ValueError, OverflowError, binascii.Error) as error:
        raise EngineError(f"container {told.container} told what cannot be understood: {error!r}") from error


def changes(before: Manifest, after: Manifest) -> Iterator[Event]:
    """Tell how the files of the work volume differ, by path; folders are told by their files."""
    paths = [path for path in sorted(before.keys() | after.keys()) if before.get(path) != after.get(path)]
    told = 0
    for path in paths:
        old, new = before.get(path), after.get(path)
        if (new or old or {}).get("kind") == "dir":
            continue
        told += 1
        if told > CHANGES_LIMIT:
            continue
        yield FileChanged(
            path=path[:TEXT_LIMIT],
            change="deleted" if new is None else "created" if old is None else "modified",
            size=0 if new is None else int(new["size"]),
            sha256=str(new["sha256"]) if new is not None and new.get("kind") == "file" else "",
        )
    if told > CHANGES_LIMIT:
        yield RecorderOverflowed(what="file changes", dropped=told - CHANGES_LIMIT)


def _source(event: Mapping[str, Json], containers: Mapping[str, str]) -> str:
    address = str(event["source"])
    return containers.get(address, address)


def _text(value: Json) -> str:
    text = "" if value is None else str(value)
    return text.encode("utf-8", "replace").decode()[:TEXT_LIMIT]
