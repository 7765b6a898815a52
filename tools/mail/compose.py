"""Addresses and attachments of a mail that is written."""

from __future__ import annotations

import mimetypes
import re
from email.errors import HeaderParseError
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import getaddresses
from pathlib import Path
from typing import Any

from mcp_stdio import ToolError

ATTACHMENT_LIMIT = 5 << 20


def addresses(value: Any) -> list:
    """Return addresses from a string with commas or a list of strings."""
    values = [value] if isinstance(value, str) else list(value)
    if any("\r" in item or "\n" in item for item in values):
        raise ToolError("an address cannot hold a line break")
    found = []
    for name, address in getaddresses(values):
        if not re.fullmatch(r"[^@\s<>]+@[^@\s<>]+", address):
            raise ToolError(f"{address or name!r} is no mail address")
        try:
            found.append(Address(name, addr_spec=address))
        except (ValueError, HeaderParseError) as error:
            raise ToolError(f"{address!r} is no mail address: {error}") from error
    return found


def attach(message: EmailMessage, path: str) -> None:
    inside = Path(path).resolve()
    if Path.cwd().resolve() not in inside.parents or not inside.is_file():
        raise ToolError(f"{path}: there is no such file in the working directory")
    with open(inside, "rb") as file:
        data = file.read(ATTACHMENT_LIMIT + 1)
    if len(data) > ATTACHMENT_LIMIT:
        raise ToolError(f"{path}: an attachment may have {ATTACHMENT_LIMIT} bytes at most")
    main, _, sub = (mimetypes.guess_type(inside)[0] or "application/octet-stream").partition("/")
    message.add_attachment(data, maintype=main, subtype=sub, filename=inside.name)
