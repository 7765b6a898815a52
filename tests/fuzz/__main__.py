"""Fuzz one parser, or each for a while: ``python -m tests.fuzz [TARGET ...] [--seconds N]``.

With atheris installed the fuzzing follows coverage; without it, known inputs are changed at random, from a fixed seed.
Needs the libraries of the simulated internet beside those of Hiyari: ``make fuzz`` sets them up. An input that breaks a
parser is written to ``crash-TARGET`` in the working directory.
"""

from __future__ import annotations

import argparse
import logging
import random
import subprocess
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SINKS = ("http", "http2", "tls", "smtp", "other", "dns", "doh", "tap")
HARNESS = ("frames", "lines", "mux", "control", "attach")


def target(name: str) -> tuple[Callable[[bytes], None], list[bytes]]:
    """Return the function that feeds one parser, and known inputs of it."""
    if name in HARNESS:
        from tests.fuzz import harness

        parse = harness.TARGETS[name]
        known = [b"\0" + each for each in harness.SEEDS[name]]
        return lambda data: parse(data[1:], [data[0], data[0] * 3] if data else []), known
    sys.path.insert(0, str(ROOT / "environments/pod/world"))
    sys.dont_write_bytecode = True
    # As in the container: what a client does wrong is no news.
    logging.disable(logging.CRITICAL)
    from tests.fuzz import seeds, sinks

    world = sinks.Sinks()
    ports = {"smtp": (25, 587), "tls": (443, 465), "other": sinks.PORTS}.get(name, (80,))

    def connect(data: bytes) -> None:
        cut = data[0] if data else 0
        world.tcp(data[1:], ports[cut % len(ports)], [cut, cut * 7])

    function = {"dns": world.dns, "doh": lambda data: world.dns(data, "https"), "tap": world.tap}.get(name, connect)
    known = seeds.SEEDS[name]
    return function, known if name in ("dns", "doh", "tap") else [b"\0" + each for each in known]


def mutate(draw: random.Random, data: bytes, others: list[bytes]) -> bytes:
    """Return an input changed a little, or joined with another."""
    found = bytearray(data)
    for _ in range(draw.randrange(1, 6)):
        at = draw.randrange(len(found) + 1)
        match draw.randrange(6):
            case 0:
                found[at : at + 1] = bytes([draw.randrange(256)])
            case 1:
                found[at : at + draw.randrange(20)] = b""
            case 2:
                found[at:at] = draw.randbytes(draw.randrange(8))
            case 3:
                found[at:at] = found[at : at + draw.randrange(64)] * draw.randrange(1, 8)
            case 4:
                other = draw.choice(others)
                found[at:] = other[draw.randrange(len(other) + 1) :]
            case _:
                found[at : at + 4] = draw.choice((b"\xff\xff\xff\xff", b"\0\0\0\0", b"\r\n\r\n", b"1e999", b"\x7f"))
    return bytes(found)


def plain(name: str, seconds: float, most: int) -> int:
    """Fuzz without coverage for so long, or until so many inputs were tried; return how many."""
    function, known = target(name)
    draw, end, count = random.Random(name), time.monotonic() + seconds, 0
    pool = list(known)
    while time.monotonic() < end and count < most:
        data = known[count] if count < len(known) else mutate(draw, draw.choice(pool), known)
        count += 1
        try:
            function(data)
        except BaseException:
            traceback.print_exc()
            Path(f"crash-{name}").write_bytes(data)
            raise SystemExit(f"{name}: input {count} is in crash-{name}: {data[:200]!r}") from None
        if draw.random() < 0.05:
            pool = [*pool[-200:], data]
    return count


def guided(name: str, seconds: float) -> None:
    """Fuzz along coverage by atheris; ends the process."""
    import atheris

    with atheris.instrument_imports(
        include=["internet", "hiyari.adapters", "h2", "hpack", "h11", "dnslib", "aiosmtpd"]
    ):
        function, known = target(name)
    corpus = ROOT / ".fuzz" / "corpus" / name
    corpus.mkdir(parents=True, exist_ok=True)
    for number, each in enumerate(known):
        (corpus / f"seed-{number}").write_bytes(each)
    flags = [f"-max_total_time={seconds:.0f}", f"-artifact_prefix=crash-{name}-", "-max_len=4096", "-timeout=20"]
    atheris.Setup([sys.argv[0], *flags, str(corpus)], function)
    atheris.Fuzz()


def main() -> int:
    """Run from the command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("targets", nargs="*", help=f"of {', '.join((*SINKS, *HARNESS))}; all when left out")
    parser.add_argument("--seconds", type=float, default=60.0, help="for each target")
    parser.add_argument("--plain", action="store_true", help="without atheris")
    parser.add_argument("--inputs", type=int, default=sys.maxsize, help="at most, without atheris")
    asked = parser.parse_args()
    names = asked.targets or [*SINKS, *HARNESS]
    if unknown := set(names) - {*SINKS, *HARNESS}:
        parser.error(f"no target {', '.join(sorted(unknown))}; there are {', '.join((*SINKS, *HARNESS))}")
    if len(names) > 1:
        # One process each: atheris ends its own, and worlds are not to share a loop.
        more = ["--seconds", str(asked.seconds), *(["--plain"] if asked.plain else [])]
        return max(subprocess.run([sys.executable, "-m", "tests.fuzz", name, *more]).returncode for name in names)
    try:
        import atheris  # noqa: F401
    except ImportError:
        asked.plain = True
    if asked.plain:
        print(f"{names[0]}: {plain(names[0], asked.seconds, asked.inputs)} inputs, nothing found")
        return 0
    guided(names[0], asked.seconds)
    return 0


if __name__ == "__main__":
    sys.exit(main())
