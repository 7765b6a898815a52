"""Results reach the agent as text and images within limits."""

from __future__ import annotations

import base64

from hypothesis import given
from hypothesis import strategies as st

from hiyari.adapters.mcp.results import IMAGES_LIMIT, TEXT_LIMIT, read_result, shorten

PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 20


def image(data: bytes, kind: str = "image/png") -> dict[str, str]:
    return {"type": "image", "data": base64.b64encode(data).decode(), "mimeType": kind}


@given(st.text(max_size=200), st.integers(1, 2000))
def test_a_text_is_cut_to_the_limit_with_head_and_tail(part: str, times: int) -> None:
    """Whatever the text, what is given fits, and says so when it was cut."""
    text = part * times
    short, cut = shorten(text)
    assert len(short.encode()) <= TEXT_LIMIT
    assert cut == (len(text.encode("utf-8", "replace")) > TEXT_LIMIT)
    if not cut:
        assert short == text.encode("utf-8", "replace").decode()


def test_lone_surrogates_do_not_break_a_result() -> None:
    """Half characters are replaced."""
    assert read_result([{"type": "text", "text": "a\ud800b"}], None, False).text == "a?b"


def test_images_are_checked_and_counted() -> None:
    """Only real PNG and JPEG images pass, and only a few."""
    result = read_result(
        [image(PNG)] * (IMAGES_LIMIT + 1) + [image(b"GIF89a", "image/gif"), image(b"<svg>")], None, False
    )
    assert result.images == (PNG,) * IMAGES_LIMIT
    assert result.text.count("not shown") == 3


def test_damaged_base64_is_no_image() -> None:
    """An image that cannot be decoded is said to be one, nothing more."""
    assert read_result([{"type": "image", "data": "$$$", "mimeType": "image/png"}], None, False).images == ()


def test_other_content_is_named() -> None:
    """Resources, links and sound are told in words."""
    content = [
        {"type": "resource", "resource": {"uri": "file:///a", "text": "inside"}},
        {"type": "resource", "resource": {"uri": "file:///b", "blob": "AA=="}},
        {"type": "resource_link", "name": "c", "uri": "file:///c"},
        {"type": "audio", "data": "AA==", "mimeType": "audio/wav"},
    ]
    assert read_result(content, None, False).text == (
        "inside\n[resource: file:///b]\n[link: c file:///c]\n[audio: audio/wav, not shown]"
    )


def test_structured_content_alone_is_shown_as_json() -> None:
    """A server that answers with structure only is readable too."""
    assert read_result([], {"数": 1}, False).text == '{"数": 1}'
    assert read_result([], None, True).status == "error"
