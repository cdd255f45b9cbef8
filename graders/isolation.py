"""Puts the worker, before any of the learner's code is read, where it can see and reach as little as possible.

Two layers, each used where the kernel has it and named in the record:

- namespaces (user, pid, mount, ipc, uts, net): the referee and its memory do not exist for the worker, the file system
  is read-only but for the working directory, the labs are hidden, there is no network (user_namespaces(7));
- Landlock: files outside a short list cannot be opened. (``seccomp``, later, takes the calls that would undo this.)

Everything here is standard library and ctypes, and runs while the process has one thread.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from graders import kernel, limits
from graders.landlock import restrict_files

NEW_NAMESPACES = (
    kernel.CLONE_NEWUSER | kernel.CLONE_NEWNS | kernel.CLONE_NEWPID | kernel.CLONE_NEWIPC | kernel.CLONE_NEWUTS
)
SHARED_MEMORY_BYTES = 1 << 30
PROCESSES = 400  # pid_max of the namespace, where a namespace has one (Linux 6.14); the kernel's least is 301
DEVICES = ("/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom", "/dev/shm", "/dev/dxg")
SYSTEM_FOLDERS = ("/usr", "/lib", "/lib32", "/lib64", "/bin", "/sbin", "/etc", "/opt", "/proc", "/sys")


class NoNamespaceError(Exception):
    """The kernel, or who set up this machine, does not allow it; the message says which step was refused."""


@dataclass(frozen=True)
class Place:
    """What a worker may use: its working directory, readable folders, hidden ones, and whether it has the network."""

    directory: Path
    readable: tuple[Path, ...]
    hidden: tuple[Path, ...]
    network: bool


def enter(place: Place, keep_open: Sequence[int], *, namespaces: bool) -> dict[str, Any]:
    """Isolate this process and return what was achieved, for the record.

    With namespaces the function returns in a grandchild; the calling process and one in between only wait for it, and
    end as it ends. Raises NoNamespaceError before anything was loaded.
    """
    if namespaces:
        _into_namespaces(place, keep_open)
    abi = restrict_files(read=[*map(Path, SYSTEM_FOLDERS), *place.readable], write=[place.directory, *_devices()])
    return {
        "level": "namespace" if namespaces else "process",
        "network": place.network or not namespaces,
        "landlock_abi": abi,
    }


def _devices() -> list[Path]:
    """Devices that programs need and that connect nobody: no terminal, no disk."""
    return [*map(Path, DEVICES), *Path("/dev").glob("nvidia*")]


def _into_namespaces(place: Place, keep_open: Sequence[int]) -> None:
    if not sys.platform.startswith("linux"):
        raise NoNamespaceError("namespaces are Linux's")
    user, group = os.getuid(), os.getgid()
    try:
        kernel.unshare(NEW_NAMESPACES | (0 if place.network else kernel.CLONE_NEWNET))
        Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/uid_map").write_text(f"{user} {user} 1")
        Path("/proc/self/gid_map").write_text(f"{group} {group} 1")
        first = os.fork()
    except OSError as error:
        raise NoNamespaceError(f"user and pid namespace: {error.strerror}") from error
    if first:
        _wait_and_end_like(first, keep_open)
    limits.prctl(limits.PR_SET_PDEATHSIG, signal.SIGKILL)
    try:
        _arrange_files(place)
        if not place.network:
            kernel.loopback_up()
    except OSError as error:
        raise NoNamespaceError(f"mounts of the namespace: {error.strerror or error}") from error
    second = os.fork()
    if second:
        _reap_until(second, keep_open)
    limits.prctl(limits.PR_SET_PDEATHSIG, signal.SIGKILL)
    kernel.drop_capabilities()


def _arrange_files(place: Place) -> None:
    kernel.mount("none", "/", flags=kernel.MS_REC | kernel.MS_PRIVATE)
    kernel.mount("proc", "/proc", kind="proc", flags=kernel.MS_NOSUID | kernel.MS_NODEV | kernel.MS_NOEXEC)
    with contextlib.suppress(OSError):  # older kernels have one pid_max for all; the limit on processes still holds
        Path("/proc/sys/kernel/pid_max").write_text(str(PROCESSES))
    for folder in place.hidden:
        kernel.mount("tmpfs", str(folder), kind="tmpfs", options="size=4k,mode=555")
    kernel.mount(str(place.directory), str(place.directory), flags=kernel.MS_BIND)
    writable = [place.directory]
    if Path("/dev/shm").is_dir():
        kernel.mount("tmpfs", "/dev/shm", kind="tmpfs", options=f"size={SHARED_MEMORY_BYTES}")
        writable.append(Path("/dev/shm"))
    if Path("/dev/pts").is_dir():  # terminals are shared by all workers, and with the user
        kernel.mount("tmpfs", "/dev/pts", kind="tmpfs", options="size=4k,mode=555")
    kernel.set_read_only(Path("/"), recursive=True)
    for folder in writable:
        kernel.set_writable(folder)
    os.chdir(place.directory)  # through the new mount


def _wait_and_end_like(child: int, keep_open: Sequence[int]) -> NoReturn:
    """The outermost process: ends with the exit status or the signal that ended the worker."""
    for fd in keep_open:
        os.close(fd)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    if code < 0:
        _die_by(-code)
    if code > 128:
        _die_by(code - 128)
    os._exit(code)


def _reap_until(worker: int, keep_open: Sequence[int]) -> NoReturn:
    """Process 1 of the namespace: collects orphans; when it ends, the kernel kills whatever is left in there."""
    for fd in keep_open:
        os.close(fd)
    while True:
        pid, status = os.wait()
        if pid == worker:
            code = os.waitstatus_to_exitcode(status)
            os._exit(128 - code if code < 0 else min(code, 127))


def _die_by(number: int) -> NoReturn:
    with contextlib.suppress(OSError, ValueError):
        signal.signal(number, signal.SIG_DFL)
    os.kill(os.getpid(), number)
    os._exit(128 + number)
