"""The browser tool: pages as a real browser shows them, with what is on them numbered."""

from __future__ import annotations

import json
import re
import threading
import time
from typing import Any
from urllib.parse import urlsplit

from browser import Browser
from mcp_stdio import Call, Image, Tool, ToolError, prop, serve
from pipe import Gone, Refused, Silent

TEXT_LIMIT = 16_000
"""Characters of one reading."""
FAULTS = {
    "unknown": "nothing on this page has the number {number}; read the page again",
    "gone": "[{number}] is no longer on the page; read it again",
    "unseen": "[{number}] cannot be seen now",
    "covered": "[{number}] is covered by: {by}",
    "locked": "[{number}] cannot be changed",
    "no field": "[{number}] is no field to fill",
    "no select": "[{number}] is no selection list",
    "no option": "[{number}] has no such option, or takes only one; there are: {options}",
    "no form": "[{number}] belongs to no form",
    "invalid": "the form was not sent: {why}",
}


class Tools:
    """The tools of one server; one call at a time."""

    def __init__(self, parameters: dict, language: str) -> None:
        self.browser = Browser(parameters, language)
        self.lock = threading.Lock()

    def act(self, call: Call, act: Any, accept: bool = False, answer: str = "", leaving: bool = False) -> str:
        """Do something to the page, wait until it is ready again, and say what it shows."""
        with self.session(accept, answer, leaving):
            act()
            self.browser.settle(call)
            return self.report()

    def session(self, accept: bool = False, answer: str = "", leaving: bool = False) -> Session:
        return Session(self.lock, self.browser, accept, answer, leaving)

    def report(self, offset: int = 0) -> str:
        found = self.browser.page("read()")
        text = re.sub(r"[ \t]*\n\s*", "\n", re.sub(r"[ \t]+", " ", str(found["text"]))).strip()
        head = [f"URL: {found['url']}", f"Title: {found['title']}"]
        if self.browser.tab.status >= 400:
            head.append(f"HTTP {self.browser.tab.status}")
        head += [f"Note: {note}" for note in self.browser.tab.taken_notes()]
        part = text[offset : offset + TEXT_LIMIT]
        left = len(text) - offset - len(part)
        if left > 0:
            part += f"\n[{left} more characters: read with offset {offset + len(part)}]"
        return "\n".join([*head, "", part, *filter(None, [str(found["cut"])])])

    def sure(self, number: int, found: Any) -> dict:
        """Return what page.js found, or raise the fault it names."""
        if isinstance(found, dict) and found.get("fault") in FAULTS:
            listed = {key: "; ".join(map(str, found.get(key) or ())) for key in ("options", "why")}
            raise ToolError(FAULTS[found["fault"]].format(number=number, by=found.get("by", ""), **listed))
        return found or {}

    def open(self, call: Call, url: str) -> str:
        try:
            parts = urlsplit(url.strip())
            host = parts.hostname
        except ValueError as error:
            raise ToolError(f"{url!r} is no URL: {error}") from error
        if parts.scheme not in ("http", "https") or not host:
            raise ToolError(
                f"{url!r} is no http or https URL. Others are refused: files are for the files tool, which shows "
                "only the working folder, and the browser's own pages would change how it is confined."
            )
        return self.act(call, lambda: self.browser.go(url.strip()), leaving=True)

    def read(self, call: Call, offset: int = 0) -> str:
        with self.session():
            return self.report(offset)

    def click(self, call: Call, number: int, accept: bool = False, answer: str = "") -> str:
        def act() -> None:
            place = self.sure(number, self.browser.page(f"place({number})"))
            if place.get("disabled"):
                raise ToolError(f"[{number}] is disabled")
            if place.get("tag") == "SELECT" or place.get("type") in ("file", "color", "date"):
                raise ToolError(f"[{number}] would open a window of the system; use browser_select or browser_fill")
            self.browser.page(f"stay({number})")
            self.browser.click(float(place["x"]), float(place["y"]))

        return self.act(call, act, accept, answer)

    def fill(self, call: Call, number: int, text: str) -> str:
        def act() -> None:
            done = self.sure(number, self.browser.page(f"prepare({number}, {json.dumps(text)})"))
            if done["how"] == "file":
                self.browser.attach(number, text)
            elif done["how"] == "type":
                self.browser.do("Input.insertText", text=text)
            elif text and done["value"] != text:
                raise ToolError(f"[{number}] does not take {text!r}; it now holds {done['value']!r}")

        return self.act(call, act)

    def select(self, call: Call, number: int, options: list) -> str:
        wanted = json.dumps(options)
        return self.act(call, lambda: self.sure(number, self.browser.page(f"choose({number}, {wanted})")))

    def submit(self, call: Call, number: int, accept: bool = False, answer: str = "") -> str:
        def act() -> None:
            if self.sure(number, self.browser.page(f"submit({number})")).get("how") == "enter":
                self.browser.enter()

        return self.act(call, act, accept, answer)

    def back(self, call: Call) -> str:
        return self.act(call, self.browser.back)

    def scroll(self, call: Call, to: str) -> str:
        def act() -> None:
            now = self.browser.page(f"scroll({json.dumps(to)})")
            self.browser.tab.note(f"now seen: pixels {now['from']} to {now['to']} of {now['height']}")

        return self.act(call, act)

    def screenshot(self, call: Call, full: bool = False) -> list:
        with self.session():
            data, kind, left = self.browser.picture(full)
            cut = f"; {left} pixels below are left out" if left else ""
            notes = "".join(f"\nNote: {note}" for note in self.browser.tab.taken_notes())
            return [f"URL: {self.browser.tab.url}\n{kind}, {len(data)} bytes{cut}{notes}", Image(data, kind)]

    def wait_for(self, call: Call, text: str, timeout: float = 10) -> str:
        with self.session():
            deadline = time.monotonic() + timeout
            while not self.browser.page(f"has({json.dumps(text)})"):
                if call.cancelled.is_set() or time.monotonic() > deadline:
                    raise ToolError(f"the text did not appear within {timeout:g} s\n\n{self.report()}")
                time.sleep(0.1)
            return self.report()


class Session:
    """One call at the browser: others wait; what goes wrong in between is told honestly."""

    def __init__(self, lock: threading.Lock, browser: Browser, accept: bool, answer: str, leaving: bool) -> None:
        self.lock, self.browser = lock, browser
        self.accept, self.answer, self.leaving = accept, answer, leaving

    def __enter__(self) -> None:
        if not self.lock.acquire(timeout=60):
            raise ToolError("the browser is still busy with another call")
        try:
            self.browser.ready(self.leaving)
            self.browser.tab.begin(self.accept, self.answer)
        except BaseException:
            self.lock.release()
            raise

    def __exit__(self, kind: Any, error: Any, trace: Any) -> None:
        self.lock.release()
        if isinstance(error, Gone):
            raise ToolError("the browser has ended; open a page to begin anew") from error
        if isinstance(error, Silent):
            raise ToolError(f"the page did not answer in time ({error})") from error
        if isinstance(error, Refused):
            raise ToolError(f"the browser could not do it: {error}") from error


def build(parameters: dict, language: str) -> list:
    tools = Tools(parameters, language)
    number = prop("integer", "Its number in the page's text.", "ページの文章に付いた番号。", minimum=1)
    accept = prop(
        "boolean",
        "Answer confirmations with OK; otherwise with Cancel.",
        "確認ダイアログに OK と答える。省略時はキャンセル。",
    )
    answer = prop("string", "What to answer where a dialog asks for text.", "入力ダイアログに答える文字。")
    return [
        Tool(
            "browser_open",
            {
                "en": "Open a page in the browser and return its visible text after its scripts have run. "
                "Links, buttons and fields are numbered.",
                "ja": "ブラウザーでページを開き、スクリプト実行後に見える文章を返す。"
                "リンク、ボタン、入力欄には番号が付く。",
            },
            {"url": prop("string", "Full http or https URL.", "http または https の完全な URL。")},
            tools.open,
            ["url"],
        ),
        Tool(
            "browser_read",
            {"en": "Read the page as it is now.", "ja": "現在のページを読む。"},
            {"offset": prop("integer", "Characters to skip.", "読み飛ばす文字数。", minimum=0)},
            tools.read,
        ),
        Tool(
            "browser_click",
            {"en": "Click a link, a button or another numbered thing.", "ja": "番号の付いたリンクやボタンを押す。"},
            {"number": number, "accept": accept, "answer": answer},
            tools.click,
            ["number"],
        ),
        Tool(
            "browser_fill",
            {
                "en": "Replace the content of a field. For a file field: a path in the working folder.",
                "ja": "入力欄の内容を置き換える。ファイル欄には作業フォルダのパスを渡す。",
            },
            {"number": number, "text": prop("string", "The new content.", "新しい内容。")},
            tools.fill,
            ["number", "text"],
        ),
        Tool(
            "browser_select",
            {"en": "Choose from a selection list.", "ja": "選択リストから選ぶ。"},
            {
                "number": number,
                "options": prop(
                    {"type": "array", "items": {"type": "string"}},
                    "What to choose, by the shown words.",
                    "選ぶ項目。表示された言葉で。",
                ),
            },
            tools.select,
            ["number", "options"],
        ),
        Tool(
            "browser_submit",
            {
                "en": "Send the form that a numbered field or button belongs to.",
                "ja": "番号の入力欄やボタンが属するフォームを送信する。",
            },
            {"number": number, "accept": accept, "answer": answer},
            tools.submit,
            ["number"],
        ),
        Tool("browser_back", {"en": "Go back one page.", "ja": "前のページに戻る。"}, {}, tools.back),
        Tool(
            "browser_scroll",
            {"en": "Scroll the page by a screen, or to an end.", "ja": "一画面分、または端までスクロールする。"},
            {
                "to": prop(
                    {"type": "string", "enum": ["up", "down", "top", "bottom"]}, "Where to.", "スクロールする向き。"
                )
            },
            tools.scroll,
            ["to"],
        ),
        Tool(
            "browser_screenshot",
            {"en": "Take a picture of the page.", "ja": "ページの画像を撮る。"},
            {
                "full": prop(
                    "boolean",
                    "The whole page from its top, not only what is seen now.",
                    "今見える範囲だけでなく、ページ全体。",
                )
            },
            tools.screenshot,
        ),
        Tool(
            "browser_wait_for",
            {"en": "Wait until a text appears on the page.", "ja": "文字がページに現れるまで待つ。"},
            {
                "text": prop("string", "The text.", "待つ文字。"),
                "timeout": prop(
                    "number",
                    "Seconds to wait; 10 when left out.",
                    "待つ秒数。省略時は 10。",
                    minimum=0.1,
                    maximum=60,
                ),
            },
            tools.wait_for,
            ["text"],
        ),
    ]


def main() -> None:
    serve("browser", build)


if __name__ == "__main__":
    main()
