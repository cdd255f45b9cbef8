"""Packages that are broken or mean harm are refused with file, reason and remedy, and leave nothing behind."""

from __future__ import annotations

import os
import random
import sys
import zipfile
from pathlib import Path
from typing import IO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studyctl.domain.collection import Collection
from studyctl.errors import CannotRunHereError, ExitCode, NotFoundError
from studyctl.services.exchange import read_collection
from studyctl.storage.exchange import limits
from studyctl.storage.exchange.package import Package
from tests.exchange.hostile import (
    database,
    package,
    read_or_refused,
    refused,
)
from tests.exchange.hostile_cases import BOMB, FILES, written


@pytest.mark.parametrize("name", FILES)
def test_a_hostile_package_is_refused(name: str, tmp_path: Path) -> None:
    make, said = FILES[name]
    refused(make(tmp_path / "hostile.apkg"), said)


def test_a_truncated_package_is_refused_at_every_length(tmp_path: Path) -> None:
    whole = package(tmp_path / "good.apkg", database(tmp_path)).read_bytes()
    for length in random.Random(1).sample(range(len(whole)), 60):
        refused(written(tmp_path / "cut.apkg", whole[:length]), "not a zip")


@given(at=st.integers(0, 10**6), value=st.integers(0, 255))
def test_a_changed_byte_is_refused_or_harmless(at: int, value: int, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("changed")
    content = bytearray(database(folder))
    content[at % len(content)] = value
    path = package(folder / "changed.apkg", bytes(content))
    found = read_or_refused(path)
    assert path.name in found if isinstance(found, str) else len(found.cards) <= 6


@given(junk=st.binary(max_size=200), at=st.integers(0, 10**6))
def test_junk_in_the_zip_is_refused_or_harmless(junk: bytes, at: int, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("junk")
    whole = package(folder / "good.apkg", database(folder)).read_bytes()
    place = at % len(whole)
    path = written(folder / "junk.apkg", whole[:place] + junk + whole[place + len(junk) :])
    found = read_or_refused(path)
    assert isinstance(found, Collection) or path.name in found


def test_a_database_beyond_the_absolute_limit_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MAX_DATABASE_BYTES", 50_000)
    refused(package(tmp_path / "large.apkg", database(tmp_path)), "larger than 50,000")


def test_the_bomb_is_not_unpacked_to_its_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bomb = package(tmp_path / "bomb.apkg", b"\0" * (64 * 2**20))
    written = 0
    real = Package.unpack

    def counted(self: Package, name: str, target: IO[bytes], *limits: int, zstandard: bool = False) -> None:
        nonlocal written
        try:
            real(self, name, target, *limits, zstandard=zstandard)
        finally:
            written = target.tell()

    monkeypatch.setattr(Package, "unpack", counted)
    refused(bomb, "zip bomb")
    assert limits.RATIO_FREE_BYTES < written < 16 * 2**20


def test_more_cards_than_the_limit_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MAX_CARDS", 5)
    refused(package(tmp_path / "many.apkg", database(tmp_path)), "6 cards; the limit is 5")
    monkeypatch.setattr(limits, "MAX_CARDS", 6)
    monkeypatch.setattr(limits, "MAX_REVIEWS", 1)
    refused(package(tmp_path / "many.apkg", database(tmp_path)), "revlog; the limit is 1")


def test_a_name_twice_in_a_zip_is_refused(tmp_path: Path) -> None:
    path = package(tmp_path / "twice.apkg", database(tmp_path))
    with zipfile.ZipFile(path, "a") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr("collection.anki2", b"other")
    refused(path, "twice")


def test_a_list_of_very_many_files_is_refused_before_it_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "MAX_DIRECTORY_BYTES", 100)
    refused(package(tmp_path / "many.apkg", database(tmp_path)), "more files")


def test_folders_and_pipes_are_no_packages(tmp_path: Path) -> None:
    (tmp_path / "folder.apkg").mkdir()
    refused(tmp_path / "folder.apkg", "not a plain file")
    os.mkfifo(tmp_path / "pipe.apkg")
    refused(tmp_path / "pipe.apkg", "not a plain file")
    with pytest.raises(NotFoundError):
        read_collection(tmp_path / "nul\0.apkg")


def test_the_newest_format_asks_for_zstandard_where_it_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "zstandard", None)
    path = package(tmp_path / "new.apkg", b"(\xb5/\xfd", "collection.anki21b", b"")
    with pytest.raises(CannotRunHereError) as caught:
        read_collection(path)
    assert caught.value.exit_code is ExitCode.CANNOT_RUN_HERE
    assert "pip install zstandard" in caught.value.hint


def test_a_bomb_and_junk_in_the_newest_format_are_refused(tmp_path: Path) -> None:
    zstandard = pytest.importorskip("zstandard")
    squeezed = zstandard.ZstdCompressor(level=19).compress(BOMB * 4)
    refused(package(tmp_path / "bomb.apkg", squeezed, "collection.anki21b"), "zip bomb")
    refused(package(tmp_path / "junk.apkg", b"no zstandard at all", "collection.anki21b"), "not Zstandard")
    good = zstandard.ZstdCompressor().compress(database(tmp_path))
    refused(package(tmp_path / "media.apkg", good, "collection.anki21b", b"{}"), "Zstandard")
    media = zstandard.ZstdCompressor().compress(b"\x0a\x0b\x0a\x09../ab.png")
    refused(package(tmp_path / "up.apkg", good, "collection.anki21b", media), "outside")
    cut = package(tmp_path / "cut.apkg", good[: len(good) // 2], "collection.anki21b", media)
    refused(cut, "database|damaged|outside")
