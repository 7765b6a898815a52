"""Python packages for images: fetched on this machine, with its own pip configuration, and handed to the build.

A build does not know the machine's index, proxies and certificates, and writing them into an image would leave a trace.
An image folder with a ``requirements.txt``, pinned with hashes, finds its wheels in ``wheels/`` of the build context.
"""

from __future__ import annotations

import platform
import subprocess
import sys
import tempfile
from pathlib import Path

from hiyari.errors import EngineError

REQUIREMENTS = "requirements.txt"
PYTHON = "3.11"
"""Of the images (Debian 12), whatever this process runs on."""
GLIBC = 36
"""Minor version of the images' C library: wheels built for an older one run."""
TIMEOUT = 600
"""Wall seconds for fetching."""


def wheels(requirements: bytes) -> list[tuple[str, int, bytes]]:
    """Return the wheels of a requirements file as files of a build context: path, mode, content.

    Args:
        requirements: Its content; every requirement pinned with hashes, dependencies included.

    Raises:
        EngineError: If pip cannot fetch one; ends with what it said.
    """
    machine = platform.machine()
    platforms = [f"manylinux_2_{minor}_{machine}" for minor in range(GLIBC, 4, -1)] + [f"manylinux2014_{machine}"]
    with tempfile.TemporaryDirectory(prefix="hiyari-wheels-") as folder:
        file = Path(folder, REQUIREMENTS)
        file.write_bytes(requirements)
        command = [sys.executable, "-m", "pip", "download", "-q", "--disable-pip-version-check", "--no-deps"]
        command += ["--require-hashes", "--only-binary", ":all:", "--implementation", "cp", "--python-version", PYTHON]
        command += [part for name in platforms for part in ("--platform", name)]
        command += ["-d", f"{folder}/wheels", "-r", str(file)]
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=TIMEOUT, check=False)
        except (OSError, subprocess.TimeoutExpired) as error:
            raise EngineError(f"Python packages for an image could not be fetched: {error}") from error
        if done.returncode:
            said = "\n".join(f"  {line}" for line in done.stderr.splitlines()[-10:])
            raise EngineError(f"Python packages for an image could not be fetched by pip:\n{said}")
        found = sorted(Path(folder, "wheels").glob("*.whl"))
        return [(f"wheels/{wheel.name}", 0o644, wheel.read_bytes()) for wheel in found]
