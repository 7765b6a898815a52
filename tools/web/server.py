"""The web tool: GET, POST and any other HTTP request, with logins by host; pages come back as text."""

from __future__ import annotations

import base64
import http.client
import json
import re
import ssl
import zlib
from typing import Any
from urllib.parse import quote, urlencode, urljoin, urlsplit

from mcp_stdio import Call, Image, Tool, ToolError, prop, serve
from page import page_text

SECONDS = 20
REDIRECTS = 5
BODY_LIMIT = 4 << 20
TEXT_LIMIT = 48_000
AGENT = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"
SHOWN = {"image/png", "image/jpeg"}


class Web:
    """Requests with the logins of one episode."""

    def __init__(self, parameters: dict) -> None:
        self.logins = {str(host).lower(): login for host, login in (parameters.get("logins") or {}).items()}
        self.seconds = float(parameters.get("timeout", SECONDS))

    def get(self, call: Call, url: str, image: bool = False) -> Any:
        return self.request("GET", url, {}, None, image)

    def post(self, call: Call, url: str, json: Any = None, form: Any = None) -> Any:
        if (json is None) == (form is None):
            raise ToolError("give either 'json' or 'form'")
        if form is not None:
            return self.request(
                "POST", url, {"Content-Type": "application/x-www-form-urlencoded"}, urlencode(form).encode()
            )
        return self.request("POST", url, {"Content-Type": "application/json"}, dumps(json).encode())

    def any(self, call: Call, method: str, url: str, headers: Any = None, body: str = "") -> Any:
        if not re.fullmatch(r"[A-Za-z]{1,20}", method):
            raise ToolError(f"{method!r} is no HTTP method")
        return self.request(method.upper(), url, headers or {}, body.encode("utf-8", "replace") if body else None)

    def request(self, method: str, url: str, headers: dict, body: Any, image: bool = False) -> Any:
        for _ in range(REDIRECTS + 1):
            status, reason, answered, data, cut = self.once(method, url, headers, body)
            target = answered.get("Location")
            if status not in (301, 302, 303, 307, 308) or not target:
                return show(url, status, reason, answered, data, cut, image)
            if status in (301, 302, 303) and method != "HEAD":
                method, body = "GET", None
                headers = {name: value for name, value in headers.items() if name.lower() != "content-type"}
            there = urljoin(url, target)
            if urlsplit(there).netloc != urlsplit(url).netloc:
                headers = {
                    name: value for name, value in headers.items() if name.lower() not in ("authorization", "cookie")
                }
            url = there
        raise ToolError(f"more than {REDIRECTS} redirects; the last was to {url}")

    def once(self, method: str, url: str, headers: dict, body: Any) -> tuple:
        try:
            parts = urlsplit(url)
            host, port = parts.hostname or "", parts.port
        except ValueError as error:
            raise ToolError(f"{url!r} is no URL: {error}") from error
        if parts.scheme not in ("http", "https") or not host:
            raise ToolError(f"{url!r} is no http or https URL")
        path = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~-._") + (
            "?" + quote(parts.query, safe="/?%:@!$&'()*+,;=~-._[]{}|^") if parts.query else ""
        )
        sent = {"User-Agent": AGENT, "Accept": "*/*", "Accept-Encoding": "gzip, deflate", **self.login(host), **headers}
        try:
            name = host.encode("idna").decode() if not host.isascii() else host
            if parts.scheme == "https":
                connection: http.client.HTTPConnection = http.client.HTTPSConnection(
                    name, port, timeout=self.seconds, context=ssl.create_default_context()
                )
            else:
                connection = http.client.HTTPConnection(name, port, timeout=self.seconds)
            try:
                connection.request(method, path, body, sent)
                response = connection.getresponse()
                data = response.read(BODY_LIMIT + 1)
                return response.status, response.reason, response.headers, data[:BODY_LIMIT], len(data) > BODY_LIMIT
            finally:
                connection.close()
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise ToolError(f"no answer from {host}: {error or type(error).__name__}") from error

    def login(self, host: str) -> dict:
        login = self.logins.get(host.lower())
        if not login:
            return {}
        if login["type"] == "basic":
            pair = f"{login.get('login', '')}:{login.get('password', '')}".encode()
            return {"Authorization": "Basic " + base64.b64encode(pair).decode()}
        if login["type"] == "bearer":
            return {"Authorization": f"Bearer {login.get('token', '')}"}
        return {str(login.get("name", "")): str(login.get("value", ""))}


def dumps(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def unpacked(data: bytes, encoding: str) -> tuple:
    """Return a body unpacked up to the limit, and whether it was cut there."""
    if encoding not in ("gzip", "x-gzip", "deflate") or not data:
        return data, False
    for bits in (47, -15):
        unpacker = zlib.decompressobj(bits)
        try:
            return unpacker.decompress(data, BODY_LIMIT), bool(unpacker.unconsumed_tail)
        except zlib.error:
            continue
    return data, False


def show(url: str, status: int, reason: str, headers: Any, data: bytes, cut: bool, image: bool) -> Any:
    """Return a response as the agent reads it; 4xx and 5xx are honest errors."""
    data, more = unpacked(data, (headers.get("Content-Encoding") or "").lower())
    kind = headers.get_content_type()
    lines = [f"HTTP {status} {reason}", f"URL: {url}", f"Content-Type: {headers.get('Content-Type', 'none')}"]
    if cut or more:
        lines.append(f"[cut after {BODY_LIMIT} bytes]")
    text = readable(data, kind, headers.get_content_charset(), url)
    whole = "\n".join(lines) + "\n\n" + text
    if status >= 400:
        raise ToolError(whole)
    if image and kind in SHOWN:
        return [whole, Image(data, kind)]
    return whole


def readable(data: bytes, kind: str, charset: Any, url: str) -> str:
    if kind == "text/html" or kind == "application/xhtml+xml":
        return page_text(decoded(data, charset or declared(data)), url)
    if kind == "application/json" or kind.endswith("+json"):
        try:
            return shortened(json.dumps(json.loads(data), ensure_ascii=False, indent=2))
        except (ValueError, RecursionError):
            return shortened(decoded(data, charset))
    if kind.startswith("text/") or kind.endswith(("/xml", "+xml", "/javascript", "x-www-form-urlencoded")):
        return shortened(decoded(data, charset))
    if not data:
        return ""
    return (
        f"[image: {kind}, {len(data)} bytes]"
        if kind.startswith("image/")
        else f"[{kind}, {len(data)} bytes, not shown]"
    )


def declared(data: bytes) -> str:
    found = re.search(rb"<meta[^>]{0,200}charset=[\"']?([A-Za-z0-9_-]{2,20})", data[:2048], re.IGNORECASE)
    return found[1].decode() if found else "utf-8"


def decoded(data: bytes, charset: Any) -> str:
    try:
        return data.decode(charset or "utf-8", "replace")
    except LookupError:
        return data.decode("utf-8", "replace")


def shortened(text: str) -> str:
    return text if len(text) <= TEXT_LIMIT else text[:TEXT_LIMIT] + f"\n[{len(text) - TEXT_LIMIT} characters left out]"


def build(parameters: dict, language: str) -> list:
    web = Web(parameters)
    url = prop("string", "Full http or https URL.", "http または https の完全な URL。")
    words = {"type": "object", "additionalProperties": {"type": "string"}}
    return [
        Tool(
            "web_get",
            {
                "en": "Fetch a URL; a page comes back as title, text, links and forms.",
                "ja": "URL を取得する。ページは題名、本文、リンク、フォームになって返る。",
            },
            {"url": url, "image": prop("boolean", "Show a PNG or JPEG image.", "PNG・JPEG 画像を表示する。")},
            web.get,
            ["url"],
        ),
        Tool(
            "web_post",
            {"en": "Post JSON or a form to a URL.", "ja": "URL に JSON またはフォームを送信する。"},
            {
                "url": url,
                "json": prop({}, "Any JSON value.", "任意の JSON 値。"),
                "form": prop(words, "Fields of a form.", "フォームの項目。"),
            },
            web.post,
            ["url"],
        ),
        Tool(
            "web_request",
            {"en": "Make any HTTP request.", "ja": "任意の HTTP リクエストを送る。"},
            {
                "method": prop("string", "GET, POST, PUT, PATCH, DELETE ...", "GET、POST、PUT、PATCH、DELETE など。"),
                "url": url,
                "headers": prop(words, "Request headers.", "リクエストヘッダー。"),
                "body": prop("string", "Request body.", "リクエスト本文。"),
            },
            web.any,
            ["method", "url"],
        ),
    ]


def main() -> None:
    serve("web", build)


if __name__ == "__main__":
    main()
