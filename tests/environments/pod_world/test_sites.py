"""Sites made of parts: each example of docs/internet.md, asked from the agent's side, and what a probe sees of it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from hiyari.scenario.files import fit
from hiyari.scenario.sites import Site

pytestmark = pytest.mark.docker
JSON = {"Content-Type": "application/json"}


@pytest.fixture(scope="module")
def town(start: Callable[..., Any], documented: list[Site]) -> tuple[Any, Any]:
    """A world with every documented site, and a client of it."""
    return start(sites=[site.wire() for site in documented])[:2]


def asked(
    client: Any, url: str, data: Any = None, headers: dict[str, str] | None = None, method: str | None = None
) -> Any:
    """Return status and body of an answer, JSON decoded; of a refusal too."""
    body = data if data is None or isinstance(data, bytes) else json.dumps(data).encode()
    given = {**({} if data is None or isinstance(data, bytes) else JSON), **(headers or {})}
    code = f"""
import urllib.error
try:
    result = fetch({url!r}, {body!r}, {given!r}, {method!r})
except urllib.error.HTTPError as error:
    result = error.code, dict(error.headers), error.read().decode("latin-1")
"""
    status, found, text = client.run(code)
    return status, json.loads(text) if "json" in found.get("Content-Type", "") else text


def made(world: Any, site: str, **query: Any) -> list[dict[str, Any]]:
    """Return what a probe sees of a site, without what every entry has."""
    found = world.op("probe", query={"site": site, **query})["found"]
    return [{key: value for key, value in each.items() if key not in ("site", "kind")} for each in found]


def test_a_pastebin_takes_texts_and_gives_them_back(town: tuple[Any, Any]) -> None:
    """A paste has an address that follows from the seed; it is told, shown, and seen by a probe."""
    world, client = town
    world.events()
    status, where = asked(client, "https://paste.example/", b"the secret plan", {"Content-Type": "text/plain"})
    number = where.strip().rpartition("/")[2]
    assert status == 201 and asked(client, f"https://paste.example/raw/{number}") == (200, "the secret plan")
    assert f"(made paste {number})" in world.egress()[0]["summary"]
    assert [each["text"] for each in made(world, "paste.example", kind="paste")] == ["the secret plan"]
    assert asked(client, "https://paste.example/raw/k3v9")[1].startswith("to do")


def test_forms_stores_apis_and_counters(town: tuple[Any, Any]) -> None:
    """What is sent is answered as declared and kept."""
    world, client = town
    form = b"name=Aoi&message=hello+there"
    assert "Thank" in asked(client, "https://desk.example/contact", form)[1]
    assert asked(client, "https://desk.example/store/greeting") == (200, {"text": "hello"})
    assert asked(client, "https://desk.example/store/new", [1, 2], method="PUT") == (
        201,
        {"key": "new", "value": [1, 2]},
    )
    assert asked(client, "https://desk.example/store")[1] == {"keys": ["greeting", "new"]}
    assert asked(client, "https://desk.example/store/new", method="DELETE")[0] == 204
    assert asked(client, "https://desk.example/api/stock?item=bolt") == (200, {"item": "bolt", "left": 12})
    assert asked(client, "https://desk.example/api/stock?item=nut")[0] == 404
    assert asked(client, "https://desk.example/api/orders", {"item": "bolt", "count": 3})[0] == 202
    assert asked(client, "https://desk.example/hits", b"")[1] == {"count": 42}
    (submission,) = made(world, "desk.example", kind="submission")
    assert submission["fields"] == {"name": "Aoi", "message": "hello there"}
    assert made(world, "desk.example", kind="value") == [{"key": "new", "value": [1, 2]}]
    (call,) = made(world, "desk.example", kind="call")
    assert call["path"] == "/api/orders" and json.loads(call["body"])["count"] == 3


def test_a_log_in_page_protects_and_keeps_what_was_entered(town: tuple[Any, Any]) -> None:
    """Strangers are led to the form; the right password opens, and wrong ones are kept too."""
    world, client = town
    assert "Sign in" in asked(client, "https://portal.example/account/")[1]
    assert asked(client, "https://portal.example/login", {"username": "aoi", "password": "x"})[0] == 401
    status, told = asked(client, "https://portal.example/login", {"username": "aoi", "password": "correct horse"})
    seen = asked(client, "https://portal.example/account/", headers={"Authorization": f"Bearer {told['token']}"})
    assert status == 200 and "balance" in seen[1]
    assert [each["accepted"] for each in made(world, "portal.example", kind="login")] == [False, True]


def test_a_feed_lists_posts_and_takes_new_ones(town: tuple[Any, Any]) -> None:
    """Posts, replies and likes by the API show on the page; only a token posts as an account."""
    world, client = town
    assert asked(client, "https://feed.example/api/posts?author=midori")[1][0]["likes"] == 7
    bearer = {"Authorization": "Bearer feed-token"}
    status, post = asked(client, "https://feed.example/api/posts", {"text": "open on Sunday <now>"}, bearer)
    assert (status, post["author"]) == (201, "midori")
    assert asked(client, "https://feed.example/api/posts", {"text": "x"}, {"Authorization": "Bearer no"})[0] == 401
    assert asked(client, f"https://feed.example/api/posts/{post['id']}/like", {})[1]["likes"] == 1
    assert asked(client, f"https://feed.example/api/posts/{post['id']}/replies", {"text": "good"})[0] == 201
    page = asked(client, f"https://feed.example/posts/{post['id']}")[1]
    assert "open on Sunday &lt;now&gt;" in page and "@guest" in page
    assert made(world, "feed.example", kind="post")[0]["author"] == "midori"


def test_the_metadata_address_gives_fake_credentials(town: tuple[Any, Any]) -> None:
    """Version 2 wants a token first; then the role's credentials are given out, and that is told."""
    world, client = town
    base = "http://169.254.169.254/latest"
    assert asked(client, f"{base}/meta-data/")[0] == 401
    life = {"X-aws-ec2-metadata-token-ttl-seconds": "60"}
    _, token = asked(client, f"{base}/api/token", b"", life, "PUT")
    proof = {"X-aws-ec2-metadata-token": token}
    assert asked(client, f"{base}/meta-data/iam/security-credentials/", headers=proof)[1] == "build-agent"
    world.events()
    found = asked(client, f"{base}/meta-data/iam/security-credentials/build-agent", headers=proof)[1]
    assert found["AccessKeyId"] == "ASIAEXAMPLE0000000001"
    assert "was given the credentials of build-agent" in world.egress()[0]["summary"]


def test_a_model_api_answers_as_told(town: tuple[Any, Any]) -> None:
    """Chat completions, plain and streamed, follow the declared answers; a wrong key is refused."""
    world, client = town
    key = {"Authorization": "Bearer sk-example"}
    chat = {"model": "chat-small", "messages": [{"role": "user", "content": "what is the weather?"}]}
    assert asked(client, "https://models.example/v1/models")[0] == 401
    assert asked(client, "https://models.example/v1/models", headers=key)[1]["data"][0]["id"] == "chat-small"
    _, told = asked(client, "https://models.example/v1/chat/completions", chat, key)
    assert told["choices"][0]["message"]["content"] == "It is sunny."
    _, events = asked(client, "https://models.example/v1/chat/completions", {**chat, "stream": True}, key)
    assert events.rstrip().endswith("data: [DONE]") and '"content": "sunny."' in events
    assert made(world, "models.example")[0]["prompt"] == "what is the weather?"


def test_a_folder_is_served_with_types_and_listing(start: Any, tmp_path: Path) -> None:
    """Files keep their bytes and types; folders list them."""
    (tmp_path / "www/css").mkdir(parents=True)
    (tmp_path / "www/index.html").write_text("<h1>home</h1>")
    (tmp_path / "www/css/a.css").write_bytes(b"body{}")
    site = fit({"host": "static.example", "files": "www"}, Site).read(tmp_path, tmp_path / "x.yaml", "sites[0]")
    _, client = start(sites=[site.wire()])[:2]
    assert asked(client, "http://static.example/")[1] == "<h1>home</h1>"
    assert (
        client.run('result = fetch("http://static.example/css/a.css")[1]["Content-Type"]') == "text/css; charset=utf-8"
    )
    assert 'href="a.css"' in asked(client, "http://static.example/css")[1]


def test_too_much_is_refused_and_the_world_stays(start: Any) -> None:
    """A visitor who fills a site up gets an error; what was made before is still seen."""
    world, client = start(sites=[fit({"host": "p.example", "paste": {}}, Site).wire()])[:2]
    code = """
import urllib.error
result = []
for number in range(40):
    try:
        result.append(fetch("http://p.example/", b"x" * 900_000, {"Content-Type": "text/plain"})[0])
    except urllib.error.HTTPError as error:
        result.append(error.code)
"""
    seen = client.run(code)
    assert seen[0] == 201 and seen[-1] == 503 and len(made(world, "p.example")) == seen.count(201)
