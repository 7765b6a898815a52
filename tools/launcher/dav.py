"""What tool servers for WebDAV, CalDAV and CardDAV share: requests for properties and the answers to them.

Source: RFC 4918 (WebDAV), section 9.1 and 13.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from http_api import Answer, Api
from mcp_stdio import ToolError

DAV = "{DAV:}"


@dataclass(frozen=True)
class Member:
    """One resource of an answer."""

    path: str
    """Unquoted path from the root of the server, without a slash at the end."""
    folder: bool
    """Whether it holds others."""
    properties: dict
    """Texts of its properties by local name, and the local names of its resource types under ``types``."""

    @property
    def name(self) -> str:
        """Last part of the path."""
        return self.path.rpartition("/")[2]


def list_folder(api: Api, path: str, *properties: str) -> list:
    """Return the members of a folder, itself first.

    Args:
        api: The server.
        path: Quoted path of the folder.
        properties: Local names of properties of WebDAV beside the resource type.

    Raises:
        ToolError: If the server refuses, or answers with something else.
    """
    wanted = "".join(f"<D:{name}/>" for name in ("resourcetype", *properties))
    body = f'<?xml version="1.0"?><D:propfind xmlns:D="DAV:"><D:prop>{wanted}</D:prop></D:propfind>'
    return members(api, api.send("PROPFIND", path, body.encode(), {"Depth": "1", "Content-Type": "application/xml"}))


def members(api: Api, answer: Answer) -> list:
    """Return the resources that a multi-status answer tells of.

    Raises:
        ToolError: If it is none.
    """
    try:
        root = ET.fromstring(answer.data)
    except ET.ParseError as error:
        raise ToolError(f"{api.who} answered with something that is no XML: {error}") from error
    if root.tag != f"{DAV}multistatus":
        raise ToolError(f"{api.who} answered with something that is no list of resources")
    return [_member(each, api.prefix) for each in root.findall(f"{DAV}response")]


def _member(response: ET.Element, prefix: str) -> Member:
    path = unquote(urlsplit(response.findtext(f"{DAV}href") or "").path)
    properties: dict = {"types": set()}
    for stat in response.findall(f"{DAV}propstat"):
        if " 200" not in (stat.findtext(f"{DAV}status") or " 200"):
            continue
        for each in stat.findall(f"{DAV}prop/*"):
            name = each.tag.rpartition("}")[2]
            if name == "resourcetype":
                properties["types"] = {kind.tag.rpartition("}")[2] for kind in each}
            else:
                properties[name] = each.text or ""
    return Member(path.removeprefix(prefix).rstrip("/"), "collection" in properties["types"], properties)
