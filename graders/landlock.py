"""Landlock: a process gives up every file but those below a short list of folders (landlock(7))."""

from __future__ import annotations

import os
import struct
from collections.abc import Iterable
from pathlib import Path

from graders import kernel

CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446  # one set of numbers on every architecture
VERSION_FLAG = 1
RULE_PATH_BENEATH = 1

EXECUTE, WRITE_FILE, READ_FILE, READ_DIR = 1, 2, 4, 8
ALL_OF_ABI_1 = (1 << 13) - 1
REFER, TRUNCATE = 1 << 13, 1 << 14  # ABI 2 and 3; later rights (ioctl on devices) are left free: GPUs need them
ON_FILES = EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE


def version() -> int:
    """ABI of the running kernel, 0 where there is none."""
    if not kernel.linux():
        return 0
    try:
        return kernel.syscall(CREATE_RULESET, None, 0, VERSION_FLAG)
    except OSError:
        return 0


def restrict_files(*, read: Iterable[Path], write: Iterable[Path]) -> int:
    """Allow reading and running below ``read``, everything below ``write``, nothing else, for good.

    Folders that do not exist are left out. Returns the kernel's ABI, 0 when it has no Landlock and nothing was done.
    """
    abi = version()
    if not abi:
        return 0
    everything = ALL_OF_ABI_1 | (REFER if abi >= 2 else 0) | (TRUNCATE if abi >= 3 else 0)
    handled = struct.pack("=Q", everything)
    ruleset = kernel.syscall(CREATE_RULESET, handled, len(handled), 0)
    try:
        for path in read:
            _allow(ruleset, path, EXECUTE | READ_FILE | READ_DIR)
        for path in write:
            _allow(ruleset, path, everything)
        kernel.no_new_privileges()
        kernel.syscall(RESTRICT_SELF, ruleset, 0)
    finally:
        os.close(ruleset)
    return abi


def _allow(ruleset: int, path: Path, access: int) -> None:
    try:
        fd = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    try:
        access = access if path.is_dir() else access & ON_FILES
        rule = struct.pack("=Qi", access, fd)
        kernel.syscall(ADD_RULE, ruleset, RULE_PATH_BENEATH, rule, 0)
    finally:
        os.close(fd)
