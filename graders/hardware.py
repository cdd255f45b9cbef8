"""Datasheet peaks of known GPUs: the roof that a measured ceiling can be held against."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from graders.errors import UsageError

DEFAULT_DATA = Path(__file__).resolve().parent.parent / "data"
BRANDS = re.compile(r"^(nvidia|tesla|geforce)\s+")


@dataclass(frozen=True)
class Hardware:
    """One GPU as its maker describes it; None and a missing dtype mean that the source does not say.

    ``flops``: dtype (fp32, tf32, fp16, bf16, fp8, int8) -> dense operations/s. ``link_bytes_per_s`` counts both
    directions.
    """

    name: str
    names: tuple[str, ...]
    compute_capability: str
    memory_bytes: int
    bandwidth_bytes_per_s: float
    link: str
    link_bytes_per_s: float
    flops: Mapping[str, float]
    source: str
    sms: int | None = None
    l2_bytes: int | None = None

    def ridge(self, dtype: str) -> float:
        """Operations per byte of device memory at which the two limits meet; raises KeyError for a missing dtype."""
        return self.flops[dtype] / self.bandwidth_bytes_per_s

    def attainable(self, intensity: float, dtype: str) -> float:
        """Operations/s at ``intensity`` operations per byte (Williams, Waterman and Patterson 2009)."""
        return min(self.flops[dtype], self.bandwidth_bytes_per_s * intensity)


def find(name: str, data: Path = DEFAULT_DATA) -> Hardware | None:
    """Return the GPU that NVML calls ``name``, or None: a MIG slice or a cousin such as "RTX 3090 Ti" is another GPU.

    Raises UsageError when the data file is missing or malformed.
    """
    wanted = _bare(name)
    return next((gpu for gpu in load(data) if wanted in map(_bare, gpu.names)), None)


@cache
def load(data: Path = DEFAULT_DATA) -> tuple[Hardware, ...]:
    """Return every known GPU; raises UsageError when ``hardware.toml`` is missing or malformed."""
    path = data / "hardware.toml"
    try:
        return tuple(_build(entry) for entry in tomllib.loads(path.read_text(encoding="utf-8"))["gpu"])
    except (OSError, tomllib.TOMLDecodeError, KeyError, TypeError) as error:
        raise UsageError(f"{path}: {error}") from error


def _build(entry: dict[str, Any]) -> Hardware:
    return Hardware(**{**entry, "names": tuple(entry["names"])})


def _bare(name: str) -> str:
    """Lower case, one space between words, without the brands in front."""
    text = " ".join(name.lower().split())
    while BRANDS.match(text):
        text = BRANDS.sub("", text)
    return text
