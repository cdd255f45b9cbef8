"""The few Linux calls that Python 3.11 has no name for. Each raises OSError with the kernel's reason."""

from __future__ import annotations

import ctypes
import fcntl
import os
import platform
import socket
import struct
import sys
from pathlib import Path
from typing import Any

CLONE_NEWNS = 0x00020000
CLONE_NEWUTS = 0x04000000
CLONE_NEWIPC = 0x08000000
CLONE_NEWUSER = 0x10000000
CLONE_NEWPID = 0x20000000
CLONE_NEWNET = 0x40000000
MS_NOSUID, MS_NODEV, MS_NOEXEC = 2, 4, 8
MS_BIND, MS_REC, MS_PRIVATE = 4096, 16384, 1 << 18

MOUNT_SETATTR = 442  # one number on every architecture since Linux 5.12
MOUNT_ATTR_RDONLY = 1
AT_FDCWD, AT_RECURSIVE = -100, 0x8000

PR_CAPBSET_DROP = 24
PR_SET_NO_NEW_PRIVS = 38
LAST_CAPABILITY = 63
CAPABILITY_VERSION_3 = 0x20080522
SIOCGIFFLAGS, SIOCSIFFLAGS, IFF_UP = 0x8913, 0x8914, 1


def linux() -> bool:
    """Whether these calls exist here."""
    return sys.platform.startswith("linux") and platform.machine() in {"x86_64", "aarch64"}


def library() -> Any:
    """The C library, with errno kept."""
    return ctypes.CDLL(None, use_errno=True)


def check(result: int, what: str) -> int:
    """Return ``result`` of a C call; raises OSError when it is negative."""
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")
    return result


def syscall(number: int, *arguments: Any) -> int:
    """Call the kernel by number (syscall(2)) with integers, pointers or bytes."""
    wide = [ctypes.c_long(each) if isinstance(each, int) else each for each in arguments]
    return check(library().syscall(ctypes.c_long(number), *wide), f"system call {number}")


def unshare(flags: int) -> None:
    """unshare(2)."""
    check(library().unshare(flags), "unshare")


def mount(source: str, target: str, *, kind: str = "", flags: int = 0, options: str = "") -> None:
    """mount(2)."""
    call = library().mount
    call.argtypes = [ctypes.c_char_p, ctypes.c_char_p, ctypes.c_char_p, ctypes.c_ulong, ctypes.c_char_p]
    check(
        call(source.encode(), target.encode(), kind.encode() or None, flags, options.encode() or None),
        f"mount {target}",
    )


def set_read_only(folder: Path, *, recursive: bool) -> None:
    """Make a mount, or a whole tree of them, read-only (mount_setattr(2))."""
    _set_attributes(folder, MOUNT_ATTR_RDONLY, 0, AT_RECURSIVE if recursive else 0)


def set_writable(folder: Path) -> None:
    """Make one mount of this namespace writable again."""
    _set_attributes(folder, 0, MOUNT_ATTR_RDONLY, 0)


def _set_attributes(folder: Path, add: int, clear: int, flags: int) -> None:
    attributes = struct.pack("=QQQQ", add, clear, 0, 0)
    syscall(MOUNT_SETATTR, AT_FDCWD, os.fsencode(folder), flags, attributes, len(attributes))


def loopback_up() -> None:
    """Switch on the loopback device of a fresh network namespace (netdevice(7))."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        request = struct.pack("16sH14s", b"lo", 0, b"")
        flags = struct.unpack("16sH14s", fcntl.ioctl(control, SIOCGIFFLAGS, request))[1]
        fcntl.ioctl(control, SIOCSIFFLAGS, struct.pack("16sH14s", b"lo", flags | IFF_UP, b""))


def no_new_privileges() -> None:
    """Forbid that a program started from here gains rights (prctl(2), PR_SET_NO_NEW_PRIVS)."""
    check(library().prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "no new privileges")


def drop_capabilities() -> None:
    """Give up every capability, for programs started later, too (capabilities(7))."""
    for capability in range(LAST_CAPABILITY + 1):
        if library().prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) != 0:
            break  # past the kernel's last one
    header = struct.pack("=Ii", CAPABILITY_VERSION_3, 0)
    nothing = struct.pack("=6I", *[0] * 6)
    check(library().capset(header, nothing), "capset")
