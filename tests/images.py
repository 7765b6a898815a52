"""Builds every image that ships, before tests with time limits need them: ``python -m tests.images``."""

from __future__ import annotations

import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from hiyari.adapters.pod import Images, connect
from hiyari.catalog import shipped_content
from hiyari.errors import EngineError

AT_ONCE = 2
"""Builds at the same time; most of one is waiting for packages."""
OWN = Path(__file__).parent
"""Where images of tests alone lie: clients of services."""


def main() -> int:
    """Build what is missing, parents first as each needs them; without an engine there is nothing to do."""
    root = shipped_content() / "environments"
    try:
        engine = connect()
    except EngineError as error:
        print(f"images: {error}")
        return 0
    images = Images(engine, [root])
    found: list[str | Path] = [*sorted(file.parent.relative_to(root).as_posix() for file in root.glob("**/Dockerfile"))]
    found += [file.parent for file in sorted(OWN.glob("**/Dockerfile"))]

    def build(name: str | Path) -> None:
        began = time.monotonic()
        images.ensure(name)
        if (took := time.monotonic() - began) > 2:
            print(f"images: {name} built in {took:.0f} s", flush=True)

    try:
        with ThreadPoolExecutor(AT_ONCE) as pool:
            list(pool.map(build, found))
    finally:
        engine.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
