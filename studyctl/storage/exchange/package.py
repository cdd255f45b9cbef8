"""Opens an Anki package without trusting it: names, sizes and compression are looked at before a byte is unpacked."""

from __future__ import annotations

import re
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from io import BytesIO
from pathlib import Path
from typing import IO, Any

from studyctl.errors import CannotRunHereError, DataError, NotFoundError
from studyctl.storage.exchange import limits
from studyctl.storage.exchange.limits import refusal

_FETCH = "Download or export it again; a package comes from Anki's File > Export."
_FORGED = "Do not open it. Ask whoever made it for a package that Anki itself exported."
_END = b"PK\x05\x06"
_END_BYTES = 22
_END64 = b"PK\x06\x07"
_END64_BYTES = 20
_DRIVE = re.compile(r"^[A-Za-z]:")
_CHUNK = 1 << 16
_ENCRYPTED = 0x1
_DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    NotImplementedError,
    RuntimeError,
    OSError,
    ValueError,
)
_WINDOW = 64 * 2**20


class Package:
    """An open zip file whose members have harmless names."""

    def __init__(self, path: Path, archive: zipfile.ZipFile) -> None:
        self.path = path
        self._archive = archive
        self._members = _checked_members(path, archive.infolist())

    def __contains__(self, name: str) -> bool:
        return name in self._members

    def unpack(self, name: str, target: IO[bytes], limit: int, *, zstandard: bool = False) -> None:
        """Write a member to `target`, through Zstandard where asked, and stop at `limit` bytes.

        Raises:
            DataError: damaged, larger than `limit`, or compressed beyond what real data is.
            CannotRunHereError: Zstandard is needed and not installed.
        """
        member = self._members[name]
        written = 0
        allowed = max(limits.RATIO_FREE_BYTES, member.compress_size * limits.MAX_RATIO)
        try:
            with self._archive.open(member) as packed:
                source: Any = _unzstandard(packed, self.path) if zstandard else packed
                while chunk := source.read(_CHUNK):
                    written += len(chunk)
                    if written > min(limit, allowed):
                        raise self._bomb(name, written, limit)
                    target.write(chunk)
        except _DAMAGE as error:
            raise refusal(self.path, f"{name} in it is damaged ({error}).", _FETCH) from error
        except Exception as error:
            if type(error).__module__.partition(".")[0] != "zstandard":
                raise
            raise refusal(self.path, f"{name} in it is not Zstandard data ({error}).", _FETCH) from error

    def read(self, name: str, limit: int, *, zstandard: bool = False) -> bytes:
        """The bytes of a small member; errors as for `unpack`."""
        target = BytesIO()
        self.unpack(name, target, limit, zstandard=zstandard)
        return target.getvalue()

    def _bomb(self, name: str, written: int, limit: int) -> DataError:
        if written > limit:
            return refusal(self.path, f"{name} in it is larger than {limit:,} bytes.", "Export fewer decks at a time.")
        what = f"{name} in it unpacks to more than {limits.MAX_RATIO} times its size, as a zip bomb does."
        return refusal(self.path, what, _FORGED)


@contextmanager
def open_package(path: Path) -> Iterator[Package]:
    """The package at `path`, closed at the end.

    Raises:
        NotFoundError: no such file.
        DataError: no zip file, or one with names or sizes that no package has.
    """
    check_file(path, limits.MAX_PACKAGE_BYTES)
    try:
        _check_directory_size(path)
        archive = zipfile.ZipFile(path)
    except OSError as error:
        raise refusal(path, f"it cannot be read: {error.strerror}.", "Check its permissions.") from error
    except _DAMAGE as error:
        raise _no_zip(path) from error
    with archive:
        yield Package(path, archive)


def check_file(path: Path, limit: int) -> None:
    """Refuse what is no plain file or too large.

    Raises:
        NotFoundError: no such file.
        DataError: a folder, a pipe, a device, or more than `limit` bytes.
    """
    try:
        found = path.stat()
    except (OSError, ValueError) as error:
        raise NotFoundError(f"There is no file {path}.", "Check the spelling of the path.") from error
    if not stat.S_ISREG(found.st_mode):
        raise refusal(path, "it is not a plain file.", "Name the file itself.")
    if found.st_size > limit:
        raise refusal(path, f"it has {found.st_size:,} bytes; the limit is {limit:,}.", "Export it in smaller parts.")


def _no_zip(path: Path) -> DataError:
    return refusal(path, "it is not a zip file, or the end of it is missing.", _FETCH)


def _check_directory_size(path: Path) -> None:
    """Look at the size of the zip's list of members before it is read into memory."""
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - (1 << 16) - _END_BYTES - _END64_BYTES))
        tail = file.read()
    at = len(tail) - _END_BYTES
    if tail[at : at + 4] != _END or tail[-2:] != b"\0\0":
        at = tail.rfind(_END)
    if at < 0 or len(tail) - at < _END_BYTES:
        raise _no_zip(path)
    (size,) = struct.unpack_from("<L", tail, at + 12)
    if size > limits.MAX_DIRECTORY_BYTES or tail[max(0, at - _END64_BYTES) :].startswith(_END64):
        raise refusal(path, "it lists more files than a package of cards has.", "Export it without media.")


def _checked_members(path: Path, members: list[zipfile.ZipInfo]) -> dict[str, zipfile.ZipInfo]:
    checked: dict[str, zipfile.ZipInfo] = {}
    for member in members:
        name = member.filename
        if escapes(name) or escapes(member.orig_filename):
            raise refusal(path, f"it holds a file named {name!r}, which points outside of the package.", _FORGED)
        if stat.S_ISLNK(member.external_attr >> 16):
            raise refusal(path, f"{name!r} in it is a symbolic link.", _FORGED)
        if name in checked:
            raise refusal(path, f"it holds {name!r} twice.", _FORGED)
        if member.flag_bits & _ENCRYPTED:
            raise refusal(path, f"{name!r} in it is encrypted.", "Export it without a password.")
        if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise refusal(path, f"{name!r} in it is compressed in a way that Anki never uses.", _FETCH)
        checked[name] = member
    return checked


def escapes(name: str) -> bool:
    """Whether a file name could lead out of a folder, or hides what it is."""
    harmful = any(ord(character) < 32 for character in name)
    return not name or harmful or "/" in name or "\\" in name or name in {".", ".."} or bool(_DRIVE.match(name))


def _unzstandard(packed: IO[bytes], path: Path) -> Any:
    try:
        library = import_module("zstandard")
    except ImportError as error:
        raise CannotRunHereError(
            f"{path.name} is in Anki's newest format, and the module zstandard that unpacks it is not installed.",
            "Type `pip install zstandard`, or tick 'Support older Anki versions' when Anki exports.",
        ) from error
    return library.ZstdDecompressor(max_window_size=_WINDOW).stream_reader(packed)
