"""Write, read and map a file of weights.

The layout is that of safetensors files:

    8 bytes      N, the length of the header, unsigned, little endian
    N bytes      the header: a JSON object in UTF-8, which may end in spaces
    the rest     the data: the bytes of the tensors, without holes and without overlaps, up to the end of the file

    {"__metadata__": {...}, "layers.0.weight": {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]}, ...}

``data_offsets`` are [begin, end) in bytes, counted from the start of the data. ``__metadata__`` may be there and is no tensor. The
order of the entries says nothing about the order of the data. Items are little endian and in C order (the last index runs fastest).

    dtype  F64 F32 F16 I64 I32 I16 I8 U8 BOOL      numpy  <f8 <f4 <f2 <i8 <i4 <i2 i1 u1 ?

This file runs, but it saves nothing and finds nothing. Only numpy and the standard library; pickle has no place here.
"""

from __future__ import annotations

import numpy as np


def save(path: str, tensors: dict[str, np.ndarray]) -> None:
    """Write ``tensors`` to the new file ``path``.

    Write this: any tensor of a dtype above, also of shape () or (0, 3), also a view that is not contiguous. Pad the header with spaces so
    that every tensor begins, counted from the start of the file, at a multiple of its item size: N is a multiple of 8, and
    the order of the data is yours to choose.
    """


def load_read(path: str) -> dict[str, np.ndarray]:
    """Return every tensor by name, in memory of this process.

    Write this: read the file once. At no time may more than one copy of the data be in memory. Files of others may have a header
    that is not padded, so tensors may lie at odd addresses. Raise ValueError as load_mmap does.
    """
    return {}


def load_mmap(path: str) -> dict[str, np.ndarray]:
    """Return every tensor by name, as views of a read-only mapping of the file (the file itself is read-only, mode 0444).

    Write this: only the header is read; a page of data comes into memory when somebody touches it, and processes that
    map the same file share it. The mapping lives as long as the arrays.

    Raise ValueError, before any view is made, for a file that breaks a rule: too short, a header that is longer than the
    file, no JSON object, a name twice, an entry with a missing or wrong field (types, unknown dtype, negative
    sizes), offsets outside the data or unequal to shape times item size, overlaps, holes, bytes behind the last tensor. When
    one entry is at fault, the message names its tensor.
    """
    return {}
