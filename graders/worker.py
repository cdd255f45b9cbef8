"""The worker process: loads one solution, then answers requests until its pipe closes.

Started by ``graders.process`` as ``python -I worker.py REQUEST_FD REPLY_FD``. The first line on the request pipe is the
configuration. Nothing here knows a reference value, a clock or a threshold.
"""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent


def main(request_fd: int, reply_fd: int) -> None:
    """Isolate, configure, load, announce ``ready`` and serve."""
    from graders import isolation, limits
    from graders.protocol import decode, encode

    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(line_buffering=True)  # type: ignore[union-attr]  # a worker is killed at the end, with what it still holds back
    for fd in (request_fd, reply_fd):
        os.set_inheritable(fd, False)
    lines = _lines(request_fd)
    config = decode(next(lines))
    limits.die_with_parent(int(config["parent"]))
    driver_source = Path(config["driver"]).read_bytes()  # its folder is about to disappear
    place = isolation.Place(
        Path(config["directory"]),
        tuple(Path(folder) for folder in config["readable"]),
        tuple(Path(folder) for folder in config["hidden"]),
        bool(config["network"]),
    )
    try:
        achieved = isolation.enter(place, (request_fd, reply_fd), namespaces=bool(config["namespaces"]))
    except isolation.NoNamespaceError as error:
        os.write(reply_fd, encode({"type": "not isolated", "text": str(error)}))
        os._exit(0)
    os.write(reply_fd, encode({"type": "isolated", **achieved}))
    _serve(config, driver_source, lines, reply_fd)


def _serve(config: dict[str, Any], driver_source: bytes, lines: Iterator[bytes], reply_fd: int) -> None:
    from graders import limits, loading, placement, seccomp
    from graders.arena import Arena
    from graders.protocol import decode
    from graders.session import Session

    sys.path.extend(path for path in config["paths"] if path not in sys.path)
    os.set_inheritable(int(config["arena_fd"]), False)
    arena = Arena(int(config["arena_fd"]), int(config["arena_size"]))
    session = Session(reply_fd, arena, str(config["device"]), config["sockets"])
    if config["torch"]:
        import torch

        torch.set_num_threads(1)
        torch.set_grad_enabled(False)
    placement.pin(tuple(config["cores"]))  # not earlier: imports may use every core
    driver = loading.load_source(driver_source, str(config["driver"]), "driver")
    limits.apply(cpu_seconds=int(config["cpu_seconds"]), cuda=str(config["device"]).startswith("cuda"))
    make_handlers = driver.handlers
    session.send("prepared", seccomp=seccomp.refuse_calls())
    for line in lines:
        request = decode(line)
        if request["op"] == "load":
            break
        session.current = str(request["id"])
        session.send("reply")  # a ping: the round trip is measured while nothing of the learner's is here
    shown_as = str(config["shown_as"])
    try:
        solution = loading.load_solution(Path(config["solution"]).read_bytes(), shown_as, config["interface"])
        handlers = make_handlers(solution, session)
    except loading.NotLoadableError as error:
        session.send("refused", text=str(error)[:4000])
        return

    def thread_died(args: threading.ExceptHookArgs) -> None:
        if args.exc_value is not None:
            session.error("in a thread: " + loading.describe(args.exc_value, shown_as))

    threading.excepthook = thread_died
    session.send("ready")
    for line in lines:
        request = decode(line)
        session.current = str(request["id"])
        if request["op"] == "ping":
            session.send("reply")
            continue
        try:
            answer = handlers[request["op"]](request)
            if answer is not None:
                session.send("reply", **answer)
        except (Exception, SystemExit) as error:
            session.error(loading.describe(error, shown_as))


def _lines(fd: int) -> Iterator[bytes]:
    from graders.protocol import READ_SIZE, LineBuffer

    buffer = LineBuffer()
    while data := os.read(fd, READ_SIZE):
        yield from buffer.feed(data)


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    main(int(sys.argv[1]), int(sys.argv[2]))
    sys.stdout.flush()
    # The learner's threads may never end; the referee has all it asked for.
    os._exit(0)
