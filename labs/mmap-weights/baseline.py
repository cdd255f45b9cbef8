"""The referee's own loader by read(): what a mapping is compared with."""

from __future__ import annotations

import json
import struct
from pathlib import Path
from typing import Any

import numpy as np

DTYPES = {"F32": np.float32}


def load_read(path: str) -> dict[str, Any]:
    """Read the whole file and return views of its bytes."""
    data = Path(path).read_bytes()
    (length,) = struct.unpack_from("<Q", data)
    header = json.loads(data[8 : 8 + length])
    return {
        name: np.ndarray(entry["shape"], DTYPES[entry["dtype"]], data, 8 + length + entry["data_offsets"][0])
        for name, entry in header.items()
    }
