"""The browser tool in its own agent container: what it shows, what it sends, and pages that mean it no good."""

from __future__ import annotations

import base64
import re
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from hiyari.adapters.mcp import ToolServer
from hiyari.adapters.pod import ContainerWorld, Pods, connect
from hiyari.agent import Call
from hiyari.catalog import Environment
from hiyari.errors import EngineMissing
from hiyari.events import CallReturned, Egress, Event, NameLookedUp, plain

pytestmark = pytest.mark.docker

ROOT = Path(__file__).parents[2]
SHOP, DESK, ROGUE = "https://shop.example", "http://desk.example", "http://rogue.example"
SECRET = "asagao-5512-hidden"


def png(width: int, height: int, colour: bytes) -> bytes:
    """Return a PNG of one colour."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">2I5B", width, height, 8, 2, 0, 0, 0)
    rows = (b"\0" + colour * width) * height
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def script(code: str, body: str = "") -> dict[str, str]:
    """Return a page that runs a script."""
    return {"body": f"<!doctype html><meta charset=utf-8><title>頁</title>{body}<script>{code}</script>"}


RED = png(40, 30, b"\xff\x00\x00")
FIELDS = """<form action="/contact" method="post"><label>氏名 <input name="name" required></label>
<select name="message"><option>見積<option>苦情</select><input type="checkbox" name="copy"><button>送る</button>
</form>"""
SITES = [
    {
        "host": "shop.example",
        "pages": {
            "/": script(
                "setTimeout(() => { document.querySelector('p').textContent = '在庫は' + 6 * 7 + '個' }, 50)",
                "<p>お待ちください</p><img src=/red.png alt=赤><a href=/two target=_blank>次へ</a>",
            ),
            "/red.png": {"base64": base64.b64encode(RED).decode()},
            "/two": {"body": "<title>二</title><p>二つ目"},
            "/late": script("setTimeout(() => document.body.append('ようやく'), 900)", "<p>まだ"),
            "/tall": {"body": "<p>上<div style='height:9000px;background:#0a0'></div><p>底"},
            "/ask": script(
                "",
                "<button onclick=\"this.textContent = confirm('消しますか') ? '消した' : '残した'\">消す</button>"
                "<button onclick=\"window.open('/two')\">窓</button><p style='display:none'>見えない",
            ),
            "/file": {
                "body": "a,b\n",
                "content_type": "application/octet-stream",
                "headers": {"Content-Disposition": 'attachment; filename="../表.csv"'},
            },
        },
    },
    {
        "host": "desk.example",
        "pages": {"/": {"body": FIELDS}, "/inside": {"body": "<p>inside"}},
        "forms": [{"path": "/contact", "title": "受付", "fields": ["name", "message"], "answer": {"body": "<h1>受領"}}],
    },
    {
        "host": "rogue.example",
        "pages": {
            "/alerts": script("for (;;) alert('again')", "<p>alerts"),
            "/confirms": script("setInterval(() => confirm('again'), 0)", "<p>confirms"),
            "/huge": script(
                "for (let n = 0; n < 20000; n++) document.body.append(document.createElement('div'), 'x')", "<p>"
            ),
            "/windows": script("for (let n = 0; n < 300; n++) window.open('/w' + n)", "<p>windows"),
            "/redirects": {"redirect": "/redirects"},
            "/busy": script("setTimeout(() => { for (;;); }, 1)", "<p>busy"),
            "/theft": script("", f"<p>theft<img src='{DESK}/inside'>"),
        },
    },
]
DESKTOP = Environment.model_validate(
    {
        "name": "desktop",
        "title": {"ja": "机", "en": "Desktop"},
        "domain": "midori.example",
        "agent": {"image": "pod/browser", "memory_mb": 1024, "pids": 256},
        "tools": [{"name": "shell"}, {"name": "browser"}],
        "sites": SITES,
    }
)


class Desktop:
    """A world with a browser, and a short way to call it."""

    def __init__(self, pods: Pods) -> None:
        login = {"desk.example": {"type": "basic", "login": "jinji", "password": SECRET}}
        servers = [ToolServer(name="shell"), ToolServer(name="browser", parameters={"logins": login, "timeout": 60})]
        self.world = ContainerWorld(pods, DESKTOP, episode="browser", servers=servers, seed={})
        list(self.world.reset(1))
        self.events: list[Event] = []

    def call(self, tool: str, **arguments: object) -> CallReturned:
        *self.events, last = self.world.step(Call(id="c", tool=tool, arguments=arguments))
        assert isinstance(last, CallReturned)
        return last

    def text(self, tool: str, **arguments: object) -> str:
        last = self.call(f"browser_{tool}", **arguments)
        assert last.status == "ok", plain(last.text)
        return plain(last.text)

    def error(self, tool: str, **arguments: object) -> str:
        last = self.call(f"browser_{tool}", **arguments)
        assert last.status == "error", plain(last.text)
        return plain(last.text)

    def sent(self) -> list[Egress]:
        return [event for event in self.events if isinstance(event, Egress)]


@pytest.fixture(scope="module")
def desktop() -> Iterator[Desktop]:
    """One browser for all tests, as an episode has it."""
    try:
        engine = connect()
    except EngineMissing as error:
        pytest.skip(str(error).splitlines()[0])
    with Pods(engine, [ROOT], run="test-browser", warm=0) as pods:
        found = Desktop(pods)
        yield found
        found.world.close()


def numbered(text: str, name: str) -> int:
    """Return the number of the thing of a name."""
    found = re.search(rf"\[(\d+)\] \w+: {name}", text)
    assert found, text
    return int(found[1])


def pixels(data: bytes) -> tuple[int, int, set[bytes]]:
    """Return width and height of a PNG of 8-bit RGB or RGBA, and the different bytes its rows hold."""
    width, height = struct.unpack(">2I", data[16:24])
    at, packed = 8, b""
    while at < len(data):
        size, kind = struct.unpack(">I4s", data[at : at + 8])
        packed += data[at + 8 : at + 8 + size] if kind == b"IDAT" else b""
        at += 12 + size
    return width, height, {bytes([value]) for value in zlib.decompress(packed)}


def test_scripts_run_and_nothing_else_is_sent(desktop: Desktop) -> None:
    """What a script writes is read, over verified TLS; starting and opening cause the page's own requests only."""
    text = desktop.text("open", url=f"{SHOP}/")
    assert "在庫は42個" in text
    assert "[image: 赤 40x30]" in text
    assert sorted(event.summary for event in desktop.sent()) == [
        f"GET {SHOP}/ HTTP/2",
        f"GET {SHOP}/red.png HTTP/2",
    ]
    assert {event.name for event in desktop.events if isinstance(event, NameLookedUp)} == {"shop.example"}
    assert "二つ目" in desktop.text("click", number=numbered(text, "次へ"))
    assert "在庫は" in desktop.text("back")
    desktop.text("read")
    assert desktop.sent() == []


def test_a_picture_has_its_size_and_is_not_blank(desktop: Desktop) -> None:
    """The window is 1024 by 768; a whole page ends at 4096 pixels and says so."""
    desktop.text("open", url=f"{SHOP}/")
    seen = desktop.call("browser_screenshot")
    width, height, values = pixels(seen.images[0].read())
    assert (width, height) == (1024, 768)
    assert len(values) > 20
    desktop.text("open", url=f"{SHOP}/tall")
    whole = desktop.call("browser_screenshot", full=True)
    assert "pixels below are left out" in plain(whole.text)
    assert pixels(whole.images[0].read())[:2] == (1024, 4096)
    assert re.search(r"pixels \d{4} to 9\d{3}", desktop.text("scroll", to="bottom"))


def test_a_form_is_filled_and_sent_with_a_log_in(desktop: Desktop) -> None:
    """Fields, lists and boxes by number; what is missing is told; the log-in goes along to its own host."""
    text = desktop.text("open", url=f"{DESK}/")
    name = numbered(text, "氏名")
    assert "the form was not sent" in desktop.error("submit", number=name)
    assert "斎藤 一" in desktop.text("fill", number=name, text="斎藤 一")
    assert "there are: 見積; 苦情" in desktop.error("select", number=numbered(text, "message"), options=["無い"])
    desktop.text("select", number=numbered(text, "message"), options=["苦情"])
    assert "(checkbox, on)" in desktop.text("click", number=numbered(text, "copy"))
    assert "受領" in desktop.text("submit", number=name)
    [sent] = desktop.sent()
    payload = sent.payload.read()
    assert payload.endswith(b"name=%E6%96%8E%E8%97%A4+%E4%B8%80&message=%E8%8B%A6%E6%83%85&copy=on")
    assert base64.b64encode(f"jinji:{SECRET}".encode()) in payload


def test_a_log_in_is_for_its_host_and_cannot_be_read(desktop: Desktop) -> None:
    """A page of another host cannot use it in the background; no process of the agent finds it anywhere."""
    desktop.text("open", url=f"{ROGUE}/theft")
    [picture] = [event for event in desktop.sent() if event.host == "desk.example"]
    assert b"authorization" not in picture.payload.read().lower()
    command = f"""
    for p in $(pgrep chromium-headle); do
      (exec 3<>/proc/$p/mem) 2>/dev/null && echo "memory of $p"
      cat /proc/$p/environ >/dev/null 2>&1 && echo "environment of $p"
    done
    pgrep chromium-headle >/dev/null && grep -ra {SECRET[:-1]}[n] /work /tmp /dev/shm 2>/dev/null
    ss -ltn 2>/dev/null | grep 127.0.0.1; find /work -mindepth 1; echo looked
    """
    assert plain(desktop.call("shell_run", command=command).text) == "exit code: 0\nlooked\n"


def test_dialogs_windows_and_waiting(desktop: Desktop) -> None:
    """A confirmation is cancelled unless told otherwise, a window stays in the tab, late text can be waited for."""
    text = desktop.text("open", url=f"{SHOP}/ask")
    assert "見えない" not in text
    number = numbered(text, "消す")
    text = desktop.text("click", number=number)
    assert "dialog (confirm): '消しますか', answered with Cancel" in text
    assert "残した" in text
    assert "消した" in desktop.text("click", number=number, accept=True)
    assert "二つ目" in desktop.text("click", number=numbered(text, "窓"))
    desktop.text("open", url=f"{SHOP}/late")
    assert "ようやく" in desktop.text("wait_for", text="ようやく", timeout=30)
    assert "did not appear" in desktop.error("wait_for", text="来ない", timeout=0.2)


def test_what_is_refused_and_what_is_kept(desktop: Desktop) -> None:
    """Files and the browser's own pages are refused with the reason; a download lands in the working folder."""
    for url in ("file:///etc/passwd", "chrome://version", "view-source:http://desk.example/", "javascript:1", "x"):
        assert "no http or https URL" in desktop.error("open", url=url)
    assert "download of '_表.csv': 4 bytes, /work/downloads/_表.csv" in desktop.text("open", url=f"{SHOP}/file")
    assert plain(desktop.call("shell_run", command="cat downloads/*").text) == "exit code: 0\na,b\n"
    assert "has the number 99" in desktop.error("click", number=99)


@pytest.mark.parametrize(
    ("page", "told"),
    [
        ("alerts", "dialogs without end and was stopped"),
        ("confirms", "answered with Cancel"),
        ("huge", "the rest was not read"),
        ("windows", "300 windows that nobody asked for were not opened"),
        ("redirects", "ERR_TOO_MANY_REDIRECTS"),
        ("busy", "its scripts were stopped"),
    ],
)
def test_a_hostile_page_does_not_stop_the_browser(desktop: Desktop, page: str, told: str) -> None:
    """It is told what the page did, and the next page opens: at the second try when the hung one had to be closed."""
    assert told in plain(desktop.call("browser_open", url=f"{ROGUE}/{page}").text)
    opened = desktop.call("browser_open", url=f"{SHOP}/")
    if opened.status == "error":
        assert "open a page" in plain(opened.text)
        opened = desktop.call("browser_open", url=f"{SHOP}/")
    assert "在庫は42個" in plain(opened.text)


def test_a_killed_browser_is_started_again(desktop: Desktop) -> None:
    """The agent can kill it, as it can all its programs; the next call starts another."""
    desktop.call("shell_run", command="pkill -9 chromium-headle")
    assert "在庫は42個" in desktop.text("open", url=f"{SHOP}/")


def test_the_image_repeats_the_agents() -> None:
    """pod/browser stands beside pod/agent: all that is done there is done here too, but for the packages."""
    agent, browser = (
        ROOT.joinpath("environments/pod", name, "Dockerfile").read_text() for name in ("agent", "browser")
    )
    steps = [line for line in agent.splitlines()[1:] if "apt-get install" not in line]
    assert [line for line in steps if line not in browser.splitlines()] == []
