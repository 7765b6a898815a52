"""One Chromium for the episode, started at the first call, and what can be done in its one tab."""

from __future__ import annotations

import base64
import json
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import chromium
from mcp_stdio import Call, ToolError
from pipe import Gone, Pipe, Refused, Silent
from tab import Tab, headers_of, host_of

SECONDS = 20.0
"""Seconds a page may take to load, unless the environment says otherwise."""
AFTER_LOADING = 3.0
"""Seconds that requests may go on after a page has loaded."""
ANSWER = 15.0
"""Seconds the page may take to do what it is told; one that takes longer hangs."""
PICTURE_HEIGHT = 4096
PICTURE_BYTES = 3 << 20
SOURCE = Path(__file__).with_name("page.js")


class Browser:
    """A browser with one tab. Its methods are called by one thread at a time.

    Args:
        parameters: ``logins`` and ``timeout`` as tool.yaml describes them.
        language: Language that pages are asked for in.
    """

    def __init__(self, parameters: dict, language: str) -> None:
        self.seconds = float(parameters.get("timeout", SECONDS))
        self.language = language
        self.folder = str(Path("downloads").resolve())
        self.logins = headers_of(parameters.get("logins") or {})
        self.tab = Tab(self.logins, self.folder)
        self.pipe: Any = None
        self.profile = self.source = ""

    # ---- starting and ending -----------------------------------------------------------------------------------

    def ready(self, leaving: bool = False) -> None:
        """Have a browser whose page answers: start one, or free it from a page that hangs.

        Args:
            leaving: Whether the page is about to be left, so that its loss is no failure.

        Raises:
            ToolError: If it cannot be started, or the page had to be given up.
        """
        ended = self.pipe is not None and (self.pipe.gone or self.tab.crashed)
        if self.pipe is not None and not ended:
            try:
                self.do("Runtime.evaluate", expression="1", seconds=3.0)
                return
            except Gone:
                ended = True
            except (Silent, Refused):
                try:
                    self.alive()
                except ToolError:
                    if not leaving:
                        raise
                if self.pipe is not None:
                    return
        self.end()
        self.start()
        if ended:
            self.tab.note("the browser had ended and was started again")

    def start(self) -> None:
        self.source = SOURCE.read_text(encoding="utf-8")
        self.profile = chromium.make_profile()
        self.tab.clear()
        try:
            command = chromium.command(self.profile, self.language)
            self.pipe = self.tab.pipe = Pipe(command, chromium.variables(self.profile), self.tab.heard)
            # A context of its own keeps cookies, storage and cache in memory, not in files.
            self.tab.context = self.pipe.call("Target.createBrowserContext", seconds=30.0)["browserContextId"]
            self.open_tab()
        except (OSError, Gone, Silent, Refused) as error:
            self.end()
            raise ToolError(f"the browser cannot be started: {type(error).__name__} {error}") from error

    def open_tab(self) -> None:
        at = {"browserContextId": self.tab.context}
        size = {"width": chromium.WIDTH, "height": chromium.HEIGHT}
        target = self.pipe.call("Target.createTarget", {"url": "about:blank", **at, **size})["targetId"]
        attached = self.pipe.call("Target.attachToTarget", {"targetId": target, "flatten": True})
        self.tab.session, self.tab.frame = attached["sessionId"], target
        about = self.pipe.call("Browser.getVersion")
        for domain in ("Inspector", "Page"):
            self.do(f"{domain}.enable")
        self.do("Network.enable", maxTotalBufferSize=0, maxResourceBufferSize=0)
        self.do("Emulation.setUserAgentOverride", **self.named(about))
        self.do("Emulation.setEmulatedMedia", features=[{"name": "prefers-reduced-motion", "value": "reduce"}])
        kept = {"behavior": "allow", "downloadPath": self.folder, "eventsEnabled": True}
        self.pipe.call("Browser.setDownloadBehavior", {**kept, **at})
        if self.logins:
            forms = [form.format(host) for host in self.logins for form in ("*://{}/*", "*://{}:*/*")]
            self.do("Fetch.enable", patterns=[{"urlPattern": form} for form in forms])

    def named(self, about: dict) -> dict:
        """Return how the browser names itself: as the one with a window does."""
        major = str(about.get("product", "")).rpartition("/")[2].partition(".")[0] or "150"
        system = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko)"
        brands = [{"brand": brand, "version": major} for brand in ("Chromium", "Google Chrome")]
        platform = {"platform": "Linux", "platformVersion": "", "architecture": "x86", "model": "", "mobile": False}
        return {
            "userAgent": f"{system} Chrome/{major}.0.0.0 Safari/537.36",
            "acceptLanguage": chromium.LANGUAGES.get(self.language, chromium.LANGUAGES["en"]),
            "platform": "Linux x86_64",
            "userAgentMetadata": {"brands": [*brands, {"brand": "Not-A.Brand", "version": "24"}], **platform},
        }

    def end(self) -> None:
        """End the browser and forget its profile."""
        if self.pipe is not None:
            self.pipe.end()
        if self.profile:
            chromium.drop_profile(self.profile)
        self.pipe, self.profile = None, ""

    def alive(self) -> None:
        """Stop a page that hangs; raises ToolError if its tab, or all the browser, had to be closed for that."""
        try:
            self.do("Runtime.evaluate", expression="1", seconds=3.0)
            return
        except (Silent, Refused):
            self.pipe.tell("Runtime.terminateExecution", {}, self.tab.session)
        except Gone:
            raise self.lost() from None
        try:
            # What is only large may take this long to be laid out.
            self.do("Runtime.evaluate", expression="1", seconds=2.0 if self.tab.stopped else 12.0)
        except (Silent, Refused, Gone):
            raise self.closed() from None
        self.tab.note("the page hung; its scripts were stopped")

    def closed(self) -> ToolError:
        """Close the tab of a page that cannot be stopped and open another, with the same cookies."""
        told = "".join(f"\nNote: {note}" for note in dict.fromkeys(self.tab.taken_notes()))
        try:
            self.pipe.call("Target.closeTarget", {"targetId": self.tab.frame})
            self.tab.clear()
            self.open_tab()
        except (Silent, Refused, Gone):
            self.end()
            return ToolError(f"the page hung and the browser was closed with it; open a page to begin anew{told}")
        return ToolError(f"the page hung and was closed; open a page to go on{told}")

    def lost(self) -> ToolError:
        self.end()
        return ToolError("the browser has ended; open a page to begin anew")

    # ---- talking with the page ---------------------------------------------------------------------------------

    def do(self, method: str, seconds: float = ANSWER, **parameters: Any) -> dict:
        return self.pipe.call(method, parameters, self.tab.session, seconds)

    def page(self, expression: str, by_value: bool = True) -> Any:
        """Run an expression of page.js and return its value.

        Raises:
            ToolError: If the page does not answer, or is gone.
        """
        for _ in range(3):
            try:
                world = self.do("Page.createIsolatedWorld", seconds=4.0, frameId=self.tab.frame, worldName="reader")
                done = self.do(
                    "Runtime.evaluate",
                    expression=f"{self.source}\nreader.{expression}",
                    contextId=world["executionContextId"],
                    returnByValue=by_value,
                    userGesture=True,
                    timeout=(ANSWER - 2) * 1000,
                )
            except Refused:
                # The page went on to another one in between.
                time.sleep(0.1)
                continue
            except Silent:
                self.alive()
                continue
            except Gone:
                raise self.lost() from None
            if "exceptionDetails" in done:
                raise ToolError("the page could not be read: " + str(done["exceptionDetails"].get("text"))[:300])
            return done["result"].get("value") if by_value else done["result"].get("objectId")
        raise ToolError("the page does not answer, or changes faster than it can be read")

    def settle(self, call: Call) -> None:
        """Wait until the page has loaded and is quiet, following a window that it opened for the user."""
        deadline, loaded, followed, asked = time.monotonic() + self.seconds, 0.0, False, 0.0
        while time.monotonic() < deadline and not call.cancelled.is_set():
            if self.pipe.gone:
                raise self.lost()
            if self.tab.crashed:
                self.end()
                raise ToolError("the page crashed, perhaps for want of memory, and the browser was closed with it")
            loaded = 0.0 if self.tab.loading else loaded or time.monotonic()
            if not self.tab.busy() or (loaded and time.monotonic() - loaded > AFTER_LOADING):
                window = "" if followed else self.tab.first_window()
                if not window:
                    return
                followed = True
                if urlsplit(window).scheme in ("http", "https"):
                    self.go(window)
                continue
            # A page that loads for long is asked whether it is only waiting.
            if time.monotonic() - max(asked, self.tab.changed) > AFTER_LOADING:
                self.alive()
                asked = time.monotonic()
            time.sleep(0.02)
        self.tab.note(f"the page was still loading after {self.seconds:g} s")
        self.tab.tell("Page.stopLoading")

    def go(self, url: str) -> None:
        """Go to an address.

        Raises:
            ToolError: If it cannot be opened.
        """
        self.tab.status = 0
        try:
            if self.tab.stopped:
                # The page must be gone before scripts may run again.
                self.do("Page.navigate", url="about:blank", seconds=self.seconds)
                self.do("Emulation.setScriptExecutionDisabled", value=False)
                self.tab.stopped = False
            went = self.do("Page.navigate", url=url, seconds=self.seconds)
        except Refused as error:
            raise ToolError(f"{url} could not be opened: {error}") from error
        except Gone:
            raise self.lost() from None
        except Silent:
            self.tab.tell("Page.stopLoading")
            self.alive()
            raise ToolError(f"no answer from {host_of(url)} within {self.seconds:g} s") from None
        if went.get("errorText") and not went.get("isDownload") and went["errorText"] != "net::ERR_ABORTED":
            raise ToolError(f"{url} could not be opened: {str(went['errorText']).removeprefix('net::')[:200]}")

    # ---- what can be done --------------------------------------------------------------------------------------

    def back(self) -> None:
        history = self.do("Page.getNavigationHistory")
        index = int(history.get("currentIndex", 0)) - 1
        entries = history.get("entries") or []
        if not 0 <= index < len(entries) or entries[index].get("url") == "about:blank":
            raise ToolError("there is no page before this one")
        self.do("Page.navigateToHistoryEntry", entryId=entries[index]["id"])

    def click(self, x: float, y: float) -> None:
        """Press and release the mouse; a dialog that opens meanwhile is answered by the pipe's thread."""
        at = {"x": x, "y": y, "button": "left", "clickCount": 1}
        try:
            for kind, button in (("mouseMoved", "none"), ("mousePressed", "left"), ("mouseReleased", "left")):
                self.do("Input.dispatchMouseEvent", type=kind, **{**at, "button": button})
        except Silent:
            self.alive()
        except Refused as error:
            raise ToolError(f"the click was not taken: {error}") from error

    def enter(self) -> None:
        key = {"key": "Enter", "code": "Enter", "windowsVirtualKeyCode": 13, "text": "\r"}
        for kind in ("keyDown", "keyUp"):
            self.do("Input.dispatchKeyEvent", type=kind, **key)

    def attach(self, number: int, path: str) -> None:
        """Put a file of the working folder into a file field."""
        whole = Path(path).resolve()
        if not whole.is_relative_to(Path.cwd()) or not whole.is_file():
            raise ToolError(f"{path}: no file of the working folder")
        self.do("DOM.setFileInputFiles", files=[str(whole)], objectId=self.page(f"file({json.dumps(number)})", False))

    def picture(self, full: bool) -> tuple:
        """Return a picture of what is seen, or of the page from its top: bytes, type, and what was left out."""
        asked: dict = {"format": "png", "optimizeForSpeed": False}
        left = 0
        if full:
            size = self.do("Page.getLayoutMetrics").get("cssContentSize") or {}
            height = int(size.get("height") or chromium.HEIGHT)
            left = max(0, height - PICTURE_HEIGHT)
            clip = {"x": 0, "y": 0, "width": chromium.WIDTH, "height": min(height, PICTURE_HEIGHT), "scale": 1}
            asked.update(captureBeyondViewport=True, clip=clip)
        data = base64.b64decode(self.do("Page.captureScreenshot", seconds=30.0, **asked)["data"])
        if len(data) <= PICTURE_BYTES:
            return data, "image/png", left
        asked.update(format="jpeg", quality=60)
        data = base64.b64decode(self.do("Page.captureScreenshot", seconds=30.0, **asked)["data"])
        if len(data) > PICTURE_BYTES:
            raise ToolError("the picture is too large")
        return data, "image/jpeg", left
