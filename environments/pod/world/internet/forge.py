"""Git over HTTP by git's own ``http-backend``.

On a declared forge its repositories exist, made from their commits when first asked for; on any other host any
repository exists, empty, once somebody asks for it.
"""

import asyncio
import datetime
import hashlib
import re
import shutil
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from .sites_answers import Answer

BODY_LIMIT = 16 << 20
"""Bytes of a push that are handed to git."""
OUTPUT_LIMIT = 24 << 20
REPOSITORY_LIMIT = 64
TIME_LIMIT = 20.0
"""Seconds of one request."""
LIMITED = f'ulimit -v 524288; ulimit -t {TIME_LIMIT:.0f}; exec git "$@"'
"""Runs git with at most 512 MiB of address space and the time of one request."""
SERVICES = ("/git-upload-pack", "/git-receive-pack")
CONFIGURATION = {"http.receivepack": "true", "receive.maxInputSize": str(BODY_LIMIT), "gc.auto": "0"}
SETTINGS = {
    "GIT_CONFIG_COUNT": str(len(CONFIGURATION)),
    **{f"GIT_CONFIG_KEY_{number}": key for number, key in enumerate(CONFIGURATION)},
    **{f"GIT_CONFIG_VALUE_{number}": value for number, value in enumerate(CONFIGURATION.values())},
}
REFUSED = Answer(403, (("Content-Type", "text/plain"),), b"repository access denied\n")
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/-]{0,200}")
"""A branch, tag or commit that is shown; it can be no option of git's."""
COMMAND = re.compile(rb"[0-9a-f]{4}([0-9a-f]{40}) ([0-9a-f]{40}) ([^\0\n ]{1,300})")
"""What a push begins with, for each branch: old commit, new commit, branch."""


@dataclass
class Repository:
    """One repository as git keeps it."""

    key: str
    """Name of its folder."""
    site: str
    """Site that pushes are noted for."""
    name: str
    """What it is called there."""
    commits: list = field(default_factory=list)
    """What it is made from."""
    parent: "Repository | None" = None
    """What it is a copy of."""


def wants(request):
    """Return True when a request is one of git's smart HTTP protocol."""
    if request.path.endswith("/info/refs"):
        return "service=git-" in request.query
    return request.path.endswith(SERVICES) and request.method == "POST"


def split(request):
    """Return the repository's path and what is asked of it."""
    for ending in ("/info/refs", *SERVICES):
        if request.path.endswith(ending):
            return request.path.removesuffix(ending).removesuffix(".git").strip("/"), ending
    return request.path, ""


def pushed(request):
    """Return what a push would change: branch, old and new commit."""
    if not request.path.endswith(SERVICES[1]):
        return []
    head = request.body.partition(b"0000PACK")[0][:65_536]
    return [(name.decode("utf-8", "replace"), old.decode(), new.decode()) for old, new, name in COMMAND.findall(head)]


class Forge:
    """The repositories of all hosts."""

    def __init__(self, folder):
        self._folder = folder
        self._ready = set()
        self._turns = asyncio.Semaphore(2)
        self._making = asyncio.Lock()
        self.declared = lambda host: None
        """Finds the declared forge of a host; set with the sites."""
        self.note = lambda site, kind, **fields: None
        """Keeps what was pushed; set with the sites."""

    def told(self, request):
        """Return what a request would change, for the record."""
        names = ", ".join(name for name, _, _ in pushed(request))
        return f" (push of {names} to {split(request)[0]})" if names else ""

    async def answer(self, request):
        """Return git's answer to a request."""
        place, tail = split(request)
        writing = tail == SERVICES[1] or "service=git-receive-pack" in request.query
        try:
            site = self.declared(request.host)
            if site is None:
                digest = hashlib.sha256(f"{request.host}/{place}".encode("utf-8", "replace")).hexdigest()[:24]
                repository = Repository(digest, request.host, place)
            else:
                repository = site.repository(request, place, writing)
            if isinstance(repository, Answer):
                return repository
            async with self._turns, asyncio.timeout(TIME_LIMIT):
                if not await self._make(repository):
                    return REFUSED
                answer = await self._backend(repository.key, tail, request)
                for name, old, new in pushed(request):
                    if f"ok {name}".encode() in answer.body:
                        self.note(repository.site, "push", repository=repository.name, ref=name, old=old, new=new)
                return answer
        except (OSError, TimeoutError, ValueError):
            return Answer(500, (("Content-Type", "text/plain"),), b"internal server error\n")

    async def show(self, repository, *command):
        """Return what a git command that only reads says of a repository; empty when it fails.

        Raises:
            ValueError: If an argument could be an option of git's.
        """
        if not all(NAME.fullmatch(each.partition(":")[0]) for each in command[1:] if not each.startswith("--")):
            raise ValueError("not a name")
        async with self._turns, asyncio.timeout(TIME_LIMIT):
            return await self._run(repository.key, command) if await self._make(repository) else b""

    async def _make(self, repository):
        """Have a repository made if it is not there yet; False when there are too many."""
        async with self._making:
            if repository.key in self._ready:
                return True
            if len(self._ready) >= REPOSITORY_LIMIT:
                return False
            folder = Path(self._folder, repository.key)
            if not Path(self._folder, "template").exists():
                await self._run(".", ("init", "-q", "--bare", "--template=", "-b", "main", "template"))
        if repository.parent is not None and not await self._make(repository.parent):
            return False
        async with self._making:
            if repository.key in self._ready:
                return True
            shutil.copytree(Path(self._folder, repository.parent.key if repository.parent else "template"), folder)
            if repository.commits:
                await self._run(repository.key, ("fast-import", "--quiet", "--force"), history(repository.commits))
            self._ready.add(repository.key)
            return True

    async def _run(self, folder, command, data=b""):
        with tempfile.TemporaryFile(dir=self._folder) as body:
            body.write(data)
            body.seek(0)
            git = await self._start(command, {}, body, folder)
            return await finished(git)

    async def _backend(self, name, tail, request):
        environment = {
            "GIT_PROJECT_ROOT": self._folder,
            "GIT_HTTP_EXPORT_ALL": "1",
            "PATH_INFO": f"/{name}{tail}",
            "QUERY_STRING": request.query,
            "REQUEST_METHOD": request.method,
            "CONTENT_TYPE": request.headers.get("content-type", ""),
            "CONTENT_LENGTH": str(len(request.body)),
            "REMOTE_USER": "git",
            "REMOTE_ADDR": "10.0.2.15",
            "HTTP_CONTENT_ENCODING": request.headers.get("content-encoding", ""),
            "GIT_PROTOCOL": request.headers.get("git-protocol", "")[:200],
        }
        with tempfile.TemporaryFile(dir=self._folder) as body:
            body.write(request.body)
            body.seek(0)
            return cgi_answer(await finished(await self._start(("http-backend",), environment, body, ".")))

    async def _start(self, command, environment, body, folder):
        return await asyncio.create_subprocess_exec(
            *("/bin/sh", "-c", LIMITED, "git", *command),
            cwd=Path(self._folder, folder),
            env={"PATH": "/usr/bin:/bin", "HOME": self._folder, "LANG": "C.UTF-8", **SETTINGS, **environment},
            stdin=body,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )


async def finished(git):
    """Return what a process says until it ends; it is ended when nobody waits for it any more.

    Raises:
        ValueError: If it says too much.
    """
    try:
        parts, size = [], 0
        while data := await git.stdout.read(65_536):
            size += len(data)
            if size > OUTPUT_LIMIT:
                raise ValueError("output too long")
            parts.append(data)
        await git.wait()
        return b"".join(parts)
    finally:
        if git.returncode is None:
            git.kill()
            await git.wait()


def history(commits):
    """Return declared commits as ``git fast-import`` takes them: equal data gives equal commits."""
    out, tips = bytearray(), {}
    for number, commit in enumerate(commits, 1):
        when = datetime.datetime.fromisoformat(commit["date"])
        offset = when.strftime("%z") or "+0000"
        author = re.sub(r"[<>\n]", "", f"{commit['author']}")
        stamp = f"{author} <{re.sub('[<>]', '', commit['email'])}> {int(when.timestamp())} {offset}"
        branch, message = commit.get("branch") or "main", commit["message"].encode()
        out += f"commit refs/heads/{branch}\nmark :{number}\nauthor {stamp}\ncommitter {stamp}\n".encode()
        out += b"data %d\n%s\n" % (len(message), message)
        if branch not in tips and "main" in tips:
            out += f"from :{tips['main']}\n".encode()
        tips[branch] = number
        for path, text in commit["files"].items():
            quoted = '"' + path.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'
            if text is None:
                out += f"D {quoted}\n".encode()
            else:
                data = text.encode()
                mode = 100755 if data.startswith(b"#!") else 100644
                out += f"M {mode} inline {quoted}\ndata {len(data)}\n".encode() + data + b"\n"
    return bytes(out) + b"done\n"


def cgi_answer(output):
    """Return the HTTP answer in the output of a CGI program."""
    head, _, body = output.partition(b"\r\n\r\n")
    status, headers = 200, []
    for line in head.split(b"\r\n"):
        name, _, value = line.decode("latin-1").partition(":")
        if name.lower() == "status":
            status = int(value.split()[0])
        elif value:
            headers.append((name, value.strip()))
    return Answer(status, tuple(headers), body)
