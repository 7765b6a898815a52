"""The one tab: what it loads, what it asks and opens by itself, and how that is answered.

Events come in the pipe's thread, which hardly waits; what they change is read by the thread of the call.
"""

from __future__ import annotations

import base64
import threading
import time
from typing import Any
from urllib.parse import urlsplit

from pipe import Pipe

DIALOGS = 20
"""Dialogs of one document after which its scripts are stopped."""
PAUSE = 0.1
"""Seconds that each further dialog is left open."""
MOVES = 30
"""Documents in one call after which loading is stopped: more is a loop."""
DOWNLOADS = 20
"""Downloads of an episode; more are refused."""
DOWNLOAD_BYTES = 32 << 20
QUIET = 0.3
"""Seconds without requests after which a page is taken to be ready."""
UNENDING = ("EventSource", "WebSocket", "Ping", "Media")


def host_of(url: str) -> str:
    try:
        return (urlsplit(url).hostname or "").lower()
    except ValueError:
        return ""


class Tab:
    """What is known of the tab.

    Args:
        logins: Headers by host name.
        folder: Where downloads are put.
    """

    def __init__(self, logins: dict, folder: str) -> None:
        self.logins, self.folder = logins, folder
        self.pipe: Any = None
        self.session = self.frame = self.context = ""
        self.lock = threading.Lock()
        self.downloads: dict = {}
        self.accept, self.answer = False, ""
        self.clear()

    def clear(self) -> None:
        """Forget the page: the tab is new."""
        self.url, self.status, self.crashed, self.loading, self.stopped = "about:blank", 0, False, False, False
        self.requests: dict = {}
        self.dialogs = self.moves = 0
        self.windows: list = []
        self.unasked = 0
        self.notes: list = []
        self.changed = time.monotonic()

    def begin(self, accept: bool = False, answer: str = "") -> None:
        """A call begins: say how its dialogs are answered."""
        with self.lock:
            self.accept, self.answer = accept, answer
            self.moves = 0
            self.windows, self.unasked = [], 0
            self.changed = time.monotonic()

    def taken_notes(self) -> list:
        """Return what happened since this was asked last, as sentences."""
        with self.lock:
            notes, self.notes = self.notes, []
            windows, unasked = len(self.windows), self.unasked
        if windows > 1:
            notes.append(f"{windows} windows wanted to open; only the first was followed, in this tab")
        if unasked:
            notes.append(f"{unasked} windows that nobody asked for were not opened")
        for download in list(self.downloads.values()):
            if not download["told"] and download["state"] != "inProgress":
                download["told"] = True
                notes.append(f"download of {download['name']!r}: {download['state']}")
        return notes

    def note(self, text: str) -> None:
        with self.lock:
            if len(self.notes) < 30:
                self.notes.append(text[:600])

    def busy(self) -> bool:
        """Whether the page loads, or did until a moment ago."""
        with self.lock:
            return self.loading or bool(self.requests) or time.monotonic() - self.changed < QUIET

    def first_window(self) -> str:
        with self.lock:
            return self.windows[0] if self.windows else ""

    # ---- events ------------------------------------------------------------------------------------------------

    def heard(self, method: str, event: dict, session: str) -> None:
        """Take one event of the browser."""
        if method in ("Browser.downloadWillBegin", "Browser.downloadProgress"):
            self.downloading(method, event)
        elif session == self.session and (hears := HEARD.get(method)):
            hears(self, event)

    def tell(self, method: str, **parameters: Any) -> None:
        pipe: Pipe = self.pipe
        pipe.tell(method, parameters, self.session)

    def asked(self, event: dict) -> None:
        kind, text = str(event.get("type")), str(event.get("message", ""))[:300]
        agreed = kind in ("alert", "beforeunload") or self.accept
        self.dialogs += 1
        if self.dialogs > DIALOGS:
            if not self.stopped:
                self.stopped = True
                self.note("the page opened dialogs without end and was stopped")
                self.tell("Emulation.setScriptExecutionDisabled", value=True)
            self.tell("Runtime.terminateExecution")
            # While the dialog is open the page cannot run; the order to stop must reach it before the answer does.
            time.sleep(PAUSE)
        elif not self.stopped:
            self.note(f"dialog ({kind}): {text!r}, answered with {'OK' if agreed else 'Cancel'}")
        self.tell("Page.handleJavaScriptDialog", accept=agreed, promptText=self.answer)

    def opened(self, event: dict) -> None:
        with self.lock:
            if not event.get("userGesture"):
                self.unasked += 1
            elif len(self.windows) < 1000:
                self.windows.append(str(event.get("url", ""))[:4000])
            self.changed = time.monotonic()

    def moved(self, event: dict) -> None:
        frame = event.get("frame") or {}
        if frame.get("parentId"):
            return
        with self.lock:
            self.url = str(frame.get("url", ""))[:4000]
            self.dialogs = 0
            self.moves += 1
            self.changed = time.monotonic()
            endless = self.moves == MOVES
        if frame.get("unreachableUrl"):
            self.note(f"{str(frame['unreachableUrl'])[:400]} could not be loaded")
        if endless:
            self.note("the page went on to another page again and again, and was stopped")
            self.tell("Emulation.setScriptExecutionDisabled", value=True)
            self.tell("Page.stopLoading")
            self.stopped = True

    def started(self, event: dict) -> None:
        if event.get("frameId") == self.frame:
            with self.lock:
                self.loading, self.changed = True, time.monotonic()

    def ended(self, event: dict) -> None:
        if event.get("frameId") == self.frame:
            with self.lock:
                self.loading, self.changed = False, time.monotonic()

    def requested(self, event: dict) -> None:
        if event.get("type") in UNENDING:
            return
        with self.lock:
            if len(self.requests) < 2000:
                self.requests[event.get("requestId")] = None
            self.changed = time.monotonic()

    def answered(self, event: dict) -> None:
        if event.get("type") == "Document" and event.get("frameId") == self.frame:
            self.status = int((event.get("response") or {}).get("status") or 0)

    def finished(self, event: dict) -> None:
        with self.lock:
            self.requests.pop(event.get("requestId"), None)
            self.changed = time.monotonic()

    def died(self, event: dict) -> None:
        self.crashed = True

    def paused(self, event: dict) -> None:
        """Add a log-in to a request for its host, if the tab goes there or is there already, and to no other."""
        request = event.get("request") or {}
        host, extra = host_of(str(request.get("url", ""))), {}
        goes = event.get("resourceType") == "Document" and event.get("frameId") == self.frame
        if host in self.logins and (goes or host_of(self.url) == host):
            name, value = self.logins[host]
            held = {key: each for key, each in (request.get("headers") or {}).items() if key.lower() != name.lower()}
            extra = {"headers": [{"name": key, "value": str(each)} for key, each in {**held, name: value}.items()]}
        self.tell("Fetch.continueRequest", requestId=event.get("requestId"), **extra)

    def downloading(self, method: str, event: dict) -> None:
        guid = str(event.get("guid"))
        if method == "Browser.downloadWillBegin":
            if len(self.downloads) >= DOWNLOADS:
                self.note(f"a download was refused: {DOWNLOADS} are the most")
                self.pipe.tell("Browser.cancelDownload", {"guid": guid, "browserContextId": self.context})
                return
            name = str(event.get("suggestedFilename", ""))[:200]
            self.downloads[guid] = {"name": name, "state": "inProgress", "told": False}
        elif guid in self.downloads:
            state, size = str(event.get("state")), int(event.get("receivedBytes") or 0)
            if size > DOWNLOAD_BYTES and state == "inProgress":
                self.pipe.tell("Browser.cancelDownload", {"guid": guid, "browserContextId": self.context})
            done = f"{size} bytes, {event.get('filePath') or self.folder}"
            ends = {"completed": done, "canceled": f"given up after {size} bytes"}
            self.downloads[guid]["state"] = ends.get(state, "inProgress")


HEARD = {
    "Page.javascriptDialogOpening": Tab.asked,
    "Page.windowOpen": Tab.opened,
    "Page.frameNavigated": Tab.moved,
    "Page.frameStartedLoading": Tab.started,
    "Page.frameStoppedLoading": Tab.ended,
    "Network.requestWillBeSent": Tab.requested,
    "Network.responseReceived": Tab.answered,
    "Network.loadingFinished": Tab.finished,
    "Network.loadingFailed": Tab.finished,
    "Inspector.targetCrashed": Tab.died,
    "Fetch.requestPaused": Tab.paused,
}


def headers_of(logins: dict) -> dict:
    """Return the header of each host that is logged in to: name and value."""
    found = {}
    for host, login in logins.items():
        if login["type"] == "basic":
            pair = f"{login.get('login', '')}:{login.get('password', '')}".encode()
            found[host.lower()] = ("Authorization", "Basic " + base64.b64encode(pair).decode())
        elif login["type"] == "bearer":
            found[host.lower()] = ("Authorization", f"Bearer {login.get('token', '')}")
        else:
            found[host.lower()] = (str(login.get("name", "")), str(login.get("value", "")))
    return found
