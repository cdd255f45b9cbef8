"""Addresses: `<track>/<label>` for a day, `<track>/<label>/<kind>/<n>` for an item of it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from studyctl.errors import UsageError

_ADDRESS = re.compile(r"^(?P<track>[a-z][a-z0-9]*)[/:](?P<label>[A-Za-z0-9][A-Za-z0-9.\-]*)$")
_SHORT = re.compile(r"^(?P<prefix>\d{1,3})[:/](?P<label>[A-Za-z0-9][A-Za-z0-9.\-]*)$")
_DAY = re.compile(r"^(?:day\s*)?(?P<label>\d{1,3}(?:-\d{1,3})?)$", re.IGNORECASE)
_ITEM = re.compile(r"^(?P<day>[a-z][a-z0-9]*/[A-Za-z0-9][A-Za-z0-9.\-]*)/(?P<kind>[a-z_]+)/(?P<number>[1-9]\d*)$")


@dataclass(frozen=True, order=True)
class Address:
    """A day: track and label, e.g. `p90/16`, `p28/6-7`, `guide/3.2`."""

    track: str
    label: str

    def __str__(self) -> str:
        return f"{self.track}/{self.label}"

    @property
    def span(self) -> tuple[int, int] | None:
        """First and last day number (`6-7` -> 6, 7), or None where the label is no day number."""
        match = re.fullmatch(r"(\d+)(?:-(\d+))?", self.label)
        if match is None:
            return None
        return int(match[1]), int(match[2] or match[1])

    @property
    def sort_key(self) -> tuple[tuple[int, int | str], ...]:
        """Natural order of labels: 2 before 10, 1.2 before 1.10, numbers before words."""
        parts = re.findall(r"\d+|[A-Za-z]+", self.label)
        return tuple((0, int(part)) if part.isdigit() else (1, part) for part in parts)

    def covers(self, number: int) -> bool:
        """True where the day number lies in this entry's span."""
        span = self.span
        return span is not None and span[0] <= number <= span[1]


@dataclass(frozen=True)
class Shorthand:
    """What the user typed: an optional track prefix and a label."""

    track: str | None
    label: str


def parse_address(text: str) -> Address:
    """Parse a canonical address.

    Raises:
        UsageError: the text is not `<track>/<label>`.
    """
    match = _ADDRESS.match(text.strip())
    if match is None:
        raise UsageError(f"{text!r} is not an address.", "Addresses look like p90/16, p28/6-7, s3/2 or guide/3.2.")
    return Address(match["track"], match["label"])


def parse_item_id(text: str) -> tuple[Address, str, int]:
    """Split an item id into day, kind and number.

    Raises:
        UsageError: the text is not `<track>/<label>/<kind>/<n>`.
    """
    match = _ITEM.match(text.strip())
    if match is None:
        raise UsageError(f"{text!r} is not an item id.", "Item ids look like p90/16/deliverable/2.")
    return parse_address(match["day"]), match["kind"], int(match["number"])


def parse_shorthand(text: str) -> Shorthand | None:
    """Read `day16`, `16`, `28:16`, `p90/16` or `guide:3.2`; None where the text is none of these (perhaps a slug)."""
    stripped = text.strip()
    if match := _SHORT.match(stripped):
        return Shorthand({"90": "p90", "28": "p28", "3": "s3"}.get(match["prefix"], match["prefix"]), match["label"])
    if match := _ADDRESS.match(stripped):
        return Shorthand(match["track"], _DAY.sub(r"\g<label>", match["label"]))
    if match := _DAY.match(stripped):
        return Shorthand(None, match["label"])
    return None
