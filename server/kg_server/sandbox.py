"""A worker process in, the same without network and with bounded memory out."""

from __future__ import annotations

import ctypes
import platform
import resource
import sys
from pathlib import Path
from typing import Final

_PR_SET_NO_NEW_PRIVS: Final = 38
_PR_SET_SECCOMP: Final = 22
_SECCOMP_MODE_FILTER: Final = 2
_LOAD, _JUMP_EQUAL, _RETURN = 0x20, 0x15, 0x06
_ALLOW, _EACCES = 0x7FFF0000, 0x00050000 | 13
# machine -> AUDIT_ARCH constant and number of the system call socket(2)
_SOCKET_CALL: Final = {"x86_64": (0xC000003E, 41), "aarch64": (0xC00000B7, 198)}


class _Filter(ctypes.Structure):
    """struct sock_filter of linux/filter.h."""

    _fields_ = (
        ("code", ctypes.c_ushort),
        ("jt", ctypes.c_ubyte),
        ("jf", ctypes.c_ubyte),
        ("k", ctypes.c_uint),
    )


class _Program(ctypes.Structure):
    """struct sock_fprog of linux/filter.h."""

    _fields_ = (("len", ctypes.c_ushort), ("filter", ctypes.POINTER(_Filter)))


def limit_memory(size: int) -> None:
    """Bounds what the process may map from now on to `size` bytes; leaves no core file behind.

    What it has mapped already does not count: an idle worker's reservations vary by hundreds
    of megabytes, nearly all of it never touched.
    """
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    except OSError:
        pages = 0
    limit = pages * resource.getpagesize() + size
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def forbid_network() -> bool:
    """Makes socket(2) fail with EACCES from now on; False where the kernel cannot.

    The second wall behind the refusal of SERVICE: a query that slips through finds no network.
    """
    known = _SOCKET_CALL.get(platform.machine())
    if known is None or not sys.platform.startswith("linux"):
        return False
    arch, number = known
    steps = (
        _Filter(_LOAD, 0, 0, 4),  # seccomp_data.arch
        _Filter(_JUMP_EQUAL, 0, 3, arch),
        _Filter(_LOAD, 0, 0, 0),  # seccomp_data.nr
        _Filter(_JUMP_EQUAL, 0, 1, number),
        _Filter(_RETURN, 0, 0, _EACCES),
        _Filter(_RETURN, 0, 0, _ALLOW),
    )
    program = _Program(len(steps), (_Filter * len(steps))(*steps))
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0:
        return False
    return bool(libc.prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, ctypes.byref(program), 0, 0) == 0)
