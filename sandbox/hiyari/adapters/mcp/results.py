"""What a tool call came to, as the agent is told: text and images within limits, whatever the server sent."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

TEXT_LIMIT = 64 * 1024
"""Most UTF-8 bytes of text."""
_TAIL = 16 * 1024
IMAGES_LIMIT = 4
IMAGE_LIMIT = 4 << 20
"""Most bytes of one image."""
_SIGNATURES = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff")


@dataclass(frozen=True)
class ToolResult:
    """The end of one tool call."""

    status: Literal["ok", "error", "timeout", "lost"]
    """How it ended; ``lost`` means the tool server is gone."""
    text: str
    """What the agent reads."""
    images: tuple[bytes, ...] = ()
    """PNG or JPEG images the agent sees."""
    truncated: bool = False
    """True when the tool said more than the agent is given."""


def read_result(content: Sequence[Mapping[str, Any]], structured: Any, failed: bool) -> ToolResult:
    """Turn the content of an MCP result into what the agent is told.

    Args:
        content: Content blocks as MCP objects.
        structured: ``structuredContent``; read only when there is no content.
        failed: ``isError``.
    """
    texts: list[str] = []
    images: list[bytes] = []
    for block in content:
        image = _image(block) if block.get("type") == "image" and len(images) < IMAGES_LIMIT else None
        if image is not None:
            images.append(image)
        else:
            texts.append(_text(block))
    if not content and structured is not None:
        texts.append(json.dumps(structured, ensure_ascii=False))
    text, cut = shorten("\n".join(texts))
    return ToolResult("error" if failed else "ok", text, tuple(images), cut)


def shorten(text: str) -> tuple[str, bool]:
    """Cut a text to TEXT_LIMIT, keeping its head and tail; says whether it was cut."""
    data = text.encode("utf-8", "replace")
    if len(data) <= TEXT_LIMIT:
        return data.decode("utf-8", "replace"), False
    mark = f"\n[... {len(data) - TEXT_LIMIT} bytes left out ...]\n".encode()
    head, tail = data[: TEXT_LIMIT - _TAIL - 64], data[-_TAIL:]
    return (head.decode("utf-8", "ignore") + mark.decode() + tail.decode("utf-8", "ignore")), True


def _image(block: Mapping[str, Any]) -> bytes | None:
    data = str(block.get("data", ""))
    if len(data) > IMAGE_LIMIT * 4 // 3 + 4:
        return None
    try:
        image = base64.b64decode(data, validate=True)
    except (binascii.Error, ValueError):
        return None
    return image if len(image) <= IMAGE_LIMIT and image.startswith(_SIGNATURES) else None


def _text(block: Mapping[str, Any]) -> str:
    kind = block.get("type")
    if kind == "text":
        return str(block.get("text", ""))
    if kind == "resource":
        resource = block.get("resource") or {}
        return str(resource["text"]) if "text" in resource else f"[resource: {resource.get('uri', '')}]"
    if kind == "resource_link":
        return f"[link: {block.get('name', '')} {block.get('uri', '')}]"
    return f"[{kind}: {block.get('mimeType', 'unknown type')}, not shown]"
