"""Files of the referee that workers may open: each is lent under a fresh name, as a hard link in a worker's folder."""

from __future__ import annotations

import os
import secrets
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from container import Entry, header_bytes

from graders.process import Worker

MOST_SAVED = 8 << 20  # bytes that the referee reads of a file that a worker wrote
READ_ONLY = 0o444
CELL = 4  # bytes of one poked value


@dataclass(frozen=True)
class Poke:
    """A fresh value that the referee has just written into a file: flat index of a 4-byte item in one tensor."""

    tensor: str
    index: int
    value: int


@dataclass(frozen=True)
class Stored:
    """A file on the shelf; ``start`` is where its data begins."""

    path: Path
    fd: int
    nbytes: int
    start: int
    entries: Mapping[str, Entry]

    @property
    def inode(self) -> int:
        """By which a memory map names it."""
        return os.fstat(self.fd).st_ino

    def tensor_bytes(self, name: str) -> bytes:
        """The bytes of one tensor now."""
        entry = self.entries[name]
        return os.pread(self.fd, entry.end - entry.begin, self.start + entry.begin)

    @contextmanager
    def lent(self, worker: Worker, count: int = 1) -> Iterator[list[str]]:
        """Paths under which ``worker`` sees the file while the block runs, each under a name that was never used."""
        paths = [str(worker.spec.directory / f"{secrets.token_hex(6)}.weights") for _ in range(count)]
        try:
            for path in paths:
                os.link(self.path, path)
            yield paths
        finally:
            for path in paths:
                Path(path).unlink(missing_ok=True)

    def poke(self, rng: np.random.Generator, count: int) -> list[Poke]:
        """Write ``count`` random values at random places, no place twice."""
        pokes = self._draw(rng, count)
        for poke in pokes:
            os.pwrite(self.fd, poke.value.to_bytes(CELL, "little"), self._offset(poke))
        return pokes

    @contextmanager
    def stand_ins(self, worker: Worker, rng: np.random.Generator, count: int) -> Iterator[tuple[list[str], list[Poke]]]:
        """Files that nobody has opened before, as long as this one, with its header, one poked value and holes.

        Who remembers what he mapped by the file's inode gains nothing with them. Only mappings may read them: a hole
        costs no memory.
        """
        header, pokes = os.pread(self.fd, self.start, 0), self._draw(rng, count)
        paths = [str(worker.spec.directory / f"{secrets.token_hex(6)}.weights") for _ in range(count)]
        try:
            for path, poke in zip(paths, pokes, strict=True):
                with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, READ_ONLY), "wb") as file:
                    file.write(header)
                    file.truncate(self.nbytes)
                    file.seek(self._offset(poke))
                    file.write(poke.value.to_bytes(CELL, "little"))
            yield paths, pokes
        finally:
            for path in paths:
                Path(path).unlink(missing_ok=True)

    def _draw(self, rng: np.random.Generator, count: int) -> list[Poke]:
        names = list(self.entries)
        cells = (self.entries[names[0]].end - self.entries[names[0]].begin) // CELL
        places = rng.choice(cells, size=count, replace=False)
        return [Poke(names[int(rng.integers(len(names)))], int(place), int(rng.integers(1 << 32))) for place in places]

    def _offset(self, poke: Poke) -> int:
        return self.start + self.entries[poke.tensor].begin + CELL * poke.index


class Shelf:
    """A folder beside the workers' folders, which they cannot see into."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(exist_ok=True)
        self._folder = folder
        self._stored: list[Stored] = []

    def put(self, data: bytes) -> Stored:
        """Store bytes that need not be a weights file."""
        return self._keep([data], 0, {})

    def weights(self, rng: np.random.Generator, nbytes: int, tensors: int) -> Stored:
        """Store a file of ``tensors`` equal F32 tensors, ``nbytes`` of random data in all."""
        each = nbytes // tensors
        entries = {
            f"layers.{number:02}.weight": Entry("F32", (each // 4096, 1024), number * each, (number + 1) * each)
            for number in range(tensors)
        }
        header = header_bytes({name: entry.as_header() for name, entry in entries.items()})
        return self._keep([header, *(rng.bytes(each) for _ in range(tensors))], len(header), entries)

    def close(self) -> None:
        """Close and remove every file."""
        for stored in self._stored:
            os.close(stored.fd)
            stored.path.unlink(missing_ok=True)

    def _keep(self, parts: list[bytes], start: int, entries: Mapping[str, Entry]) -> Stored:
        path = self._folder / secrets.token_hex(6)
        fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(os.dup(fd), "wb") as file:
            file.writelines(parts)
        os.fchmod(fd, READ_ONLY)
        stored = Stored(path, fd, sum(map(len, parts)), start, entries)
        self._stored.append(stored)
        return stored


def read_saved(path: Path) -> bytes | None:
    """Return what a worker wrote; None when it is no ordinary file of a reasonable size."""
    try:
        fd = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return None
    with os.fdopen(fd, "rb") as file:
        if not stat.S_ISREG(os.fstat(fd).st_mode):
            return None
        data = file.read(MOST_SAVED + 1)
    return data if len(data) <= MOST_SAVED else None
