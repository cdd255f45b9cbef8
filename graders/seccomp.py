"""seccomp: refuses the system calls by which a solution could take another core, a priority or another process.

Leaving the process group is among them, and so is whatever lets the kernel send a signal of one's choice later: the
referee stops the whole group between two calls.

Refused calls fail with EPERM; nothing is killed (seccomp(2), filter in classic BPF).
"""

from __future__ import annotations

import ctypes
import errno
import platform
import struct

from graders import kernel

SET_MODE_FILTER, ALL_THREADS = 1, 1
LOAD, JUMP_EQUAL, JUMP_AT_LEAST, RETURN = 0x20, 0x15, 0x35, 0x06
ALLOW, ERRNO = 0x7FFF0000, 0x00050000
OFFSET_NUMBER, OFFSET_ARCH, OFFSET_SECOND = 0, 4, 24  # struct seccomp_data; the low half of the second argument
F_SETSIG = 10
X32_BIT = 0x40000000

# asm/unistd_64.h and asm-generic/unistd.h
CALLS = {
    "x86_64": {
        "arch": 0xC000003E,
        "seccomp": 317,
        "fcntl": 72,
        "sched_setaffinity": 203,
        "sched_setscheduler": 144,
        "sched_setparam": 142,
        "sched_setattr": 314,
        "setpriority": 141,
        "setsid": 112,
        "timer_create": 222,
        "mq_notify": 244,
        "setpgid": 109,
        "ptrace": 101,
        "process_vm_readv": 310,
        "process_vm_writev": 311,
        "pidfd_getfd": 438,
        "perf_event_open": 298,
        "bpf": 321,
        "userfaultfd": 323,
        "unshare": 272,
        "setns": 308,
        "mount": 165,
        "umount2": 166,
        "pivot_root": 155,
        "move_mount": 429,
        "open_tree": 428,
        "fsopen": 430,
        "mount_setattr": 442,
        "add_key": 248,
        "keyctl": 250,
        "io_uring_setup": 425,
    },
    "aarch64": {
        "arch": 0xC00000B7,
        "seccomp": 277,
        "fcntl": 25,
        "sched_setaffinity": 122,
        "sched_setscheduler": 119,
        "sched_setparam": 118,
        "sched_setattr": 274,
        "setpriority": 140,
        "setsid": 157,
        "timer_create": 107,
        "mq_notify": 184,
        "setpgid": 154,
        "ptrace": 117,
        "process_vm_readv": 270,
        "process_vm_writev": 271,
        "pidfd_getfd": 438,
        "perf_event_open": 241,
        "bpf": 280,
        "userfaultfd": 282,
        "unshare": 97,
        "setns": 268,
        "mount": 40,
        "umount2": 39,
        "pivot_root": 41,
        "move_mount": 429,
        "open_tree": 428,
        "fsopen": 430,
        "mount_setattr": 442,
        "add_key": 217,
        "keyctl": 219,
        "io_uring_setup": 425,
    },
}


def refuse_calls() -> bool:
    """Install the filter for every thread of this process and all it starts; returns False where it cannot be."""
    table = dict(CALLS.get(platform.machine(), {}))
    if not table or not kernel.linux():
        return False
    own, control = table.pop("seccomp"), table.pop("fcntl")
    program = _program(table.pop("arch"), sorted(table.values()), control)
    count = len(program) // 8
    code = ctypes.create_string_buffer(program)
    filter_program = struct.pack("HxxxxxxP", count, ctypes.addressof(code))
    try:
        kernel.no_new_privileges()
        kernel.syscall(own, SET_MODE_FILTER, ALL_THREADS, filter_program)
    except OSError:
        return False
    return True


def _program(arch: int, numbers: list[int], control: int) -> bytes:
    """Classic BPF: another architecture or the x32 table is refused whole, then the numbers one by one.

    Of fcntl, ``control``, only F_SETSIG is refused.
    """
    refuse = ERRNO | errno.EPERM
    lines = [
        (LOAD, 0, 0, OFFSET_ARCH),
        (JUMP_EQUAL, 1, 0, arch),
        (RETURN, 0, 0, refuse),
        (LOAD, 0, 0, OFFSET_NUMBER),
        (JUMP_AT_LEAST, 0, 1, X32_BIT),
        (RETURN, 0, 0, refuse),
    ]
    for number in numbers:
        lines += [(JUMP_EQUAL, 0, 1, number), (RETURN, 0, 0, refuse)]
    lines += [
        (JUMP_EQUAL, 0, 3, control),
        (LOAD, 0, 0, OFFSET_SECOND),
        (JUMP_EQUAL, 0, 1, F_SETSIG),
        (RETURN, 0, 0, refuse),
        (RETURN, 0, 0, ALLOW),
    ]
    return b"".join(struct.pack("HBBI", *line) for line in lines)
