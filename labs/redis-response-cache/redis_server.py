"""The Redis of a run: a server of the lab's own on a free loopback port, or one that is already there."""

from __future__ import annotations

import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from graders import service
from graders.context import Context
from graders.errors import UnavailableError
from graders.resp import Address, Redis, RedisError

# Clients may cache, not administer: no CONFIG RESETSTAT before counters are read, no files, no network, no SHUTDOWN.
RIGHTS = ("on", "nopass", "~*", "&*", "+@all", "-@admin", "-migrate")


@dataclass(frozen=True)
class Server:
    """The Redis in use; ``process`` is None for one that the lab did not start and therefore never stops."""

    address: Address
    admin: Redis
    process: subprocess.Popen[bytes] | None

    def connect(self) -> socket.socket:
        """Open a connection, logged in, for a worker that has no network of its own."""
        return Redis(self.address).detach()

    def counters(self) -> tuple[int, int]:
        """Return keyspace_hits and keyspace_misses."""
        lines = self.admin.command("INFO", "stats").decode().splitlines()
        stats = dict(line.split(":", 1) for line in lines if ":" in line)
        return int(stats["keyspace_hits"]), int(stats["keyspace_misses"])

    def keys(self, pattern: str) -> list[bytes]:
        """Return the keys that match, by SCAN."""
        cursor, found = b"0", set()
        while True:
            cursor, page = self.admin.command("SCAN", cursor, "MATCH", pattern, "COUNT", 1000)
            found.update(page)
            if cursor == b"0":
                return sorted(found)

    def delete(self, pattern: str) -> None:
        """Delete the keys that match."""
        for key in self.keys(pattern):
            self.admin.command("DEL", key)


@contextmanager
def open_server(context: Context) -> Iterator[Server]:
    """Start a redis-server without persistence, or use the one at ``redis_url``; UnavailableError when it is silent."""
    url = context.options.get("redis_url")
    if url is not None:
        address = Address.parse(url)
        if not _answers(address):
            why = f"no Redis answers PING at {address.host}:{address.port}"
            raise UnavailableError("redis", why, f"redis-server --port {address.port}")
        yield Server(address, Redis(address), None)
        return
    program = str(shutil.which("redis-server"))
    with service.running(
        lambda port, folder: [program, "--port", str(port), "--bind", service.LOOPBACK, "--dir", str(folder),
                              "--save", "", "--appendonly", "no", "--daemonize", "no",
                              "--databases", "1", "--user", "default", *RIGHTS],
        lambda port: _answers(Address(service.LOOPBACK, port)),
        name="redis-server",
        repair="apt-get install --reinstall redis-server",
    ) as (process, port):  # fmt: skip
        address = Address(service.LOOPBACK, port)
        yield Server(address, Redis(address), process)


def _answers(address: Address) -> bool:
    probe = Redis(address)
    try:
        return bool(probe.command("PING") == "PONG")
    except (OSError, RedisError):
        return False
    finally:
        probe.close()
