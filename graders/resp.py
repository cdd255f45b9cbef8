"""A minimal Redis client: one connection, one command at a time, RESP2 on the wire."""

from __future__ import annotations

import socket
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlsplit

from graders.errors import UsageError

DEFAULT_PORT = 6379


class RedisError(Exception):
    """The server answered with an error, for example for a wrong number of arguments."""


@dataclass(frozen=True)
class Address:
    """Where a server listens and how to log in; ``db`` is the number of the keyspace."""

    host: str
    port: int = DEFAULT_PORT
    db: int = 0
    user: str = ""
    password: str = ""

    @classmethod
    def parse(cls, url: str) -> Address:
        """Read ``redis://[user[:password]@]host[:port][/db]``; raises UsageError for anything else."""
        try:
            parts = urlsplit(url)
            db = int(parts.path.strip("/") or 0)
            port = parts.port or DEFAULT_PORT
        except ValueError as error:
            raise UsageError(f"{url!r} is not a Redis URL: {error}") from error
        if parts.scheme != "redis" or not parts.hostname:
            raise UsageError(f"{url!r} is not of the form redis://[user:password@]host[:port][/db]")
        return cls(parts.hostname, port, db, unquote(parts.username or ""), unquote(parts.password or ""))


class Redis:
    """Connects at the first command, and again after a failure.

    ``source`` is an address, or connected sockets for a process that must not connect by itself: the first command uses
    the first of them, and each failure moves on to the next, so that one socket allows no second try. A server that is
    gone or silent raises ConnectionError or TimeoutError, both of them OSError.
    """

    def __init__(self, source: Address | Iterable[socket.socket], *, timeout: float = 1.0) -> None:
        self._address = source if isinstance(source, Address) else None
        self._spare = [] if isinstance(source, Address) else list(source)
        self._timeout = timeout
        self._socket: socket.socket | None = None
        self._reader: Any = None

    def command(self, *parts: str | bytes | int) -> Any:
        """Send one command and return its reply: bytes, int, str (a status such as "OK"), list, or None for nil.

        ``command("SET", key, value, "PX", 1000)``, ``command("GET", key)``. Raises RedisError or OSError.
        """
        message = _encode(parts)
        try:
            if self._socket is None:
                self._connect()
            assert self._socket is not None
            self._socket.sendall(message)
            return self._read()
        except OSError:
            self.close()
            raise

    def close(self) -> None:
        """Close the connection; the next command opens a new one, or takes the next socket."""
        if self._socket is not None:
            with suppress(OSError):
                self._reader.close()
                self._socket.close()
        self._socket = self._reader = None

    def detach(self) -> socket.socket:
        """Connect and log in where that is due, and give the socket away, for another process to go on with."""
        if self._socket is None:
            self._connect()
        given = self._socket
        assert given is not None
        self._reader.close()  # empty: every reply was read to its end
        given.settimeout(None)
        self._socket = self._reader = None
        return given

    def _connect(self) -> None:
        if self._address is None:
            if not self._spare:
                raise ConnectionError("the connection to Redis was lost")
            self._use(self._spare.pop(0))
            return
        address = self._address
        self._use(socket.create_connection((address.host, address.port), timeout=self._timeout))
        if address.password:
            self.command(*["AUTH", address.user, address.password] if address.user else ["AUTH", address.password])
        if address.db:
            self.command("SELECT", address.db)

    def _use(self, connected: socket.socket) -> None:
        connected.settimeout(self._timeout)
        if connected.family != socket.AF_UNIX:
            connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._socket, self._reader = connected, connected.makefile("rb")

    def _read(self) -> Any:
        line = self._reader.readline()
        if not line.endswith(b"\r\n"):
            raise ConnectionError("Redis closed the connection")
        kind, rest = line[:1], line[1:-2]
        if kind == b"-":
            raise RedisError(rest.decode(errors="replace"))
        if kind == b"+":
            return rest.decode()
        if kind == b":":
            return int(rest)
        if kind == b"$":
            return self._read_bulk(int(rest))
        if kind == b"*":
            return None if int(rest) < 0 else [self._read() for _ in range(int(rest))]
        raise ConnectionError(f"not RESP: {line[:40]!r}")

    def _read_bulk(self, size: int) -> bytes | None:
        if size < 0:
            return None
        data: bytes = self._reader.read(size + 2)
        if len(data) != size + 2:
            raise ConnectionError("Redis closed the connection in the middle of a reply")
        return data[:-2]


def _encode(parts: tuple[str | bytes | int, ...]) -> bytes:
    """Return an array of bulk strings, the form of every request (Redis serialization protocol specification)."""
    message = [b"*%d\r\n" % len(parts)]
    for part in parts:
        if isinstance(part, bool) or not isinstance(part, str | bytes | int):
            raise TypeError(f"a part of a command is str, bytes or int, got {type(part).__name__}")
        data = part if isinstance(part, bytes) else str(part).encode()
        message.append(b"$%d\r\n%b\r\n" % (len(data), data))
    return b"".join(message)
