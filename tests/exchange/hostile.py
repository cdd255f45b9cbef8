"""Builds packages that nobody should trust."""

from __future__ import annotations

import json
import os
import re
import sqlite3
import stat
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from studyctl.domain.collection import Collection
from studyctl.errors import DataError, ExitCode
from studyctl.services.exchange import read_collection
from studyctl.storage.exchange.apkg import write_apkg
from tests.exchange.samples import sample

Spoil = Callable[[sqlite3.Connection], Any]


def database(folder: Path, spoil: Spoil | None = None, collection: Collection | None = None) -> bytes:
    """The database of a good package, spoiled."""
    package = folder / "good.apkg"
    write_apkg(package, collection or sample(6))
    with zipfile.ZipFile(package) as archive:
        archive.extract("collection.anki2", folder)
    path = folder / "collection.anki2"
    connection = sqlite3.connect(path, isolation_level=None)
    try:
        if spoil is not None:
            spoil(connection)
    finally:
        connection.close()
    content = path.read_bytes()
    path.unlink()
    package.unlink()
    return content


def package(path: Path, content: bytes, name: str = "collection.anki2", media: bytes = b"{}") -> Path:
    """A zip of a database and a list of media."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
        archive.writestr("media", media)
    return path


def spoiled(path: Path, spoil: Spoil) -> Path:
    """A package whose database was spoiled."""
    return package(path, database(path.parent, spoil))


def with_member(path: Path, name: str, *, link: bool = False) -> Path:
    """A good package with one more member."""
    package(path, database(path.parent))
    with zipfile.ZipFile(path, "a") as archive:
        info = zipfile.ZipInfo(name)
        if link:
            info.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(info, b"/etc/passwd")
    return path


def with_flag(path: Path, offset: int, value: int) -> Path:
    """A good package with a changed two-byte entry of the first member in its directory."""
    content = bytearray(package(path, database(path.parent)).read_bytes())
    at = content.find(b"PK\x01\x02")
    struct.pack_into("<H", content, at + offset, value)
    path.write_bytes(content)
    return path


def edit_json(column: str, change: Callable[[Any], Any]) -> Spoil:
    """Change a JSON column of the row of settings."""

    def spoil(connection: sqlite3.Connection) -> None:
        (text,) = connection.execute(f"SELECT {column} FROM col").fetchone()
        connection.execute(f"UPDATE col SET {column} = ?", (json.dumps(change(json.loads(text))),))

    return spoil


def run(*statements: str) -> Spoil:
    """Run SQL."""

    def spoil(connection: sqlite3.Connection) -> None:
        for statement in statements:
            connection.execute(statement)

    return spoil


def read_or_refused(path: Path) -> Collection | str:
    """The collection, or what the refusal says; any other failure goes through."""
    try:
        return read_collection(path)
    except DataError as error:
        return error.message


def refused(path: Path, said: str) -> DataError:
    """The refusal of a package: it names the file, what is wrong, and what to do."""
    before = path.read_bytes() if path.is_file() else b""
    beside = sorted(os.listdir(path.parent))
    with pytest.raises(DataError) as caught:
        read_collection(path)
    name, _, what = caught.value.message.partition(": ")
    assert name == path.name
    assert re.search(said, what), what
    assert "Nothing was changed." in caught.value.message
    assert len(caught.value.message) < 600
    assert caught.value.hint
    assert caught.value.exit_code is ExitCode.DATA
    assert (path.read_bytes() if path.is_file() else b"") == before
    assert sorted(os.listdir(path.parent)) == beside
    return caught.value
