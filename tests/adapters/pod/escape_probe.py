# ruff: noqa: PTH101, PTH114, PTH116, PTH118, PTH207, PTH208, SIM115
"""Run inside the agent container: tries to get out, and prints what came of each try as JSON."""

import ctypes
import errno
import glob
import json
import os
import socket

libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long
found = {}


def call(name, number, *arguments):
    ctypes.set_errno(0)
    padded = [ctypes.c_long(a) if isinstance(a, int) else a for a in arguments]
    result = libc.syscall(ctypes.c_long(number), *padded)
    found[name] = "open" if result >= 0 else errno.errorcode.get(ctypes.get_errno(), "?")


def forked(name, number, *arguments):
    """Try a call that would change this process, in a child."""
    read, write = os.pipe()
    pid = os.fork()
    if pid == 0:
        call(name, number, *arguments)
        os.write(write, found[name].encode())
        os._exit(0)
    os.close(write)
    found[name] = os.read(read, 100).decode() or "killed"
    os.close(read)
    os.waitpid(pid, 0)


def opened(name, path, flags):
    try:
        os.close(os.open(path, flags))
        found[name] = "open"
    except OSError as error:
        found[name] = errno.errorcode.get(error.errno, "?")


def made(name, *arguments):
    try:
        socket.socket(*arguments).close()
        found[name] = "open"
    except OSError as error:
        found[name] = errno.errorcode.get(error.errno, "?")


buffer = ctypes.create_string_buffer(4096)
forked("mount", 165, b"none", b"/mnt", b"tmpfs", 0, 0)
forked("remount the root writable", 165, b"none", b"/", b"", 32, 0)
forked("umount", 166, b"/proc/kcore", 0)
for what, flag in (
    ("user", 0x10000000),
    ("net", 0x40000000),
    ("mount", 0x20000),
    ("pid", 0x20000000),
    ("cgroup", 0x2000000),
):
    forked(f"unshare {what}", 272, flag)
    forked(f"clone {what}", 56, flag | 17, 0, 0, 0, 0)
forked("clone3", 435, buffer, 64)
forked("setns", 308, 0, 0)
forked("chroot", 161, b"/tmp")
forked("pivot_root", 155, b"/", b"/tmp")
forked("fsopen", 430, b"tmpfs", 0)
forked("open_tree", 428, -100, b"/", 1)
forked("move_mount", 429, -100, b"/", -100, b"/tmp", 0)
forked("ptrace of itself", 101, 0, 0, 0, 0)
forked("ptrace of process 1", 101, 16, 1, 0, 0)
forked("process_vm_readv", 310, 1, buffer, 1, buffer, 1, 0)
forked("kcmp", 312, 1, 1, 0, 0, 0)
forked("name_to_handle_at", 303, -100, b"/", buffer, buffer, 0)
forked("open_by_handle_at", 304, 0, buffer, 0)
forked("bpf", 321, 0, buffer, 48)
forked("perf_event_open", 298, buffer, 0, -1, -1, 0)
forked("userfaultfd", 323, 1)
forked("io_uring_setup", 425, 1, buffer)
forked("io_setup", 206, 1, buffer)
forked("keyctl", 250, 0, -3, 1)
forked("add_key", 248, b"user", b"x", b"y", 1, -3)
forked("modify_ldt", 154, 0, buffer, 16)
forked("init_module", 175, buffer, 1, b"")
forked("kexec_load", 246, 0, 0, 0, 0)
forked("reboot", 169, 0xFEE1DEAD, 672274793, 0, 0)
forked("settimeofday", 164, buffer, 0)
forked("swapon", 167, b"x", 0)
forked("syslog", 103, 3, buffer, 10)
forked("quotactl", 179, 0, 0, 0, 0)
forked("fanotify_init", 300, 0, 0)
forked("pidfd_getfd", 438, 0, 0, 0)
forked("x32 getpid", 0x40000000 | 39)
forked("mknod of a device", 133, b"device", 0o60600, 0x0801)
made("AF_VSOCK", 40, socket.SOCK_STREAM)
made("AF_ALG", 38, socket.SOCK_SEQPACKET)
made("AF_PACKET", 17, socket.SOCK_RAW, 0)
made("AF_KEY", 15, socket.SOCK_RAW, 2)
made("AF_BLUETOOTH", 31, socket.SOCK_RAW, 0)
made("raw socket", 2, socket.SOCK_RAW, 1)
made("ping socket", 2, socket.SOCK_DGRAM, 1)
made("SCTP", 2, socket.SOCK_STREAM, 132)
made("MPTCP", 2, socket.SOCK_STREAM, 262)
made("netlink audit", 16, socket.SOCK_RAW, 9)
made("netlink netfilter", 16, socket.SOCK_RAW, 12)
made("netlink connector", 16, socket.SOCK_DGRAM, 11)
for name, path, flags in (
    ("write to the root", "/x", os.O_CREAT | os.O_WRONLY),
    ("write to /etc/passwd", "/etc/passwd", os.O_WRONLY),
    ("write to /etc/hosts", "/etc/hosts", os.O_WRONLY),
    ("write to /etc/resolv.conf", "/etc/resolv.conf", os.O_WRONLY),
    ("write to the launcher", "/opt/tools/launcher/launcher.py", os.O_WRONLY),
    ("write the certificate", "/usr/local/share/ca-certificates/ca.crt", os.O_WRONLY),
    ("create beside the certificate", "/usr/local/share/ca-certificates/x", os.O_CREAT | os.O_WRONLY),
    ("core_pattern", "/proc/sys/kernel/core_pattern", os.O_WRONLY),
    ("ip_forward", "/proc/sys/net/ipv4/ip_forward", os.O_WRONLY),
    ("sysrq-trigger", "/proc/sysrq-trigger", os.O_WRONLY),
    ("/proc/kcore", "/proc/kcore", os.O_RDONLY),
    ("/dev/mem", "/dev/mem", os.O_RDONLY),
    ("/dev/kmsg", "/dev/kmsg", os.O_RDONLY),
    ("/dev/vsock", "/dev/vsock", os.O_RDONLY),
    ("/dev/kvm", "/dev/kvm", os.O_RDWR),
    ("/proc/1/mem", "/proc/1/mem", os.O_RDONLY),
    ("/proc/1/environ", "/proc/1/environ", os.O_RDONLY),
    ("/proc/1/fd/0", "/proc/1/fd/0", os.O_RDONLY),
    ("/proc/1/fd/1", "/proc/1/fd/1", os.O_WRONLY),
    ("lower its own oom score", "/proc/self/oom_score_adj", os.O_RDONLY),
):
    if name.startswith("lower"):
        try:
            with open(path, "w") as file:
                file.write("-1000")
            found[name] = "open"
        except OSError as error:
            found[name] = errno.errorcode[error.errno]
    else:
        opened(name, path, flags)
try:
    os.kill(1, 9)
    os.kill(1, 19)
    found["kill process 1"] = "survived"
except OSError as error:
    found["kill process 1"] = errno.errorcode[error.errno]
for folder in ("/tmp", "/dev/shm"):
    path = f"{folder}/program"
    with open("/bin/true", "rb") as source, open(path, "wb") as target:
        target.write(source.read())
    os.chmod(path, 0o6755)
    try:
        os.posix_spawn(path, [path], {})
        found[f"execute from {folder}"] = "open"
    except OSError as error:
        found[f"execute from {folder}"] = errno.errorcode[error.errno]
with open("/proc/self/status") as file:
    status = dict(line.rstrip("\n").split(":\t", 1) for line in file if ":\t" in line)
found["status"] = {
    name: status[name].strip()
    for name in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb", "NoNewPrivs", "Seccomp", "Uid", "Groups")
}
with open("/proc/mounts") as file:
    found["mounts"] = [line.split()[:4] for line in file]
found["sockets of the host"] = [
    path
    for pattern in ("/var/run/*.sock", "/run/*.sock", "/run/*/*.sock", "/run/user/*/*.sock")
    for path in glob.glob(pattern)
]
found["interfaces"] = sorted(name for _, name in socket.if_nameindex())
found["processes"] = sorted(
    open(f"/proc/{pid}/cmdline").read().replace("\0", " ")[:60] for pid in os.listdir("/proc") if pid.isdigit()
)
found["environment"] = dict(os.environ)
found["cmdline"] = open("/proc/cmdline").read()
found["version"] = open("/proc/version").read()
found["suid"] = [
    os.path.join(folder, name)
    for top in ("/usr", "/etc", "/opt", "/bin", "/sbin")
    for folder, _, names in os.walk(top)
    for name in names
    if not os.path.islink(os.path.join(folder, name)) and os.stat(os.path.join(folder, name)).st_mode & 0o6000
]
print(json.dumps(found))
