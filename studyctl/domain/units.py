"""Quantities as people type them: `4.36 ms`, `4,360 us`, `12.5 %`, `1.2e9`, `12 GiB`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from math import isfinite

_NUMBER = re.compile(
    r"^\s*(?P<number>[+-]?(?:(?:\d{1,3}(?:,\d{3})+|\d+(?:_\d+)*)(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?)"
    r"\s*(?P<unit>(?!\s*(?:[\d.,_]|/\s*\d)).*?)\s*$"
)
_DECIMAL = {"n": 1e-9, "u": 1e-6, "m": 1e-3, "": 1.0, "k": 1e3, "K": 1e3, "M": 1e6, "G": 1e9, "T": 1e12, "P": 1e15}
_BINARY = {"Ki": 2.0**10, "Mi": 2.0**20, "Gi": 2.0**30, "Ti": 2.0**40}
_TIMES = {"min": 60.0, "h": 3600.0}
_NAMES = {
    "byte": "B",
    "bytes": "B",
    "bit": "bit",
    "bits": "bit",
    "sec": "s",
    "second": "s",
    "seconds": "s",
    "hour": "h",
    "hours": "h",
    "minute": "min",
    "minutes": "min",
    "flop": "FLOP",
    "flops": "FLOP",
    "percent": "%",
    "times": "x",
}
_SHARES = {"%": 0.01, "": 1.0, "x": 1.0}
_COUNTS = {"thousand": 1e3, "million": 1e6, "billion": 1e9}


@dataclass(frozen=True)
class Unit:
    """A unit as a factor to its base: `GiB/s` is 2**30 of `B/s`."""

    base: str
    factor: float


def unit_of(text: str) -> Unit:
    """The unit behind a text; one that is not known is its own base (its plural is the same unit)."""
    name = text.strip().replace("\u00b5", "u").replace("\u03bc", "u")
    head, slash, below = name.partition("/")
    found = _simple(head.strip())
    return Unit(found.base + (slash + _simple(below.strip()).base if slash else ""), found.factor)


def parse_quantity(text: str) -> tuple[float, str] | None:
    """Number and unit text of what somebody typed; None where it is no finite number. Commas group thousands."""
    match = _NUMBER.match(text)
    number = float(match["number"].replace(",", "").replace("_", "")) if match else float("nan")
    return (number, match["unit"]) if match and isfinite(number) else None


def _simple(name: str) -> Unit:
    known = _NAMES.get(name.casefold(), name)
    if known in _SHARES:
        return Unit("", _SHARES[known])
    if known in _COUNTS:
        return Unit("", _COUNTS[known])
    if known in _TIMES:
        return Unit("s", _TIMES[known])
    for base in ("FLOP", "bit", "B", "s", "W", "J", "Hz"):
        prefix = known.removesuffix(base)
        if prefix != known and prefix in (_BINARY if prefix.endswith("i") else _DECIMAL):
            return Unit(base, _BINARY.get(prefix, _DECIMAL.get(prefix, 1.0)))
    return Unit(known.casefold().removesuffix("s"), 1.0)
