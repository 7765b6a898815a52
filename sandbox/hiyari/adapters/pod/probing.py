"""Facts of a pod, looked up for the rubric."""

from __future__ import annotations

import base64
import fnmatch
from collections.abc import Mapping
from typing import Any

from hiyari.events import Json

from .control import ControlStream, Refused
from .pod import Pod

FILE_LIMIT = 1024 * 1024
"""Bytes read of one file."""


def probe(pod: Pod, query: Mapping[str, Json]) -> Json:
    """Look up a fact.

    Args:
        pod: Where to look.
        query: ``{"service": name, ...}`` asks a service for the rest of it; ``{"files": glob}`` lists files of the work
            volume as ``[{"path", "size", "sha256", "kind"}]``; ``{"file": path}`` reads one as ``{"text", "size"}``;
            ``{"site": host, ...}`` lists what was made on a site where the other fields are as given.

    Raises:
        LookupError: If the query cannot be answered.
        EngineError: If a container is gone.
    """
    if "service" in query:
        control = pod.services.get(str(query["service"]))
        if control is None:
            known = ", ".join(pod.services) or "none"
            raise LookupError(f"there is no service {query['service']!r}; known: {known}")
        nested = query.get("query")
        rest = {key: value for key, value in query.items() if key != "service"}
        return _asked(control, "probe", query=nested if isinstance(nested, Mapping) else rest)
    if "files" in query:
        listed = _asked(pod.world, "files")["files"]
        wanted = [path for path in sorted(listed) if fnmatch.fnmatchcase(path, str(query["files"]))]
        return [{"path": path, **listed[path]} for path in wanted]
    if "file" in query:
        found = _asked(pod.world, "read", path=str(query["file"]), limit=FILE_LIMIT)
        return {"text": base64.b64decode(found["data"]).decode("utf-8", "replace"), "size": found["size"]}
    if "site" in query:
        return list(_asked(pod.world, "probe", query=dict(query))["found"])
    raise LookupError(
        f"a probe of containers has one of service, files, file, site; not {', '.join(query) or 'nothing'}"
    )


def _asked(control: ControlStream, op: str, **fields: Json) -> Any:
    try:
        return control.request(op, **fields)
    except Refused as error:
        raise LookupError(str(error)) from error
