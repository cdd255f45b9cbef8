"""The referee's handle on one worker: starts it, talks to it, stamps what arrives, and ends it."""

from __future__ import annotations

import os
import secrets
import select
import signal
import subprocess
import sys
import time
from collections import deque
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from graders.arena import Arena
from graders.errors import (
    ProtocolError,
    SolutionError,
    SolutionTimeoutError,
    SubmissionRefusedError,
    WorkerCrashedError,
)
from graders.isolation import NoNamespaceError
from graders.protocol import READ_SIZE, Body, LineBuffer, decode, encode
from graders.sandbox import descendant, end_group, exit_text, reap, scrubbed_environment
from graders.stamping import StampedChannel
from graders.text import LogCollector, clean
from graders.worker_spec import WorkerSpec

WORKER = Path(__file__).with_name("worker.py")
POLL_SECONDS = 0.1  # how often a silent worker is looked at: a forked child may hold the pipe open after its death


@dataclass(frozen=True)
class Message:
    """One message of the worker and the referee's clock (``perf_counter``, seconds) when it was sent."""

    body: Body
    at: float


@dataclass(frozen=True)
class Reply:
    """Answer to a call: its body, streamed items, and the referee's clock before the request and after the reply."""

    body: Body
    items: list[Message]
    started: float
    finished: float

    @property
    def seconds(self) -> float:
        """Wall time of the call, the empty round trip included."""
        return self.finished - self.started


class Worker:
    """A running worker. All waiting is bounded; every failure is one of the exceptions in ``graders.errors``."""

    def __init__(self, spec: WorkerSpec) -> None:
        self.spec = spec
        self.arena = Arena.create(spec.arena_bytes)
        spec.directory.mkdir(parents=True)
        spec.solution.write_bytes(spec.source)
        request_read, self._requests = os.pipe()
        self._replies = StampedChannel()
        self._process = subprocess.Popen(
            [sys.executable, "-I", str(WORKER), str(request_read), str(self._replies.worker_fd)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=spec.directory,
            env=scrubbed_environment(spec.directory),
            pass_fds=(request_read, self._replies.worker_fd, self.arena.fd, *spec.sockets.values()),
            start_new_session=True,
        )
        os.close(request_read)
        self._replies.close_worker_end()
        assert self._process.stdout is not None
        assert self._process.stderr is not None
        self._lines = LineBuffer()
        self._inbox: deque[Message] = deque()
        self._logs = {stream.fileno(): LogCollector() for stream in (self._process.stdout, self._process.stderr)}
        self._poll = select.poll()
        self._poll.register(self._replies, select.POLLIN)
        for fd in self._logs:
            os.set_blocking(fd, False)
            self._poll.register(fd, select.POLLIN)
        os.set_blocking(self._requests, False)
        self._closed = False
        self.isolation: dict[str, Any] = {}
        self._stopped = False
        self._round_trip = 0.0
        self._reaper = 0  # process 1 of the worker's namespace
        self.pid = self._process.pid  # of the launcher, until the worker has its place
        self._send(spec.configuration(self.arena), timeout=5.0)

    @property
    def descriptors(self) -> list[int]:
        """What becomes readable when the worker answers or prints; for one who waits for several workers."""
        return [self._replies.fileno(), *self._logs]

    def wait_isolated(self, timeout: float) -> None:
        """Wait until the worker has its place, before it has read any of the learner's code.

        Raises NoNamespaceError when the kernel refused; the worker is gone then.
        """
        body = self._first("isolated", timeout)
        if body["type"] == "not isolated":
            raise NoNamespaceError(str(body.get("text")))
        self.isolation = {key: body.get(key) for key in ("level", "network", "landlock_abi")}
        if self.isolation["level"] == "namespace":
            self._reaper = descendant(self._process.pid, 1)
            self.pid = descendant(self._reaper, 1)

    def wait_prepared(self, timeout: float) -> None:
        """Wait until everything is there but the learner's code."""
        if not self.isolation:
            self.wait_isolated(timeout)
        self.isolation["seccomp"] = bool(self._first("prepared", timeout).get("seccomp"))

    def measure_round_trip(self, rounds: int = 50) -> float:
        """Measure ``round_trip`` while nothing of the learner's runs yet, and return it."""
        samples = sorted(self.call("ping", timeout=10.0).seconds for _ in range(rounds))
        self._round_trip = samples[len(samples) // 2]
        return self._round_trip

    def load(self) -> None:
        """Let the worker read the learner's code; ``wait_ready`` says how that went."""
        self.post("load")

    def wait_ready(self, timeout: float) -> None:
        """Wait until the solution is loaded; raises SubmissionRefusedError when it cannot be."""
        body = self._first("ready", timeout)
        if body["type"] == "refused":
            raise SubmissionRefusedError(clean(str(body.get("text")), 4000))
        if body["type"] != "ready":
            raise SolutionError(f"unexpected message {body['type']!r} before the first request")

    def _first(self, kind: str, timeout: float) -> Body:
        message = self.receive(timeout)
        if message is None:
            what = "loaded" if kind == "ready" else "started"
            raise SolutionTimeoutError(
                f"the solution was not {what} within {timeout:.0f} s; does it work at import time?"
            )
        return message.body

    def post(self, op: str, **fields: Any) -> str:
        """Send a request without waiting; returns its id. Raises SolutionTimeoutError when the pipe stays full."""
        identifier = secrets.token_hex(4)
        self._go_on()
        self._send({"id": identifier, "op": op, **fields}, timeout=5.0)
        return identifier

    def receive(self, timeout: float) -> Message | None:
        """Return the next message, or None after ``timeout`` seconds of silence.

        Raises SolutionError when the learner's code raised or the message is malformed, WorkerCrashedError when the
        worker is gone.
        """
        end = time.perf_counter() + timeout
        if not self._inbox:
            self._go_on()
        while not self._inbox:
            left = end - time.perf_counter()
            if left <= 0:
                return None
            self._wait(min(left, POLL_SECONDS))
        message = self._inbox.popleft()
        if message.body["type"] == "error":
            raise SolutionError(clean(str(message.body.get("text")), 4000))
        return message

    def call(self, op: str, *, timeout: float, **fields: Any) -> Reply:
        """Send one request and collect its items until the reply, all within ``timeout`` seconds.

        From the reply on the worker and all that it started stand still, until the next request: what was not done by
        then is not done, and nothing of the learner's runs while a baseline is timed.
        """
        if self._inbox:
            raise SolutionError("the worker sent a message that nobody asked for")
        items: list[Message] = []
        started = time.perf_counter()
        identifier = self.post(op, **fields)
        while True:
            left = started + timeout - time.perf_counter()
            message = self.receive(left) if left > 0 else None
            if message is None:
                raise SolutionTimeoutError(f"no answer to {op!r} within {timeout:.0f} s")
            if message.body.get("id") != identifier or message.body["type"] not in {"item", "reply"}:
                raise SolutionError(f"unexpected message while {op!r} was running")
            if message.body["type"] == "reply":
                self._stop()
                return Reply(message.body, items, started, message.at)
            items.append(message)

    def round_trip(self) -> float:
        """Median seconds of an empty request and its reply, to be subtracted from timed calls."""
        return self._round_trip

    def stand_still(self) -> None:
        """Stop the worker after one-way messages, as a call does with its reply."""
        self.call("ping", timeout=10.0)

    def close(self) -> None:
        """Kill the worker's whole group, forward what it still printed and release its memory."""
        if self._closed:
            return
        self._closed = True
        end_group(self._process)
        if self._reaper:
            reap(self._reaper)
        for fd in self._logs:
            self._read_log(fd)
            for line in self._logs[fd].finish():
                self.spec.log(line)
        for stream in (self._process.stdout, self._process.stderr):
            if stream is not None:
                stream.close()
        os.close(self._requests)
        self._replies.close()
        self.arena.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def _stop(self) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGSTOP)
            self._stopped = True

    def _go_on(self) -> None:
        if self._stopped:
            self._stopped = False
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGCONT)

    def _send(self, body: Body, timeout: float) -> None:
        line = encode(body)
        end = time.perf_counter() + timeout
        while line:
            try:
                line = line[os.write(self._requests, line) :]
            except BlockingIOError:
                if time.perf_counter() > end:
                    raise SolutionTimeoutError("the worker stopped reading its requests") from None
                self._wait(0.005)
            except BrokenPipeError:
                self._fail_if_gone(grace=1.0)
                raise WorkerCrashedError("the worker closed its pipe") from None

    def _wait(self, seconds: float) -> None:
        ready = self._poll.poll(max(1.0, seconds * 1000))
        fds = [fd for fd, _ in ready]
        if self._replies.fileno() in fds:
            self._read_replies()
        for fd in fds:
            if fd in self._logs:
                self._read_log(fd)
        if not ready:
            self._fail_if_gone(grace=0.0)

    def _read_replies(self) -> None:
        try:
            data, at = self._replies.read()
            if not data:
                self._fail_if_gone(grace=1.0)
                raise WorkerCrashedError("the worker closed its reply pipe")
            for line in self._lines.feed(data):
                body = decode(line)
                if not isinstance(body.get("type"), str):
                    raise ProtocolError("a message without a type")
                self._inbox.append(Message(body, at))
        except BlockingIOError:
            return
        except ProtocolError as error:
            raise SolutionError(f"malformed answer from the worker: {error}") from error

    def _read_log(self, fd: int) -> None:
        try:
            data = os.read(fd, READ_SIZE)
        except BlockingIOError:
            return
        if not data and not self._closed:
            self._poll.unregister(fd)
        for line in self._logs[fd].feed(data):
            self.spec.log(line)

    def _fail_if_gone(self, grace: float) -> None:
        try:
            status = self._process.wait(grace) if grace else self._process.poll()
        except subprocess.TimeoutExpired:
            return
        if status is not None and not self._inbox:
            raise WorkerCrashedError(exit_text(status))
