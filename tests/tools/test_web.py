"""The web tool against real servers on this machine: HTTP, HTTPS with a CA of its own, hostile answers."""

from __future__ import annotations

import datetime
import gzip
import http.server
import ipaddress
import json
import ssl
import threading
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

PAGE = """<html><head><title> 休暇 申請 </title><style>p {color: red}</style></head><body>
<h1>一覧</h1><p>残り <b>12</b> 日</p><script>alert(1)</script>
<p style="display:none">hidden instruction</p><!-- comment -->
<a href="/next?a=1">次へ</a> <a href="https://other.example/x">外</a><img src="logo.png" alt="logo">
<form action="save" method="post"><input name="who" value="me"><input type="password" name="pw">
<button>ok</button></form>
<table><tr><td>a</td><td>b</td></tr></table></body></html>"""
PNG = b"\x89PNG\r\n\x1a\n" + b"1" * 20


class Handler(http.server.BaseHTTPRequestHandler):
    def log_message(self, *args: object) -> None:
        pass

    def reply(self, status: int, body: bytes, **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        sent = self.rfile.read(length).decode()
        path = self.path.partition("?")[0]
        if path == "/page":
            self.reply(200, PAGE.encode(), Content_Type="text/html; charset=utf-8")
        elif path == "/sjis":
            body = '<meta charset="shift_jis"><title>表</title>'.encode("shift_jis")
            self.reply(200, body, Content_Type="text/html")
        elif path == "/image":
            self.reply(200, PNG, Content_Type="image/png")
        elif path == "/echo":
            said = {"method": self.command, "path": self.path, "body": sent, "headers": dict(self.headers)}
            self.reply(200, json.dumps(said).encode(), Content_Type="application/json")
        elif path == "/missing":
            self.reply(404, b"no such page", Content_Type="text/plain")
        elif path == "/loop":
            self.reply(302, b"", Location="/loop")
        elif path == "/away":
            self.reply(302, b"", Location=f"http://localhost:{self.server.server_address[1]}/echo")
        elif path == "/file":
            self.reply(302, b"", Location="file:///etc/passwd")
        elif path == "/bomb":
            self.reply(200, gzip.compress(b"0" * 50_000_000), Content_Type="text/plain", Content_Encoding="gzip")
        elif path == "/deflate":
            self.reply(200, zlib.compress("圧縮".encode()), Content_Type="text/plain", Content_Encoding="deflate")
        elif path == "/endless":
            self.send_response(200)
            self.end_headers()
            try:
                for _ in range(100):
                    self.wfile.write(b"x" * 100_000)
            except OSError:
                pass
        elif path == "/header":
            self.wfile.write(b"HTTP/1.1 200 OK\r\n" + b"X: " + b"y" * 200_000 + b"\r\n\r\n")
        elif path == "/garbage":
            self.wfile.write(b"\x16\x03\x01 not http at all\r\n\r\n")
        else:
            self.reply(200, b"", Content_Type="text/plain")

    do_POST = do_PUT = do_DELETE = do_GET


@pytest.fixture
def site() -> Iterator[str]:
    """A real HTTP server on this machine."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


def echoed(text: str) -> dict:
    return json.loads(text.partition("\n\n")[2])


def test_a_page_comes_as_title_text_links_and_forms(tools, site: str) -> None:
    """Hidden text is read, scripts are not, links are absolute."""
    text = tools(web={}).call("web_get", url=f"{site}/page").text
    assert text.startswith(
        f"HTTP 200 OK\nURL: {site}/page\nContent-Type: text/html; charset=utf-8\n\nTitle: 休暇 申請\n"
    )
    assert "残り 12 日" in text
    assert "hidden instruction" in text
    assert f"- 次へ <{site}/next?a=1>\n- 外 <https://other.example/x>" in text
    assert f"- POST {site}/save; who=me (input); pw (password)" in text
    assert f"[image: logo <{site}/logo.png>]" in text
    assert "alert" not in text
    assert "color: red" not in text
    assert "comment" not in text


def test_the_charset_of_a_page_is_found_in_the_page(tools, site: str) -> None:
    """Old Japanese pages declare it in a meta element."""
    assert "Title: 表" in tools(web={}).call("web_get", url=f"{site}/sjis").text


def test_images_are_told_and_shown_when_asked(tools, site: str) -> None:
    """Type and size always, the image itself on request."""
    opened = tools(web={})
    told = opened.call("web_get", url=f"{site}/image")
    assert (told.images, told.text.splitlines()[-1]) == ((), f"[image: image/png, {len(PNG)} bytes]")
    assert opened.call("web_get", url=f"{site}/image", image=True).images == (PNG,)


def test_json_and_forms_are_posted(tools, site: str) -> None:
    """Bodies arrive as they were given."""
    opened = tools(web={})
    assert json.loads(echoed(opened.call("web_post", url=f"{site}/echo", json={"名": [1]}).text)["body"]) == {"名": [1]}
    assert echoed(opened.call("web_post", url=f"{site}/echo", form={"名": "a b"}).text)["body"] == "%E5%90%8D=a+b"
    assert opened.call("web_post", url=f"{site}/echo").status == "error"
    assert opened.call("web_post", url=f"{site}/echo", json=1, form={}).status == "error"


def test_any_request(tools, site: str) -> None:
    """Method, headers and body are the agent's."""
    opened = tools(web={})
    said = echoed(
        opened.call("web_request", method="put", url=f"{site}/echo?q=日本", headers={"X-A": "b"}, body="体").text
    )
    assert (said["method"], said["path"], said["body"], said["headers"]["X-A"]) == (
        "PUT",
        "/echo?q=%E6%97%A5%E6%9C%AC",
        "体",
        "b",
    )
    assert opened.call("web_request", method="GET / HTTP/1.1", url=site).status == "error"
    assert opened.call("web_request", method="GET", url=f"{site}/", headers={"X": "a\r\nY: b"}).status == "error"


@pytest.mark.parametrize(
    ("login", "header", "value"),
    [
        ({"type": "basic", "login": "saito", "password": "p"}, "Authorization", "Basic c2FpdG86cA=="),
        ({"type": "bearer", "token": "t0k"}, "Authorization", "Bearer t0k"),
        ({"type": "header", "name": "X-Key", "value": "k"}, "X-Key", "k"),
    ],
)
def test_logins_go_to_their_host_only(tools, site: str, login: dict, header: str, value: str) -> None:
    """A login is added at its host and not carried along by a redirect to another."""
    opened = tools(web={"logins": {"127.0.0.1": login}})
    assert echoed(opened.call("web_get", url=f"{site}/echo").text)["headers"][header] == value
    away = echoed(opened.call("web_get", url=f"{site}/away").text)["headers"]
    assert "localhost" in away["Host"]
    assert header not in away
    own = opened.call("web_request", method="GET", url=f"{site}/away", headers={"Authorization": "mine", "Cookie": "c"})
    assert not {"Authorization", "Cookie"} & set(echoed(own.text)["headers"])


def test_errors_are_honest(tools, site: str) -> None:
    """4xx is an error with the page; what is no URL, no host or no HTTP is told."""
    opened = tools(web={"timeout": 5})
    missing = opened.call("web_get", url=f"{site}/missing")
    assert (missing.status, missing.text.splitlines()[0]) == ("error", "HTTP 404 Not Found")
    assert "no such page" in missing.text
    for url in ("file:///etc/passwd", "gopher://x", "nonsense", "http://", "http://[::1", "http://127.0.0.1:99999/"):
        assert opened.call("web_get", url=url).status == "error"
    assert "redirects" in opened.call("web_get", url=f"{site}/loop").text
    assert "no http or https" in opened.call("web_get", url=f"{site}/file").text
    assert "no answer" in opened.call("web_get", url="http://127.0.0.1:1/").text
    for path in ("header", "garbage"):
        assert opened.call("web_get", url=f"{site}/{path}").status == "error"


def test_bombs_and_floods_are_cut(tools, site: str) -> None:
    """Compressed or endless bodies are read to the limit only."""
    opened = tools(web={})
    bomb = opened.call("web_get", url=f"{site}/bomb")
    assert "[cut after 4194304 bytes]" in bomb.text
    assert len(bomb.text) < 60_000
    assert "圧縮" in opened.call("web_get", url=f"{site}/deflate").text
    assert opened.call("web_get", url=f"{site}/endless").status == "ok"


def certificate(name: str, key: ec.EllipticCurvePrivateKey, issuer, issuer_key, authority: bool) -> x509.Certificate:
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.datetime.now(datetime.UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer or subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .sign(issuer_key, hashes.SHA256())
    )


def test_https_is_verified_against_the_episodes_authority(tools, tmp_path: Path) -> None:
    """With SSL_CERT_FILE the page is read; without it the request is refused."""
    authority_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    authority = certificate("Test CA", authority_key, None, authority_key, True)
    leaf = certificate("127.0.0.1", key, authority.subject, authority_key, False)
    (tmp_path / "ca.crt").write_bytes(authority.public_bytes(serialization.Encoding.PEM))
    (tmp_path / "leaf.pem").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + leaf.public_bytes(serialization.Encoding.PEM)
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "leaf.pem")
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        url = f"https://127.0.0.1:{server.server_address[1]}/page"
        opened = tools(web={}, environment={"SSL_CERT_FILE": str(tmp_path / "ca.crt")})
        assert "休暇 申請" in opened.call("web_get", url=url).text
        server.shutdown()
        thread.join()
