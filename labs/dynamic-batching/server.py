"""A Triton Inference Server for the length of a run: found, started, spoken to over HTTP, and cleaned up after."""

from __future__ import annotations

import base64
import http.client
import json
import secrets
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import installation

from graders import service
from graders.context import Context
from graders.errors import UnavailableError
from graders.scheduling import TICK

LOAD_SECONDS = 40.0
ASK_SECONDS = 20.0
SHARED_MEMORY = Path("/dev/shm")


class TritonError(Exception):
    """The server refused a request; the message is its own."""


@dataclass(frozen=True)
class Model:
    """A model to be loaded: its configuration as text and as JSON, and the files of version 1."""

    name: str
    text: str
    config: Mapping[str, Any]
    files: Mapping[str, str]


class Server:
    """A server's HTTP interface (KServe v2 with Triton's repository and statistics extensions)."""

    def __init__(self, host: str, port: int, repository: Path | None, pid: int | None = None) -> None:
        self.host, self.port, self._pid = host, port, pid
        self._repository = repository  # None for a server whose disk is out of reach
        self._loaded: list[str] = []

    def connect(self) -> http.client.HTTPConnection:
        """A connection that stays open."""
        return http.client.HTTPConnection(self.host, self.port, timeout=ASK_SECONDS)

    def alive(self) -> bool:
        """Whether it answers requests; "ready" would also ask for models that somebody has unloaded."""
        with suppress(OSError, http.client.HTTPException, TritonError):
            self._ask("GET", "/v2/health/live", timeout=1.0)
            return True
        return False

    def load(self, model: Model) -> None:
        """Load a model; raises TritonError with the server's reason."""
        override: dict[str, Any] = {}
        if self._repository is None:
            files = {f"file:1/{name}": base64.b64encode(text.encode()).decode() for name, text in model.files.items()}
            override = {"parameters": {"config": json.dumps(model.config), **files}}
        else:
            folder = self._repository / model.name
            (folder / "1").mkdir(parents=True)
            (folder / "config.pbtxt").write_text(model.text)
            for name, text in model.files.items():
                (folder / "1" / name).write_text(text)
        self._loaded.append(model.name)
        self._ask("POST", f"/v2/repository/models/{model.name}/load", override, timeout=LOAD_SECONDS)

    def unload_all(self) -> None:
        """Unload what was loaded here."""
        for name in self._loaded:
            with suppress(OSError, http.client.HTTPException, TritonError):
                self._ask("POST", f"/v2/repository/models/{name}/unload", {})

    def statistics(self, name: str) -> dict[str, Any]:
        """The server's own counters of one model."""
        body = json.loads(self._ask("GET", f"/v2/models/{name}/stats"))
        found: dict[str, Any] = body["model_stats"][0]
        return found

    def configuration(self, name: str) -> dict[str, Any]:
        """The configuration that the server uses."""
        found: dict[str, Any] = json.loads(self._ask("GET", f"/v2/models/{name}/config"))
        return found

    def cpu_seconds(self) -> float | None:
        """CPU time of the server and its models so far; None for a server that is not ours."""
        if self._pid is None:
            return None
        children = Path(f"/proc/{self._pid}/task").glob("*/children")
        with suppress(OSError):
            family = [self._pid, *(int(pid) for each in children for pid in each.read_text().split())]
            return sum(_cpu_seconds(pid) for pid in family)
        return None

    def _ask(self, method: str, path: str, body: object = None, *, timeout: float = ASK_SECONDS) -> bytes:
        connection = http.client.HTTPConnection(self.host, self.port, timeout=timeout)
        try:
            connection.request(method, path, None if body is None else json.dumps(body).encode())
            response = connection.getresponse()
            data = response.read()
        finally:
            connection.close()
        if response.status != 200:
            raise TritonError(f"{response.status} {data.decode(errors='replace')[:500]}")
        return data


@contextmanager
def open_server(context: Context) -> Iterator[Server]:
    """The server at ``triton_url``, or one of our own; raises UnavailableError when there is none."""
    url = context.options.get("triton_url")
    if url is not None:
        address = urlsplit(url if "//" in url else f"//{url}")
        server = Server(address.hostname or service.LOOPBACK, address.port or 8000, None)
        if not server.alive():
            why = f"no Triton server answers at {url}"
            raise UnavailableError("triton", why, "tritonserver --model-control-mode=explicit --model-repository=DIR")
        try:
            yield server
        finally:
            server.unload_all()
        return
    with _own_server(context.options.get("triton_home")) as server:
        yield server


@contextmanager
def _own_server(home: str | None) -> Iterator[Server]:
    found = installation.find(home)
    region = f"lab-{secrets.token_hex(6)}"
    repositories: list[Path] = []

    def command(port: int, folder: Path) -> Sequence[str]:
        repositories.append(folder / "models")
        repositories[-1].mkdir()
        return [
            "/usr/bin/env", *(f"{name}={value}" for name, value in found.environment.items()), str(found.program),
            f"--model-repository={repositories[-1]}", *found.arguments(folder), "--model-control-mode=explicit",
            "--exit-on-error=false", "--exit-timeout-secs=2", f"--http-address={service.LOOPBACK}",
            f"--http-port={port}", "--allow-grpc=false", "--allow-metrics=false",
            f"--backend-config=python,shm-region-prefix-name={region}",
        ]  # fmt: skip

    def ready(port: int) -> bool:
        return Server(service.LOOPBACK, port, None).alive()

    try:
        with service.running(command, ready, name="tritonserver", repair=installation.INSTALL) as (process, port):
            server = Server(service.LOOPBACK, port, repositories[-1], process.pid)
            try:
                yield server
            finally:
                server.unload_all()
                process.terminate()
                with suppress(subprocess.TimeoutExpired):
                    process.wait(5.0)
    finally:
        for left in SHARED_MEMORY.glob(f"{region}*"):  # what a server that was killed leaves behind
            left.unlink(missing_ok=True)


def _cpu_seconds(pid: int) -> float:
    with suppress(OSError, ValueError, IndexError):
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) * TICK  # utime + stime, proc_pid_stat(5)
    return 0.0
