"""Starts a trusted server program for a lab on a free loopback port, and is certain to end it."""

from __future__ import annotations

import os
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from graders import limits
from graders.errors import UnavailableError
from graders.sandbox import end_group, scrubbed_environment

READY_SECONDS = 10.0
LOOPBACK = "127.0.0.1"


def free_port() -> int:
    """Return a loopback port that nobody listens on now."""
    with socket.create_server((LOOPBACK, 0)) as probe:
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def running(
    command: Callable[[int, Path], Sequence[str]], ready: Callable[[int], bool], *, name: str, repair: str
) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """Run ``command(port, folder)`` in an empty folder of its own until the block ends; yields process and port.

    ``ready(port)`` says whether the server answers. When it never does, UnavailableError shows the end of its log and
    ``repair``, the command to type. Start it before any thread: the child asks the kernel, before it executes, to die
    with this process.
    """
    with tempfile.TemporaryDirectory(prefix=f"graders-{name}-", ignore_cleanup_errors=True) as folder:
        port, log = free_port(), Path(folder) / "server.log"
        with log.open("wb") as output:
            process = subprocess.Popen(
                list(command(port, Path(folder))),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=folder,
                env=scrubbed_environment(Path(folder)),
                start_new_session=True,
                preexec_fn=partial(limits.die_with_parent, os.getpid()),
            )
        try:
            _wait(process, lambda: ready(port), name, log, repair)
            yield process, port
        finally:
            end_group(process)


def _wait(process: subprocess.Popen[bytes], ready: Callable[[], bool], name: str, log: Path, repair: str) -> None:
    end = time.perf_counter() + READY_SECONDS
    while time.perf_counter() < end and process.poll() is None:
        if ready():
            return
        time.sleep(0.01)
    last = log.read_text(errors="replace").strip()[-500:]
    why = f"{name} did not start on a free loopback port; the end of its log: {last or '(empty)'}"
    raise UnavailableError(name, why, repair)
