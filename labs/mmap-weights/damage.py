"""Files that must be refused: one for each way in which a download, a disk or an attacker can spoil weights."""

from __future__ import annotations

import json
import os
import pickle
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from container import LENGTH, Array, header_bytes, layout, pack

Header = dict[str, Any]


@dataclass(frozen=True)
class Damaged:
    """A spoilt file: what is wrong in words, its bytes, and the tensors one of which the message has to name."""

    title: str
    data: bytes
    names: tuple[str, ...] = ()


class _Bomb:
    """Unpickling it makes a folder."""

    def __init__(self, marker: Path) -> None:
        self._marker = str(marker)

    def __reduce__(self) -> tuple[Any, ...]:
        return os.mkdir, (self._marker,)


def damaged_files(tensors: Mapping[str, Array], rng: np.random.Generator, marker: Path) -> list[Damaged]:
    """Return spoilt versions of a file of ``tensors`` (at least three, none empty); ``marker`` is what a bomb makes."""
    whole = pack(tensors)
    (length,) = LENGTH.unpack_from(whole)
    cut = LENGTH.size + int(rng.integers(2, length - 8))
    huge = LENGTH.pack(int(rng.integers(1 << 61, 1 << 62)))
    beyond = LENGTH.pack(len(whole) - LENGTH.size + int(rng.integers(1, 50)))
    found = [
        Damaged("an empty file", b""),
        Damaged("a file of 5 bytes", whole[:5]),
        Damaged("a header length of more than 10**18 bytes", huge + whole[8:]),
        Damaged("a header that would end behind the end of the file", beyond + whole[8:]),
        Damaged("a file that ends within its header", whole[:cut]),
        Damaged("a header that is no JSON", header_bytes(b"{dtype: F32}") + whole[8 + length :]),
        Damaged("a header that is a JSON list", header_bytes(b"[1, 2, 3]") + whole[8 + length :]),
        Damaged("bytes behind the last tensor", whole + rng.bytes(int(rng.integers(1, 9)))),
        *_changed_entries(tensors, rng),
    ]
    return [*found, *_bombs(marker)]


def _changed_entries(tensors: Mapping[str, Array], rng: np.random.Generator) -> Iterator[Damaged]:
    names = list(tensors)
    entries = {name: entry.as_header() for name, entry in layout(tensors).items()}
    data = b"".join(tensor.tobytes() for tensor in tensors.values())

    def spoil(title: str, change: Callable[[Header], Any], name: str, *others: str) -> Damaged:
        header: Header = json.loads(json.dumps(entries))
        change(header[name])
        return Damaged(title, header_bytes(header) + data, (name, *others))

    def offsets(begin: int, end: int) -> Callable[[Header], None]:
        return lambda entry: entry.update(
            data_offsets=[entry["data_offsets"][0] + begin, entry["data_offsets"][1] + end]
        )

    last, some = names[-1], names[int(rng.integers(0, len(names)))]
    width = tensors[names[0]].itemsize
    yield Damaged("a file that ends within its last tensor", header_bytes(entries) + data[: -int(rng.integers(1, 9))])
    yield spoil("data_offsets behind the end of the file", offsets(1 << 20, 1 << 20), last)
    yield spoil(
        "data_offsets that begin below 0", lambda e: e.update(data_offsets=[-e["data_offsets"][1], 0]), names[0]
    )
    yield spoil("data_offsets that end before they begin", lambda e: e["data_offsets"].reverse(), some)
    yield spoil("fewer bytes than the shape needs", lambda e: e.update(shape=[*e["shape"], 3]), some)
    yield spoil("a shape of negative numbers", lambda e: e.update(shape=[-1, -e["shape"][0], *e["shape"][1:]]), some)
    yield spoil("two tensors that overlap", offsets(-width, -width), names[1], names[0], names[2])
    yield spoil("an unknown dtype", lambda e: e.update(dtype="F31"), some)
    yield spoil("an entry without a dtype", lambda e: e.pop("dtype"), some)
    yield spoil("data_offsets that are text", lambda e: e.update(data_offsets=["0", "8"]), some)
    rest: Header = {name: entry for name, entry in entries.items() if name != names[1]}
    yield Damaged("bytes that belong to no tensor", header_bytes(rest) + data)
    twice = json.dumps(entries)[:-1] + f", {json.dumps(some)}: {json.dumps(entries[some])}}}"
    yield Damaged("a tensor that is named twice", header_bytes(twice.encode()) + data)


def _bombs(marker: Path) -> Iterator[Damaged]:
    payload = pickle.dumps({"weight": _Bomb(marker)})
    boxed = BytesIO()
    np.save(boxed, np.array([_Bomb(marker)], dtype=object), allow_pickle=True)
    yield Damaged("a pickle", payload)
    yield Damaged("a pickle in the place of the header", LENGTH.pack(len(payload)) + payload)
    yield Damaged("a .npy file of pickled objects", boxed.getvalue())
