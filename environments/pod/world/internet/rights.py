"""Giving up rights: capabilities, user, dumpability."""

import ctypes
import os

PR_SET_DUMPABLE, PR_CAPBSET_DROP, PR_SET_NO_NEW_PRIVS = 4, 24, 38
CAPABILITY_VERSION_3 = 0x20080522
LAST_CAPABILITY = 63
DAC_READ_SEARCH, NET_ADMIN = 2, 12
SINK_USER = 10900
"""Numeric user of the process that reads what the agent sends."""

libc = ctypes.CDLL(None, use_errno=True)


def keep_only(*capabilities):
    """Reduce this process to the named capabilities; children it starts get no more than these."""
    for capability in range(LAST_CAPABILITY + 1):
        if capability not in capabilities:
            libc.prctl(PR_CAPBSET_DROP, capability, 0, 0, 0)
    wanted = sum(1 << capability for capability in capabilities)
    low, high = wanted & 0xFFFFFFFF, wanted >> 32
    header = (ctypes.c_uint32 * 2)(CAPABILITY_VERSION_3, 0)
    data = (ctypes.c_uint32 * 6)(low, low, 0, high, high, 0)
    if libc.capset(header, data):
        raise OSError(ctypes.get_errno(), "capset failed")


def become_sink():
    """Become an ordinary user without any capability that no process of the same user can look into."""
    os.setgroups([])
    for capability in range(LAST_CAPABILITY + 1):
        libc.prctl(PR_CAPBSET_DROP, capability, 0, 0, 0)
    os.setresgid(SINK_USER, SINK_USER, SINK_USER)
    os.setresuid(SINK_USER, SINK_USER, SINK_USER)
    libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    libc.prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)
