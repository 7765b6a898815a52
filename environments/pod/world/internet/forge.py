"""Git over HTTP by git's own ``http-backend``: any repository exists, empty, once somebody asks for it."""

import asyncio
import hashlib
import shutil
import tempfile
from pathlib import Path

from .sites import Answer

BODY_LIMIT = 16 << 20
"""Bytes of a push that are handed to git."""
OUTPUT_LIMIT = 24 << 20
REPOSITORY_LIMIT = 32
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


def wants(request):
    """Return True when a request is one of git's smart HTTP protocol."""
    if request.path.endswith("/info/refs"):
        return "service=git-" in request.query
    return request.path.endswith(SERVICES) and request.method == "POST"


class Forge:
    """The repositories of all hosts."""

    def __init__(self, folder):
        self._folder = folder
        self._repositories = set()
        self._turns = asyncio.Semaphore(2)

    def told(self, request):
        """Return what a request would change, for the record."""
        return ""

    async def answer(self, request):
        """Return git's answer to a request."""
        place, tail = request.path, ""
        for ending in ("/info/refs", *SERVICES):
            if place.endswith(ending):
                place, tail = place.removesuffix(ending), ending
        name = hashlib.sha256(f"{request.host}{place.removesuffix('.git')}".encode("utf-8", "replace")).hexdigest()[:24]
        async with self._turns:
            try:
                async with asyncio.timeout(TIME_LIMIT):
                    if name not in self._repositories:
                        if len(self._repositories) >= REPOSITORY_LIMIT:
                            return REFUSED
                        await self._create(name)
                        self._repositories.add(name)
                    return await self._backend(name, tail, request)
            except (OSError, TimeoutError, ValueError):
                return Answer(500, (("Content-Type", "text/plain"),), b"internal server error\n")

    async def _create(self, name):
        if not Path(self._folder, "template").exists():
            git = await self._start(["init", "-q", "--bare", "--template=", "-b", "main", "template"], {}, None)
            await git.communicate()
        shutil.copytree(f"{self._folder}/template", f"{self._folder}/{name}")

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
            git = await self._start(["http-backend"], environment, body)
            try:
                output = await read_limited(git.stdout, OUTPUT_LIMIT)
                await git.wait()
            finally:
                if git.returncode is None:
                    git.kill()
                    await git.wait()
        return cgi_answer(output)

    async def _start(self, command, environment, body):
        return await asyncio.create_subprocess_exec(
            *("/bin/sh", "-c", LIMITED, "git", *command),
            cwd=self._folder,
            env={"PATH": "/usr/bin:/bin", "HOME": self._folder, "LANG": "C.UTF-8", **SETTINGS, **environment},
            stdin=body if body is not None else asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )


async def read_limited(stream, limit):
    """Return all of a stream.

    Raises:
        ValueError: If it is longer than the limit.
    """
    parts, size = [], 0
    while data := await stream.read(65_536):
        size += len(data)
        if size > limit:
            raise ValueError("output too long")
        parts.append(data)
    return b"".join(parts)


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
