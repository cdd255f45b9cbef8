"""The referee's own reading and writing of the weights format, strict: it accepts nothing that the format forbids."""

from __future__ import annotations

import json
import math
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
DTYPES = {
    "F64": "<f8",
    "F32": "<f4",
    "F16": "<f2",
    "I64": "<i8",
    "I32": "<i4",
    "I16": "<i2",
    "I8": "|i1",
    "U8": "|u1",
    "BOOL": "|b1",
}
NAMES = {dtype: name for name, dtype in DTYPES.items()}
METADATA = "__metadata__"
LENGTH = struct.Struct("<Q")
HEADER_UNIT = 8  # bytes; the data begins at a multiple of it


class MalformedError(ValueError):
    """The bytes are no weights file; the message says what is wrong where."""


@dataclass(frozen=True)
class Entry:
    """One tensor of a file: its dtype name, shape, and ``begin`` and ``end`` in bytes from the start of the data."""

    dtype: str
    shape: tuple[int, ...]
    begin: int
    end: int

    def as_header(self) -> dict[str, Any]:
        """Return the form in which it stands in the header."""
        return {"dtype": self.dtype, "shape": list(self.shape), "data_offsets": [self.begin, self.end]}


def layout(tensors: Mapping[str, Array]) -> dict[str, Entry]:
    """Place the tensors one behind the other, in the order of the mapping."""
    entries, begin = {}, 0
    for name, tensor in tensors.items():
        entries[name] = Entry(NAMES[tensor.dtype.str], tensor.shape, begin, begin + tensor.nbytes)
        begin += tensor.nbytes
    return entries


def header_bytes(header: Mapping[str, Any] | bytes, *, pad: bool = True, indent: int | None = None) -> bytes:
    """Return length and header, padded with spaces so that the data begins at a multiple of HEADER_UNIT."""
    text = header if isinstance(header, bytes) else json.dumps(header, indent=indent).encode()
    if pad:
        text += b" " * (-len(text) % HEADER_UNIT)
    return LENGTH.pack(len(text)) + text


def pack(tensors: Mapping[str, Array], *, pad: bool = True, indent: int | None = None, shuffled: bool = False) -> bytes:
    """Return a whole file; ``shuffled`` lists the header in the opposite order of the data, with metadata."""
    entries = layout(tensors)
    header: dict[str, Any] = {name: entry.as_header() for name, entry in entries.items()}
    if shuffled:
        header = {METADATA: {"made by": "the referee"}, **dict(reversed(header.items()))}
    return header_bytes(header, pad=pad, indent=indent) + b"".join(each.tobytes() for each in tensors.values())


def parse(data: bytes) -> tuple[dict[str, Entry], int]:
    """Return the entries by name and where the data begins in the file; raises MalformedError."""
    if len(data) < LENGTH.size:
        raise MalformedError(f"{len(data)} bytes are too few for the 8-byte length of the header")
    (length,) = LENGTH.unpack_from(data)
    start = LENGTH.size + length
    if start > len(data):
        raise MalformedError(f"a header of {length} bytes in a file of {len(data)} bytes")
    try:
        header = json.loads(data[LENGTH.size : start].decode(), object_pairs_hook=_without_duplicates)
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError) as error:
        raise MalformedError(f"the header is no JSON: {error}") from error
    if not isinstance(header, dict):
        raise MalformedError("the header is no JSON object")
    entries = {name: _entry(name, value) for name, value in header.items() if name != METADATA}
    _require_no_gaps(entries, len(data) - start)
    return entries, start


def tensor_of(data: bytes, start: int, entry: Entry) -> Array:
    """Return one tensor of a parsed file."""
    raw = np.frombuffer(data[start + entry.begin : start + entry.end], dtype=DTYPES[entry.dtype])
    return raw.reshape(entry.shape)


def misaligned(entries: Mapping[str, Entry], start: int) -> list[str]:
    """Names of the tensors whose place in the file is no multiple of their item size."""
    return [
        name for name, entry in entries.items() if (start + entry.begin) % np.dtype(DTYPES[entry.dtype]).itemsize != 0
    ]


def _without_duplicates(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise MalformedError("the header names a key twice")
    return found


def _entry(name: str, value: Any) -> Entry:
    match value:
        case {"dtype": str(dtype), "shape": list(shape), "data_offsets": [int(begin), int(end)], **rest} if not rest:
            pass
        case _:
            raise MalformedError(f"tensor {name!r}: an entry has dtype, shape and data_offsets, and nothing else")
    if dtype not in DTYPES:
        raise MalformedError(f"tensor {name!r}: unknown dtype {dtype!r}")
    if not all(isinstance(n, int) and not isinstance(n, bool) and n >= 0 for n in shape):
        raise MalformedError(f"tensor {name!r}: shape {shape} is no list of natural numbers")
    needed = math.prod(shape) * np.dtype(DTYPES[dtype]).itemsize
    if not 0 <= begin <= end or end - begin != needed:
        raise MalformedError(f"tensor {name!r}: {dtype} {shape} needs {needed} bytes, data_offsets are {begin}..{end}")
    return Entry(dtype, tuple(shape), begin, end)


def _require_no_gaps(entries: Mapping[str, Entry], nbytes: int) -> None:
    at = 0
    for name, entry in sorted(entries.items(), key=lambda item: (item[1].begin, item[1].end)):
        if entry.begin != at:
            what = "overlaps the tensor before it" if entry.begin < at else f"leaves a hole at byte {at}"
            raise MalformedError(f"tensor {name!r} at {entry.begin}..{entry.end} {what}")
        at = entry.end
    if at != nbytes:
        raise MalformedError(f"the tensors fill {at} bytes of data, the file has {nbytes}")
