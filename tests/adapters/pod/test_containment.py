"""What the agent container cannot do, tried from inside through its shell tool."""

from __future__ import annotations

import json
import platform
from pathlib import Path

import pytest

from hiyari.adapters.pod.flags import CERTIFICATE_VARIABLES
from hiyari.events import PodStarted

PROBE = Path(__file__).with_name("escape_probe.py").read_text()
pytestmark = [
    pytest.mark.docker,
    pytest.mark.skipif(platform.machine() != "x86_64", reason="the probe knows the system calls of x86_64"),
]


@pytest.fixture(scope="module")
def tried(cell):
    """What came of every try."""
    said = cell.says(f"cat > /tmp/probe.py <<'END'\n{PROBE}\nEND\npython3 /tmp/probe.py; rm -f /tmp/p* /dev/shm/p*", 60)
    return json.loads(said.strip().splitlines()[-1])


def test_no_way_out_is_open(tried):
    """Every system call, socket family, file and device that leads out is refused."""
    refused = {
        "EPERM",
        "EACCES",
        "EROFS",
        "ENOSYS",
        "ENOENT",
        "EAFNOSUPPORT",
        "EPROTONOSUPPORT",
        "EBADF",
        "ESOCKTNOSUPPORT",
    }
    outcomes = {name: came for name, came in tried.items() if isinstance(came, str)}
    special = {"kill process 1", "cmdline", "version", "x32 getpid"}
    open_ = {name: came for name, came in outcomes.items() if name not in special and came not in refused}
    assert open_ == {}
    assert len(outcomes) > 70


@pytest.mark.parametrize(
    "name",
    ["AF_VSOCK", "io_uring_setup", "AF_ALG", "ptrace of itself", "process_vm_readv", "name_to_handle_at", "modify_ldt"],
)
def test_our_own_seccomp_profile_closes_what_default_profiles_leave_open(tried, name):
    """These are refused by the profile itself, on every engine; AF_ALG also by a kernel without it."""
    assert tried[name] in ("EPERM", "EAFNOSUPPORT")


def test_foreign_system_calls_end_the_process_or_do_not_exist(tried):
    """x32 numbers do not reach the kernel's other table."""
    assert tried["x32 getpid"] in ("killed", "ENOSYS", "EPERM")


def test_the_process_has_no_privilege_and_cannot_gain_one(tried):
    """All capability sets are empty, no-new-privileges and seccomp are on, no file is set-user-id."""
    status = tried["status"]
    assert all(int(status[name], 16) == 0 for name in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"))
    assert (status["NoNewPrivs"], status["Seccomp"]) == ("1", "2")
    assert set(status["Uid"].split()) == {"10001"}
    assert tried["suid"] == []


def test_nothing_of_the_host_is_mounted(tried):
    """Mounts are the image, kernel file systems, memory, the run's own /etc, and the name an engine gives."""
    for source, target, kind, options in tried["mounts"]:
        writable = "rw" in options.split(",")
        if kind not in ("overlay", "proc", "tmpfs", "devpts", "sysfs", "cgroup", "cgroup2", "mqueue"):
            assert target in ("/etc", "/etc/hostname") and not writable, (source, target)
        if kind in ("overlay", "sysfs", "cgroup", "cgroup2"):
            assert not writable, target
    assert {target: kind for _, target, kind, _ in tried["mounts"]}["/work"] == "tmpfs"
    assert tried["sockets of the host"] == []


def test_the_host_is_not_to_be_seen(tried):
    """No process, interface, kernel command line or version of the host, and no secret in the environment."""
    assert all("launcher" in line or "probe" in line or "bash" in line or "sh " in line for line in tried["processes"])
    assert set(tried["interfaces"]) <= {"lo", "eth0", "gw0"}
    assert tried["cmdline"] == tried["version"] == ""
    known = {"HOME", "LANG", "PATH", "HOSTNAME", "PWD", "SHLVL", "_", "OLDPWD", "LC_CTYPE", "USER", "LOGNAME", "TERM"}
    known |= {"PYTHONDONTWRITEBYTECODE", "PYTHONUNBUFFERED", *CERTIFICATE_VARIABLES}
    assert set(tried["environment"]) <= known


def test_the_launcher_cannot_be_killed_by_the_agent(cell, tried):
    """Process 1 ignores signals from its own container, and calls go on."""
    assert tried["kill process 1"] in ("survived", "EPERM")
    assert cell.says("echo still here") == "still here\n"


def test_only_the_certificate_is_handed_over_and_it_is_trusted(cell):
    """The agent sees ca.crt and no key, and https works without options."""
    assert cell.says("ls /usr/local/share/ca-certificates") == "ca.crt\n"
    assert "PRIVATE" not in cell.says("cat /usr/local/share/ca-certificates/ca.crt | head -c 300000 | grep -a PRIVATE")
    assert "200" in cell.says("curl -s -o /dev/null -w '%{http_code}' https://shop.example/")
    assert cell.python('import urllib.request as u; print(u.urlopen("https://shop.example/").status)').strip() == "200"


def test_every_start_is_proven(cell):
    """The recording says what was checked, and that all of it held."""
    started = cell.opening[0]
    assert isinstance(started, PodStarted)
    assert len(started.proofs) >= 15 and all(started.proofs.values())
    assert set(started.images) == {"world", "agent"} == set(cell.world.images)


def test_names_are_looked_up_as_on_any_machine(cell):
    """There is a resolver, `localhost` is this machine, and any other name has an address of the simulated internet."""
    said = cell.says("cat /etc/resolv.conf; getent hosts localhost; getent hosts www.sakura.example", 20)
    lines = said.split("\n")
    assert "nameserver 10.0.2.3" in lines[0]
    assert lines[1].split()[0] in ("127.0.0.1", "::1")
    assert lines[2].startswith("198.18.") or lines[2].startswith("198.19.")
