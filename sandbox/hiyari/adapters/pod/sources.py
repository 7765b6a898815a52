"""The Debian part of this machine's own apt configuration, for building a base image without a registry.

Nothing here knows any mirror: what the machine uses is what is used.
"""

from __future__ import annotations

import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

from hiyari.errors import EngineError

ETC = Path("/etc/apt")
_KEPT_OPTIONS = re.compile(
    r"^Acquire::(?:http::Proxy|https::Proxy|https::CaInfo|Check-Valid-Until|Check-Date|Retries|ForceIPv[46])\b", re.I
)


@dataclass(frozen=True)
class Sources:
    """Where this machine gets Debian packages from."""

    suite: str
    """Release, such as ``bookworm``."""
    deb822: str
    """Enabled stanzas of ``.sources`` files for that release; empty for none."""
    one_line: str
    """Enabled lines of ``.list`` files for that release; empty for none."""
    options: tuple[str, ...]
    """apt options needed to reach them (proxy, date checks), as ``apt-config dump`` prints them."""
    keyrings: tuple[Path, ...]
    """Keyring files that the sources name."""
    certificates: tuple[Path, ...]
    """The machine's own certificate authorities, when a source is reached by https."""


def machine_sources(etc: Path = ETC, release: Path = Path("/etc/os-release")) -> Sources:
    """Read the Debian entries of the machine's apt configuration.

    Args:
        etc: apt's configuration folder.
        release: The os-release file.

    Raises:
        EngineError: If this is no Debian, or none of its sources is for its own release.
    """
    facts = dict(re.findall(r'^(\w+)="?([^"\n]*)"?$', release.read_text() if release.exists() else "", re.M))
    suite = facts.get("VERSION_CODENAME", "")
    if facts.get("ID") != "debian" or not suite:
        raise EngineError("a base image can be made from Debian packages on Debian only")
    parts = sorted((etc / "sources.list.d").glob("*")) if (etc / "sources.list.d").is_dir() else []
    stanzas = [stanza for file in parts if file.suffix == ".sources" for stanza in _stanzas(file.read_text(), suite)]
    lists = [etc / "sources.list", *(file for file in parts if file.suffix == ".list")]
    lines = [line for file in lists if file.is_file() for line in _lines(file.read_text(), suite)]
    if not stanzas and not lines:
        raise EngineError(f"{etc} names no package source for {suite}")
    text = "\n".join([*stanzas, *lines])
    return Sources(
        suite=suite,
        deb822="\n\n".join(stanzas) + "\n" if stanzas else "",
        one_line="\n".join(lines) + "\n" if lines else "",
        options=_options(),
        keyrings=tuple(sorted({Path(found) for found in re.findall(r"(?i)signed-by[:=]\s*(/[^\s\]]+)", text)})),
        certificates=tuple(sorted(Path("/usr/local/share/ca-certificates").rglob("*.crt")))
        if "https://" in text
        else (),
    )


def _stanzas(text: str, suite: str) -> list[str]:
    kept = []
    for stanza in re.split(r"\n\s*\n", text):
        bare = "\n".join(line for line in stanza.splitlines() if not line.startswith("#") and line.strip())
        fields = {
            name.lower(): value.strip() for name, value in re.findall(r"^([\w-]+):((?:.*)(?:\n[ \t].*)*)", bare, re.M)
        }
        suites = fields.get("suites", "").split()
        wanted = suites and all(name == suite or name.startswith(f"{suite}-") for name in suites)
        if wanted and "deb" in fields.get("types", "").split() and fields.get("enabled", "yes").lower() != "no":
            kept.append(bare)
    return kept


def _lines(text: str, suite: str) -> list[str]:
    found = re.findall(r"^\s*(deb\s+(?:\[[^\]]*\]\s+)?\S+\s+(\S+)[^#\n]*)", text, re.M)
    return [line.strip() for line, name in found if name == suite or name.startswith(f"{suite}-")]


def _options() -> tuple[str, ...]:
    try:
        dump = subprocess.run(["apt-config", "dump"], capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        return ()
    lines = [line.rstrip(";") for line in dump.splitlines()]
    return tuple(line for line in lines if _KEPT_OPTIONS.match(line) and not line.endswith('""'))
