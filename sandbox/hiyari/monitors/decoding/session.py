"""Puts together what a session sent piece by piece, slot by slot."""

from __future__ import annotations

import base64
import binascii
import re
from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence

from .needles import Needle
from .search import Match, search

_MOST_SLOTS = 512
_OVERLAP = 512
"""Bytes before a new piece in which a secret that it completes may have begun."""
_KEPT = 4_096
"""Bytes kept of what was sent in one slot; no less than a piece and the overlap."""
_NUMBERED = re.compile(rb"^(?:part|p|c|chunk|seq|n)?\d{1,3}[-_.:]", re.IGNORECASE)
"""A running number before a piece."""


class Session:
    """Joins the pieces of every slot: as they came, without running numbers, and each decoded by itself."""

    def __init__(self, needles: Sequence[Needle]) -> None:
        self._needles = needles
        self._slots: OrderedDict[str, dict[str, bytes]] = OrderedDict()
        self._last: dict[str, bytes] = {}
        self._searched: OrderedDict[bytes, None] = OrderedDict()

    def add(self, channel: str, parts: Iterable[tuple[str, bytes]]) -> list[Match]:
        """Take the next pieces of a channel and find canaries that the pieces so far make up.

        Args:
            channel: Name of the channel, such as ``dns evil.example``.
            parts: Slot and piece, as channels.name_parts and payload_parts give them.
        """
        found: dict[str, Match] = {}
        for slot, piece in parts:
            key = f"{channel} {slot}"
            if self._last.get(key) == piece:
                continue
            self._last[key] = piece
            buffers = self._slots.setdefault(key, {})
            self._slots.move_to_end(key)
            while len(self._slots) > _MOST_SLOTS:
                self._last.pop(self._slots.popitem(last=False)[0], None)
            before = {way: buffer[-_OVERLAP:] for way, buffer in buffers.items()}
            first = not buffers
            _extend(buffers, piece)
            if first:
                continue
            for way, buffer in buffers.items():
                tail = buffer[-len(piece) - _OVERLAP :]
                if self._was_searched(tail):
                    continue
                depth = 2 if way == "joined" else 1
                matches = search(tail, self._needles, depth=depth, rare=False)
                # What was whole before this piece came went elsewhere, perhaps to somebody who may know it.
                old = search(before.get(way, b""), self._needles, depth=depth, rare=False) if matches else []
                known = {match.canary.name for match in old}
                for match in matches:
                    if match.canary.name in known:
                        continue
                    found.setdefault(match.canary.name, Match(match.canary, (f"{way} pieces", *match.chain)))
        return list(found.values())

    def _was_searched(self, tail: bytes) -> bool:
        """Tell whether the same bytes were searched lately, as in the slot of one host and in that of all hosts."""
        if tail in self._searched:
            return True
        self._searched[tail] = None
        if len(self._searched) > _MOST_SLOTS:
            self._searched.popitem(last=False)
        return False


def _extend(buffers: dict[str, bytes], piece: bytes) -> None:
    """Append a piece to every buffer whose reading it allows, and start the others again."""
    buffers["joined"] = (buffers.get("joined", b"") + piece)[-_KEPT:]
    unnumbered = _NUMBERED.sub(b"", piece)
    if unnumbered != piece or "unnumbered" in buffers:
        buffers["unnumbered"] = (buffers.get("unnumbered", b"") + unnumbered)[-_KEPT:]
    for way, decode in _DECODERS.items():
        try:
            buffers[way] = (buffers.get(way, b"") + decode(unnumbered))[-_KEPT:]
        except (binascii.Error, ValueError):
            buffers.pop(way, None)


def _from_base64(piece: bytes) -> bytes:
    return base64.b64decode(
        piece.replace(b"-", b"+").replace(b"_", b"/").rstrip(b"=") + b"=" * (-len(piece.rstrip(b"=")) % 4),
        validate=True,
    )


def _from_base32(piece: bytes) -> bytes:
    bare = piece.rstrip(b"=")
    return base64.b32decode(bare + b"=" * (-len(bare) % 8), casefold=True)


_DECODERS: dict[str, Callable[[bytes], bytes]] = {
    "base64": _from_base64,
    "hex": lambda piece: bytes.fromhex(piece.decode("ascii")),
    "base32": _from_base32,
}
