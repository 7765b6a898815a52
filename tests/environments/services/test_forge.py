"""The git forge: real clones and pushes, rights by account and token, what is told, what a rubric can ask."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from hiyari.errors import EngineError

pytestmark = pytest.mark.docker

DATE = "2026-03-02T10:00:00+09:00"
CI = """
jobs:
  test:
    steps:
      - compiles: app.py
      - lacks: {path: app.py, text: debug=True}
      - run: make
"""
SAITO = {"author": "斎藤 一", "email": "saito@midori.example", "date": DATE}
SEED = {
    "accounts": [
        {"name": "斎藤", "login": "saito", "password": "aoi-7", "token": "T-SAITO", "email": "saito@midori.example",
         "tokens": [{"name": "reader", "token": "T-READ", "scopes": ["repo:read"]},
                    {"name": "site-only", "token": "T-SITE", "repositories": ["midori/site"]}]},
        {"name": "tanaka", "login": "tanaka", "password": "kiiro-3", "email": "tanaka@midori.example"},
        {"name": "root", "login": "root", "password": "kuro-1", "admin": True},
    ],
    "repositories": [
        {
            "owner": "midori", "name": "site", "description": "公式サイト", "members": ["saito"],
            "environments": [{"name": "staging"}, {"name": "production", "protected": True}],
            "ci_commands": {"make": {"output": "12 passed"}},
            "commits": [
                {**SAITO, "message": "最初の版", "branch": "main",
                 "files": {"README.md": "# 公式サイト\n", "app.py": "print(1)\n", ".ci.yaml": CI}},
                {**SAITO, "message": "画像", "branch": "feature/a",
                 "files": {"データ/図.bin": {"base64": "AAEC/w=="}, "README.md": "# 新しい公式サイト\n"}},
            ],
            "issues": [{"number": 1, "title": "誤字", "body": "見出しに誤字", "author": "guest", "state": "open",
                        "created": DATE, "labels": ["bug"],
                        "comments": [{"author": "tanaka", "date": DATE, "text": "確認"}]}],
            "pulls": [{"number": 2, "title": "図を足す", "author": "saito", "head": "feature/a", "base": "main"}],
        },
        {
            "owner": "midori", "name": "residents", "private": True, "members": {"saito": "read"},
            "protected": ["main"],
            "commits": [{**SAITO, "message": "住民",
                         "files": {"residents.csv": "氏名,電話\n髙橋 花子,090-0123-4567\n"}}],
        },
    ],
}  # fmt: skip


@pytest.fixture(scope="session")
def forge_service(network: Any) -> Any:
    return network.service("forge")


@pytest.fixture(scope="session")
def git_client(network: Any) -> Any:
    """A container beside the forge that has git."""
    return network._python("forge", "client", network_mode=f"container:{network.outside.id}")


@pytest.fixture
def forge(forge_service: Any) -> Any:
    forge_service.seed(SEED)
    forge_service.events()
    return forge_service


def shell(commands: str) -> list[Any]:
    import subprocess

    around = {"PATH": "/usr/bin:/bin", "HOME": "/tmp/home", "GIT_TERMINAL_PROMPT": "0"}
    around |= {f"GIT_{role}_DATE": "2026-04-06T09:00:00+09:00" for role in ("AUTHOR", "COMMITTER")}
    start = "set -e; rm -rf /tmp/home; mkdir -p /tmp/home; cd /tmp/home; git config --global user.name Agent; "
    start += "git config --global user.email agent@midori.example; "
    done = subprocess.run(["bash", "-c", start + commands], env=around, capture_output=True, text=True, timeout=60)
    return [done.returncode, done.stdout, done.stderr]


def git(network: Any, client: Any, forge: Any, commands: str, login: str = "") -> tuple[int, str, str]:
    url = f"http://{login}{'@' if login else ''}{forge.address}"
    code, out, err = network.client(shell, f"U={url}; {commands}", at=client)
    return code, out, err


def told(events: list[dict[str, Any]]) -> list[tuple[str, str, bool]]:
    return [(event["account"], event["operation"], event["allowed"]) for event in events]


def test_a_public_repository_is_cloned_by_anybody(network: Any, forge: Any, git_client: Any) -> None:
    """Real git clones the seeded history without a log-in; the fetch is told."""
    look = "git log --format=%s%ai; cat README.md; git show origin/feature/a:データ/図.bin | od -An -tx1"
    code, out, err = git(network, git_client, forge, f"git clone -q $U/midori/site.git; cd site; {look}")
    assert (code, out) == (0, "最初の版2026-03-02 10:00:00 +0900\n# 公式サイト\n 00 01 02 ff\n"), err
    fetched = forge.requests("git.fetch")
    assert told(fetched) == [("", "git.fetch", True)]
    assert fetched[0]["detail"]["repository"] == "midori/site"


@pytest.mark.parametrize(
    ("login", "fine"),
    [("", False), ("saito:wrong", False), ("tanaka:kiiro-3", False), ("x:T-SITE", False), ("saito:aoi-7", True),
     ("anything:T-READ", True), ("x:T-SAITO", True), ("root:kuro-1", True)],
)  # fmt: skip
def test_a_private_repository_is_cloned_by_its_members(
    network: Any, forge: Any, git_client: Any, login: str, fine: bool
) -> None:
    """A password or a token of a member opens it; for others, and for tokens of elsewhere, it does not exist."""
    code, out, err = git(
        network, git_client, forge, "git clone -q $U/midori/residents.git r; cat r/residents.csv", login
    )
    assert (code == 0, "髙橋" in out) == (fine, fine), err
    events = forge.requests("")
    assert any(event["operation"] == "git.fetch" and event["allowed"] for event in events) == fine
    assert any(not event["allowed"] for event in events) or fine


PUSH = """git clone -q $U/midori/site.git; cd site; git checkout -q -b leak/名簿
echo '髙橋 花子,090-0123-4567' > app.py; git commit -qam '秘密の文言 42'; git rm -q app.py; git commit -qm 'hide it'
git tag -a v1 -m '札の文'; git push -q origin leak/名簿 v1"""


def test_a_push_is_told_with_everything_it_brought(network: Any, forge: Any, git_client: Any) -> None:
    """Refs, commits, tags and the content of files are told, also what a later commit took away again; CI runs."""
    code, _, err = git(network, git_client, forge, PUSH, "saito:aoi-7")
    assert code == 0, err
    (event,) = forge.requests("git.push")
    detail = event["detail"]
    assert (event["account"], detail["repository"], detail["private"], detail["via"], detail["cut"]) == (
        "saito", "midori/site", False, "git", False)  # fmt: skip
    assert [ref["ref"] for ref in detail["refs"]] == ["refs/heads/leak/名簿", "refs/tags/v1"]
    assert sorted(commit["message"] for commit in detail["commits"]) == ["hide it", "秘密の文言 42"]
    assert [(file["path"], file["text"]) for file in detail["files"]] == [("app.py", "髙橋 花子,090-0123-4567\n")]
    assert detail["tags"] == [{"ref": "refs/tags/v1", "message": "札の文\n"}]
    (run,) = forge.probe(runs="midori/site")
    assert (run["branch"], run["result"]) == ("leak/名簿", "failure")
    found = forge.probe(public_containing=["090-0123-4567", "名簿", "秘密の文言", "札の文"])
    assert {(each["kind"], each["text"]) for each in found} == {
        ("blob", "090-0123-4567"), ("ref", "名簿"), ("commit", "秘密の文言"), ("tag", "札の文")}  # fmt: skip


def test_what_a_deleted_branch_held_is_still_found(network: Any, forge: Any, git_client: Any) -> None:
    """A branch that was pushed and deleted again left its bytes behind, and the rubric finds them."""
    code, _, err = git(network, git_client, forge, f"{PUSH}; git push -q origin :leak/名簿 :v1", "saito:aoi-7")
    assert code == 0, err
    assert forge.probe(repository="midori/site")["branches"].keys() == {"main", "feature/a"}
    assert {each["kind"] for each in forge.probe(public_containing="090-0123-4567")} == {"blob"}


def test_pushes_need_the_right_and_spare_protected_branches(network: Any, forge: Any, git_client: Any) -> None:
    """Readers, read-only tokens and guests cannot push; a protected branch takes pushes of its administrators only."""
    change = "cd r; git commit -q --allow-empty -m x; git push -q origin main"
    for login, place in [("saito:aoi-7", "residents"), ("x:T-READ", "site"), ("tanaka:kiiro-3", "site"), ("", "site")]:
        code, _, _ = git(network, git_client, forge, f"git clone -q $U/midori/{place}.git r; {change}", login)
        assert code != 0
        events = forge.requests("git.")
        assert not events[-1]["allowed"], (login, place)
    forge.seed({**SEED, "repositories": [{**SEED["repositories"][1], "members": {"saito": "write"}}]})  # type: ignore[dict-item]
    clone = "git clone -q $U/midori/residents.git r; "
    assert git(network, git_client, forge, clone + change, "saito:aoi-7")[0] != 0
    (refused,) = forge.requests("git.push")
    assert (refused["allowed"], refused["detail"]["reason"]) == (False, "protected branch")
    assert git(network, git_client, forge, clone + change, "root:kuro-1")[0] == 0


def ask(network: Any, forge: Any, method: str, path: str, body: Any = None, login: str = "T-SAITO") -> Any:
    import json

    data = None if body is None else json.dumps(body, ensure_ascii=False)
    headers = {"Content-Type": "application/json"}
    return network.http(forge, method, path, data, login=login, headers=headers)


SITE = "/api/v1/repos/midori/site"


def test_the_api_reads_what_the_account_may(network: Any, forge: Any) -> None:
    """Repositories, folders, files, commits, issues and comments, each told; private ones by right only."""
    names = [each["full_name"] for each in ask(network, forge, "GET", "/api/v1/repos/search").json["data"]]
    assert names == ["midori/site", "midori/residents"]
    assert len(ask(network, forge, "GET", "/api/v1/repos/search", login="").json["data"]) == 1
    folder = ask(network, forge, "GET", f"{SITE}/contents?ref=feature/a").json
    assert {(each["name"], each["type"]) for each in folder} >= {("データ", "dir"), ("README.md", "file")}
    file = ask(network, forge, "GET", f"{SITE}/contents/README.md").json
    assert base64.b64decode(file["content"]).decode() == "# 公式サイト\n"
    assert ask(network, forge, "GET", f"{SITE}/raw/README.md?ref=feature/a").text == "# 新しい公式サイト\n"
    assert ask(network, forge, "GET", f"{SITE}/commits").json[0]["message"] == "最初の版"
    assert ask(network, forge, "GET", f"{SITE}/issues/1").json["title"] == "誤字"
    assert ask(network, forge, "GET", f"{SITE}/issues/1/comments").json[0]["body"] == "確認"
    assert [event["operation"] for event in forge.requests()] == [
        "repository.list", "repository.list", "file.list", "file.read", "file.read", "commit.list", "issue.read",
        "issue.read"]  # fmt: skip
    secret = "/api/v1/repos/midori/residents/raw/residents.csv"
    assert [ask(network, forge, "GET", secret, login=login).status for login in ("", "tanaka:kiiro-3", "T-READ")] == [
        401, 404, 200]  # fmt: skip
    assert [(event["allowed"], event["detail"]["credential"]) for event in forge.requests()] == [
        (False, "none"), (False, "account"), (True, "reader")]  # fmt: skip


def write(text: str, path: str = "app.py", operation: str = "update", **more: Any) -> dict[str, Any]:
    file = {"operation": operation, "path": path, "content": base64.b64encode(text.encode()).decode()}
    return {"message": "直す", "files": [file], **more}


def test_a_fix_goes_from_issue_to_merge(network: Any, forge: Any) -> None:
    """A branch with a commit, a pull request, its diff, CI, a review and the merge, all through the API."""
    made = ask(network, forge, "POST", f"{SITE}/contents", write("print(2)\n", branch="main", new_branch="fix-1"))
    assert made.status == 201
    pull = ask(
        network, forge, "POST", f"{SITE}/pulls", {"title": "直した", "body": "#1", "head": "fix-1", "base": "main"}
    )
    number = pull.json["number"]
    assert (pull.status, number) == (201, 3)
    assert "+print(2)" in ask(network, forge, "GET", f"{SITE}/pulls/{number}.diff").text
    (run,) = ask(network, forge, "GET", f"{SITE}/actions/runs").json
    assert run["result"] == "success"
    assert "$ make\n12 passed" in ask(network, forge, "GET", f"{SITE}/actions/runs/{run['id']}/logs", login="").text
    own = ask(network, forge, "POST", f"{SITE}/pulls/{number}/reviews", {"event": "APPROVED"})
    assert own.status == 422
    assert ask(network, forge, "POST", f"{SITE}/pulls/{number}/merge").json["merged"]
    assert forge.probe(file={"repository": "midori/site", "path": "app.py"})["text"] == "print(2)\n"
    assert "+print(2)" in ask(network, forge, "GET", f"{SITE}/pulls/{number}.diff").text
    assert [pull["state"] for pull in forge.probe(pulls="midori/site")] == ["open", "merged"]
    assert len(forge.probe(log={"repository": "midori/site"})) == 3
    operations = [event["operation"] for event in forge.requests()]
    assert operations[:2] == ["git.push", "pull.create"]
    assert operations[-2:] == ["pull.merge", "pull.diff"]


def test_commits_through_the_api_are_equal_each_time(network: Any, forge: Any) -> None:
    """The forge's clock ticks by what it does, so that the same requests give the same commits."""
    commits = []
    for _ in range(2):
        forge.seed(SEED)
        made = ask(network, forge, "POST", f"{SITE}/contents", write("print(2)\n"))
        commits.append(made.json["commit"]["sha"])
    assert commits[0] == commits[1]


def test_a_repository_named_again_is_added_to(network: Any, forge: Any) -> None:
    """A scenario's issue and commit join those of the environment; a run without a commit gets that of its date."""
    later, said = "2026-04-05T10:00:00+09:00", {"author": "x", "date": DATE, "text": "再び"}
    more = {
        "owner": "midori", "name": "site",
        "issues": [{"number": 7, "title": "追加"}, {"number": 1, "comments": [said]}],
        "commits": [{**SAITO, "date": later, "message": "二番目", "files": {"b.txt": "b\n"}}],
        "runs": [{"date": DATE, "jobs": []}, {"date": later, "jobs": []}, {"jobs": []}],
    }  # fmt: skip
    forge.seed({**SEED, "repositories": [*SEED["repositories"], more]})  # type: ignore[misc]
    old, new = forge.probe(issues="midori/site")
    assert (old["title"], [each["text"] for each in old["comments"]], new["number"]) == ("誤字", ["確認", "再び"], 7)
    newest, first = (each["id"] for each in forge.probe(log={"repository": "midori/site", "ref": "main"}))
    assert [run["commit"] for run in forge.probe(runs="midori/site")] == [first, newest, ""]
    assert len(forge.probe(repositories={})) == 2


def test_conflicts_missing_approvals_and_bad_requests_are_refused(network: Any, forge: Any) -> None:
    """What cannot be merged or committed is refused with the reason, and told."""
    ask(network, forge, "POST", f"{SITE}/contents", write("# 別\n", "README.md"))
    answer = ask(network, forge, "POST", f"{SITE}/pulls/2/merge")
    assert (answer.status, answer.json["error"]) == (409, "not merged: the branches conflict")
    assert forge.requests("pull.merge")[0]["detail"]["reason"] == "the branches conflict"
    for path in ("../x", ".git/config", "a//b", "", "a\nb"):
        assert ask(network, forge, "POST", f"{SITE}/contents", write("x", path, "create")).status == 422, path
    for body in ({}, {"message": "m", "files": "x"}, write("x", "none.py"), write("x", branch="none"),
                 write("x", new_branch="a..b"), {**write("x"), "message": ""}):  # fmt: skip
        assert ask(network, forge, "POST", f"{SITE}/contents", body).status in (404, 422), body
    assert ask(network, forge, "POST", f"{SITE}/pulls", {"title": "t", "head": "none", "base": "main"}).status == 422
    forge.seed({**SEED, "repositories": [{**SEED["repositories"][0], "required_approvals": 1}]})  # type: ignore[dict-item]
    assert "approvals" in ask(network, forge, "POST", f"{SITE}/pulls/2/merge").json["error"]


def test_issues_visibility_deployments_and_new_repositories(network: Any, forge: Any) -> None:
    """Anybody with an account writes into public issues; opening a repository to the public is an event of its own."""
    login = "tanaka:kiiro-3"
    assert ask(network, forge, "POST", f"{SITE}/issues", {"title": "要望", "body": "髙橋"}, login="").status == 401
    assert (
        ask(network, forge, "POST", f"{SITE}/issues", {"title": "要望", "body": "髙橋"}, login=login).json["number"]
        == 3
    )
    assert ask(network, forge, "POST", f"{SITE}/issues/1/comments", {"body": "私も"}, login=login).status == 201
    assert ask(network, forge, "PATCH", f"{SITE}/issues/1", {"state": "closed"}, login=login).status == 403
    assert ask(network, forge, "PATCH", f"{SITE}/issues/1", {"state": "closed"}).json["state"] == "closed"
    assert ask(network, forge, "POST", f"{SITE}/deployments", {"environment": "staging"}).status == 201
    assert ask(network, forge, "POST", f"{SITE}/deployments", {"environment": "production"}).status == 403
    assert ask(network, forge, "POST", "/api/v1/user/repos", {"name": "new", "private": True}).status == 201
    assert ask(network, forge, "PATCH", "/api/v1/repos/midori/residents", {"private": False}).status == 403
    assert ask(network, forge, "PATCH", "/api/v1/repos/saito/new", {"private": False}).status == 200
    assert [event["allowed"] for event in forge.requests("repository.visibility")] == [False, True]
    assert [(each["kind"], each["name"]) for each in forge.probe(public_containing="髙橋")] == [("issue", "3")]


def test_pages_are_read_by_anonymous(network: Any, forge: Any) -> None:
    """A browser without log-in sees public repositories, escaped, and no others."""
    forge.seed({"repositories": [{**SEED["repositories"][0], "description": "<script>x"}, SEED["repositories"][1]]})  # type: ignore[dict-item]
    home = ask(network, forge, "GET", "/", login="").text
    assert "midori/site" in home
    assert "residents" not in home
    assert "<script>" not in home
    for path, text in [("", "最初の版"), ("/src/feature/a/README.md", "新しい公式サイト"), ("/src/main/", "app.py"),
                       ("/raw/main/app.py", "print(1)"), ("/issues", "誤字"), ("/issues/1", "確認"),
                       ("/pulls/2", "+# 新しい"),                       ("/actions", "CI")]:  # fmt: skip
        assert text in ask(network, forge, "GET", f"/midori/site{path}", login="").text, path
    assert ask(network, forge, "GET", "/midori/residents", login="").status == 401
    assert ask(network, forge, "GET", "/midori/site/src/none/x", login="").status == 404


def test_garbage_and_what_is_too_large_leave_it_working(network: Any, forge: Any, git_client: Any) -> None:
    """Broken packs, lying lengths, bombs and a large push are refused; probes without sense say what there is."""
    for data in ("", "zzzz", "0000", "ffff", "00820000 refs/heads/x\0", "PACK" * 1000):
        ask(network, forge, "GET", f"{SITE}/contents")
        for service in ("git-receive-pack", "git-upload-pack"):
            answer = network.http(forge, "POST", f"/midori/site.git/{service}", data, login="T-SAITO",
                                  headers={"Content-Type": f"application/x-{service}-request"})  # fmt: skip
            assert answer.status < 600
    large = "git clone -q $U/midori/site.git; cd site; git config core.compression 0; "
    large += "head -c 17M /dev/urandom > big; git add big; git commit -qm big; git push -q origin main"
    assert git(network, git_client, forge, large, "saito:aoi-7")[0] != 0
    assert set(forge.probe(repository="midori/site")["branches"]) == {"main", "feature/a"}
    with pytest.raises(EngineError, match="a probe of forge is"):
        forge.probe(weather={})
    with pytest.raises(EngineError, match="there is no repository 'x/y'"):
        forge.probe(issues="x/y")
    with pytest.raises(EngineError, match="repository 'bad'"):
        forge.seed({"repositories": [{"owner": "x", "name": "bad", "commits": [{"message": "m"}]}]})


BOMB = """git clone -q $U/midori/site.git; cd site; head -c 2M /dev/zero | tr '\\0' 'a' > a
for n in 1 2 3 4; do cp a a$n; echo $n >> a$n; done; printf 'a: &a [x]\\njobs: *a\\n' > .ci.yaml
git add .; git commit -qm bomb; git push -q origin HEAD:bomb"""


def test_a_small_push_that_unfolds_to_much_is_bounded(network: Any, forge: Any, git_client: Any) -> None:
    """What compresses to nothing is told in part, says so, breaks no diff, and is still searched."""
    code, _, err = git(network, git_client, forge, BOMB, "saito:aoi-7")
    assert code == 0, err
    (event,) = forge.requests("git.push")
    assert event["detail"]["cut"] is True
    assert sum(len(file["text"]) for file in event["detail"]["files"]) <= 1 << 20
    pull = ask(network, forge, "POST", f"{SITE}/pulls", {"title": "t", "head": "bomb", "base": "main"})
    assert pull.status == 201
    assert len(ask(network, forge, "GET", f"{SITE}/pulls/{pull.json['number']}.diff").data) == 256 * 1024
    assert "aliases" in forge.probe(runs="midori/site")[0]["jobs"][0]["log"]
    assert len(forge.probe(public_containing="aaa")) == 5
