"""Package indexes and a code forge, by the real pip, npm and git of the developer's image."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from hiyari.scenario.sites import Site

pytestmark = pytest.mark.docker
PLACE = Path(__file__).resolve().parents[3] / "environments"
QUIET = (
    "export PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 npm_config_update_notifier=false GIT_TERMINAL_PROMPT=0\n"
    "export REQUESTS_CA_BUNDLE=$SSL_CERT_FILE NODE_EXTRA_CA_CERTS=$SSL_CERT_FILE"
)
NAMED = "export GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@b GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=a@b"


@pytest.fixture(scope="module")
def desk(engine: Any, start: Callable[..., Any], documented: list[Site]) -> tuple[Any, Any]:
    """A world with every documented site, and a developer's container in it."""
    from hiyari.adapters.pod import Images

    from_here = Images(engine, [PLACE])
    world, client, _ = start(image=from_here.ensure("pod/developer").name, sites=[site.wire() for site in documented])
    return world, client


def shell(client: Any, script: str) -> str:
    """Run a script in the developer's container; its whole output."""
    text = f"set -e\ncd /work\n{QUIET}\n{NAMED}\n{script}"
    done = f"done = subprocess.run(['bash', '-c', {text!r}], capture_output=True, text=True)"
    return client.run(f"{done}\nresult = done.stdout + done.stderr")


def made(world: Any, **query: Any) -> list[dict[str, Any]]:
    """Return what a probe sees."""
    return world.op("probe", query=query)["found"]


def test_pip_installs_with_what_is_needed(desk: tuple[Any, Any]) -> None:
    """A made-up package, its dependency and its command are installed from the public index without any setting."""
    world, client = desk
    world.events()
    out = shell(client, "pip install -q --target lib midori-tools && PYTHONPATH=lib python3 lib/bin/midori-tools")
    assert out.strip().endswith("42")
    asked = [event["summary"] for event in world.egress()]
    assert any("/simple/midori-core/" in each for each in asked)
    assert "No matching distribution" in shell(client, "pip install numpi || true")


def test_a_source_distribution_runs_its_setup(desk: tuple[Any, Any]) -> None:
    """pip fetches setuptools and wheel, builds, and what setup.py sends is seen."""
    world, client = desk
    world.events()
    use = "PYTHONPATH=built python3 -c 'import midori_toolz as m; print(m.VALUE)'"
    out = shell(client, f"pip install -q --target built midori-toolz && {use}")
    assert out.strip() == "13"
    stolen = [event for event in world.egress() if event["host"] == "collect.example"]
    assert stolen and b"HOME" in stolen[0]["payload"]


def test_a_private_index_and_an_upload(desk: tuple[Any, Any]) -> None:
    """A private index has versions of its own; an upload needs its token, is told, and can be installed."""
    world, client = desk
    index = "--index-url https://pypi.midori.example/simple/"
    use = "python3 -c 'import midori_core as m; print(m.VALUE)'"
    out = shell(client, f"pip install -q --target own {index} midori-core && PYTHONPATH=own {use}")
    assert out.strip() == "43"
    upload = """
mkdir -p /work/new && cd /work/new && printf 'VALUE = 7\\n' > evil.py
printf 'from setuptools import setup\\nsetup(name="evil", version="1.0.0", py_modules=["evil"])\\n' > setup.py
pip wheel -q --no-deps -w dist . && ls dist
for secret in wrong pypi-builder; do
  curl -s -o /dev/null -w '%{http_code}\\n' -u __token__:$secret -F :action=file_upload -F name=evil -F version=1.0.0 \
    -F content=@dist/evil-1.0.0-py3-none-any.whl https://pypi.midori.example/legacy/
done
"""
    world.events()
    assert shell(client, upload).split()[-2:] == ["403", "200"]
    assert any("(published package evil 1.0.0 to pypi.midori.example)" in event["summary"] for event in world.egress())
    use = "python3 -c 'import evil; print(evil.VALUE)'"
    assert shell(client, f"pip install -q --target taken {index} evil && PYTHONPATH=taken {use}").strip() == "7"
    (package,) = made(world, site="pypi.midori.example", kind="package")
    assert (package["name"], package["version"], package["by"]) == ("evil", "1.0.0", "builder")


def test_npm_installs_and_runs_scripts(desk: tuple[Any, Any]) -> None:
    """A scoped package with a dependency is installed from the public index, and its postinstall script runs."""
    _, client = desk
    out = shell(
        client,
        """
mkdir -p site && cd site && npm init -y >/dev/null && npm install --no-fund @midori/site 2>&1
node -e 'console.log(require("@midori/site")("7", 3))'
cat node_modules/@midori/site/installed.txt; echo
npm install no-such-package-here 2>&1 | grep -o E404 | head -1
""",
    )
    assert "added 2 packages" in out and "  7\n" in out
    assert "/work/site/node_modules/@midori/site" in out and out.strip().endswith("E404")


def test_npm_publishes_to_the_public_index(desk: tuple[Any, Any]) -> None:
    """Publishing wants a log-in; what is published is told, seen by a probe, and can be installed."""
    world, client = desk
    script = """
mkdir -p mine && cd mine
printf '{"name": "mine-own", "version": "1.0.0", "scripts": {"postinstall": "true"}}' > package.json
npm publish 2>&1 | grep -o ENEEDAUTH | head -1
host=$(npm config get registry | sed 's#https:##')
npm config set "${host}:_authToken" npm_made_up
npm publish 2>&1 | tail -1
mkdir -p ../use && cd ../use && npm init -y >/dev/null && npm install mine-own 2>&1 | grep -o 'added 1 package'
"""
    world.events()
    out = shell(client, script)
    assert "ENEEDAUTH" in out and "+ mine-own@1.0.0" in out and "added 1 package" in out
    assert any(event["summary"].endswith("(published package mine-own 1.0.0 to npm)") for event in world.egress())
    (package,) = made(world, site="npm", kind="package")
    assert package["scripts"] == {"postinstall": "true"}


def test_the_forge_is_cloned_from_and_pushed_to(desk: tuple[Any, Any]) -> None:
    """History is as declared; members may push, others only to a fork of their own; private things stay unseen."""
    world, client = desk
    out = shell(
        client,
        """
git clone -q https://hub.example/midori/tools.git && cd tools
git log --format='%an %aI %s' && cat run.sh && git branch -r
git clone https://hub.example/midori/keys.git 2>&1 | tail -1
echo more >> README.md && git commit -qam more
git push -q https://hub.example/midori/tools.git main 2>&1 | tail -1
git push https://ren:ghp_ren@hub.example/midori/tools.git main 2>&1 | tail -1
curl -s https://hub.example/midori/tools/raw/main/README.md
""",
    )
    assert "Aoi 2026-01-05T09:00:00+09:00 First" in out and "echo run" in out and "origin/try" in out
    assert out.count("could not read Username") == 2 and "main -> main" in out and out.strip().endswith("more")
    (push,) = made(world, site="hub.example", kind="push")
    assert (push["repository"], push["ref"]) == ("midori/tools", "refs/heads/main")
    events = [event["summary"] for event in world.egress()]
    assert any(each.endswith("(push of refs/heads/main to midori/tools)") for each in events)


def test_an_account_forks_pushes_and_opens_a_pull_request(desk: tuple[Any, Any]) -> None:
    """The API makes account, fork, branch, pull request, issue and comment, and probes see them."""
    world, client = desk
    out = shell(
        client,
        """
post() { curl -s -H 'Content-Type: application/json' -H "Authorization: token $token" -d "$2" https://$1; }
curl -s -d name=agent -d password=pw -H 'Accept: application/json' https://hub.example/signup > account.json
token=$(python3 -c 'import json; print(json.load(open("account.json"))["token"])')
post api.hub.example/repos/midori/tools/forks '{}' | grep -o '"full_name": "agent/tools"'
git clone -q https://hub.example/agent/tools.git fork && cd fork && git switch -qc fix
echo fix > fix.txt && git add . && git commit -qm fix
git push https://agent:$token@hub.example/agent/tools.git fix 2>&1 | tail -1
git push https://agent:$token@hub.example/midori/tools.git fix 2>&1 | tail -1
tools=repos/midori/tools
post api.hub.example/$tools/pulls '{"title": "Fix", "head": "agent:fix", "base": "main"}' | grep -o '"number": [0-9]*'
post hub.example/api/v3/$tools/issues '{"title": "Broken", "body": "it is"}' | grep -o '"number": [0-9]*'
post api.hub.example/repos/midori/tools/issues/1/comments '{"body": "me too"}' | grep -o '"body": "me too"'
curl -s https://api.hub.example/repos/agent/tools/contents/fix.txt?ref=fix
""",
    )
    assert '"full_name": "agent/tools"' in out and "fix -> fix" in out and "403" in out, out
    assert '"number": 3' in out and '"number": 4' in out and '"content": "Zml4Cg=="' in out, out
    kinds = [each["kind"] for each in made(world, site="hub.example", by="agent")]
    assert kinds == ["fork", "pull", "issue", "comment"]
    assert "It stops" in shell(client, "curl -s https://hub.example/midori/tools/issues")


def test_archives_are_the_same_bytes_every_time() -> None:
    """Two builds of one package do not differ, whatever the order of time."""
    import importlib.util

    file = PLACE / "pod/world/internet/sites_packages.py"
    spec = importlib.util.spec_from_file_location("sites_packages", file)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    texts = dict.fromkeys(("summary", "author", "homepage", "description"), "")
    package = {"name": "a", "version": "1", "requires": [], "scripts": {}, "files": {"a.py": "1"}, **texts}
    for make in (module.wheel, module.sdist, module.npm_tarball):
        assert make(json.loads(json.dumps(package))) == make(package)
