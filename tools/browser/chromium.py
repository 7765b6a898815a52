"""Starting Chromium: a profile in memory that trusts the episode's authority, and nothing it does of its own accord.

The container is the confinement, so Chromium's own is off: it would need namespaces or a set-uid program, and
the pod's seccomp profile and no-new-privileges allow neither. Flags:
https://peter.sh/experiments/chromium-command-line-switches/ and Chromium's headless/app/headless_command_switches.cc.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from mcp_stdio import ToolError

PROGRAM = "/usr/lib/chromium/chromium-headless-shell"
BEGIN = "-----BEGIN CERTIFICATE-----"
WIDTH, HEIGHT = 1024, 768
LANGUAGES = {"ja": "ja,en-US,en", "en": "en-US,en"}
"""Languages that pages are asked for in."""
QUIET_FEATURES = """AsyncDns AutofillServerCommunication CertificateTransparencyComponentUpdater DialMediaRouteProvider
DnsOverHttps DnsOverHttpsUpgrade DomainReliability HttpsUpgrades InterestFeedContentSuggestions IsolateOrigins
MediaRouter NetworkTimeServiceQuerying OptimizationHints Prerender2 SpeculationRulesPrefetchFuture Translate
UseDnsHttpsSvcb site-per-process"""
FLAGS = f"""--remote-debugging-pipe --no-sandbox --no-zygote --disable-gpu --disable-3d-apis --disable-dev-shm-usage
--no-proxy-server --disable-background-networking --disable-component-update --disable-sync --disable-default-apps
--disable-extensions --disable-domain-reliability --disable-client-side-phishing-detection --disable-breakpad
--disable-crash-reporter --disable-quic --dns-prefetch-disable --no-pings --no-first-run --metrics-recording-only
--disable-logging --log-level=3 --disable-notifications --disable-speech-api --mute-audio --hide-scrollbars
--disable-site-isolation-trials --block-new-web-contents --password-store=basic
--disable-blink-features=AutomationControlled --force-color-profile=srgb --font-render-hinting=none
--force-webrtc-ip-handling-policy=disable_non_proxied_udp --js-flags=--max-old-space-size=256
--disk-cache-size=1 --window-size={WIDTH},{HEIGHT} --disable-features={",".join(QUIET_FEATURES.split())}"""


def command(profile: str, language: str) -> list:
    """Return the command line; nothing secret is in it, since every program of the container can read it."""
    wanted = LANGUAGES.get(language, LANGUAGES["en"])
    named = [f"--user-data-dir={profile}/data", f"--lang={wanted.split(',')[0]}", f"--accept-lang={wanted}"]
    return [PROGRAM, *FLAGS.split(), *named, "about:blank"]


def make_profile() -> str:
    """Make the folder of a profile, in which the episode's authority is trusted, and return its path.

    Chromium on Linux adds what the user's NSS database trusts to its own list. The alternatives are worse:
    ``--ignore-certificate-errors-spki-list`` would take any certificate at all beside that of the authority.

    Raises:
        ToolError: If there is no room, or no Chromium in this container.
    """
    if not Path(PROGRAM).exists():
        raise ToolError("there is no Chromium in this container; the environment's agent needs the image pod/browser")
    try:
        profile = tempfile.mkdtemp(prefix=".browser-", dir="/tmp")
        store = Path(profile, ".pki/nssdb")
        store.mkdir(parents=True)
        # The file holds the system's authorities, which Chromium knows by itself, and at its end the episode's.
        _, begin, authority = Path(os.environ.get("SSL_CERT_FILE", os.devnull)).read_text().rpartition(BEGIN)
        if begin:
            for words in (["-N", "--empty-password"], ["-A", "-n", "authority", "-t", "C,,"]):
                made = ["certutil", "-d", f"sql:{store}", *words]
                subprocess.run(made, input=(begin + authority).encode(), capture_output=True, timeout=20, check=True)
    except (OSError, subprocess.SubprocessError) as error:
        raise ToolError(f"the browser cannot be started: {error}") from error
    return profile


def variables(profile: str) -> dict:
    """Return all environment variables of Chromium."""
    return {"HOME": profile, "TMPDIR": "/tmp", "PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"}


def drop_profile(profile: str) -> None:
    shutil.rmtree(profile, ignore_errors=True)
