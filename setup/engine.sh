#!/bin/bash
# Have a container engine: the one that answers, or on Debian and Ubuntu with root a freshly installed one.
# An engine that is already there is never reconfigured, restarted or stopped.
set -eu
cd "$(dirname "$0")/.."
say() { printf 'setup: %s\n' "$*" >&2; }

answers() { .venv/bin/python -c 'from hiyari.adapters.pod import connect; connect()' >/dev/null 2>&1; }

if answers; then
    exit 0
fi
if [ -n "${DOCKER_HOST:-}" ]; then
    say "DOCKER_HOST is $DOCKER_HOST but no engine answers there; start it or unset DOCKER_HOST."
    exit 0
fi

root=""
[ "$(id -u)" = 0 ] || root="sudo"
if [ -n "$root" ] && ! command -v sudo >/dev/null; then
    say "no container engine answers. Install Docker (Debian: apt-get install docker.io) or Podman, start it, and run this again."
    say "Going on without: scenarios that need containers are reported as not run."
    exit 0
fi
if ! command -v apt-get >/dev/null && ! command -v dockerd >/dev/null; then
    say "no container engine answers, and this is neither Debian nor Ubuntu. Install and start Docker or Podman, and run this again."
    exit 0
fi

missing=""
command -v dockerd >/dev/null || missing="docker.io iptables"
command -v mmdebstrap >/dev/null || missing="$missing mmdebstrap"
if [ -n "$missing" ]; then
    say "installing$(printf ' %s' $missing)"
    $root apt-get update -qq
    $root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null
fi
if [ -n "$(pgrep -x dockerd || true)" ]; then
    say "dockerd is running but does not answer you; add yourself to the docker group, or run as root."
    exit 0
fi

say "starting the container engine"
if [ -d /run/systemd/system ]; then
    $root systemctl start docker || true
else
    $root service docker start >/dev/null 2>&1 || true
fi
for _ in 1 2 3 4 5; do answers && exit 0; sleep 1; done
if [ -z "$(pgrep -x dockerd || true)" ]; then
    $root rm -f /var/run/docker.pid
    $root sh -c 'setsid nohup dockerd >/var/log/hiyari-dockerd.log 2>&1 </dev/null &'
fi
for _ in $(seq 60); do answers && exit 0; sleep 0.5; done
say "the container engine did not start; see /var/log/hiyari-dockerd.log. Scenarios that need containers are reported as not run."
