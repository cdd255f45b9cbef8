"""Planned breaks: study days on which nothing shall come due."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from studyctl.errors import ConflictError, NotFoundError, UsageError

MAX_DAYS = 365
MAX_AHEAD = 3650


class Break(NamedTuple):
    """Days without reviews, both ends included."""

    first: date
    last: date

    @property
    def days(self) -> int:
        """How many days it lasts."""
        return (self.last - self.first).days + 1

    @property
    def span(self) -> tuple[int, int]:
        """Study-day ordinals of its first and last day."""
        return self.first.toordinal(), self.last.toordinal()

    def __str__(self) -> str:
        return f"{self.first} to {self.last}"


Breaks = tuple[Break, ...]


def break_on(breaks: Iterable[Break], day: int) -> Break | None:
    """The break that a study day (ordinal) lies in."""
    return next((each for each in breaks if each.span[0] <= day <= each.span[1]), None)


def new_break(first: str, last: str, today: date, breaks: Breaks) -> Break:
    """A break from two ISO dates, fit to be planned beside `breaks`.

    Raises:
        UsageError: not a date, the wrong way round, in the past, too far ahead or too long.
        ConflictError: it overlaps a planned one.
    """
    wanted = Break(_date(first), _date(last))
    if wanted.last < wanted.first:
        raise UsageError(f"{wanted.last} is before {wanted.first}.", "Give the first day of the break, then the last.")
    if wanted.first < today:
        raise UsageError(f"A break cannot begin in the past: {wanted.first}.", f"Today is {today}.")
    if wanted.days > MAX_DAYS:
        raise UsageError(f"A break of {wanted.days} days is too long.", f"At most {MAX_DAYS} days.")
    if (wanted.first - today).days > MAX_AHEAD:
        raise UsageError(f"{wanted.first} is too far ahead.", f"A break begins within {MAX_AHEAD} days.")
    for other in breaks:
        if wanted.first <= other.last and other.first <= wanted.last:
            raise ConflictError(
                f"The break {wanted} overlaps the planned one {other}.",
                f"`studyctl review break cancel {other.first}` removes that one.",
            )
    return wanted


def with_break(breaks: Breaks, planned: Break) -> Breaks:
    """The breaks and one more, by date."""
    return tuple(sorted((*breaks, planned)))


def find_break(first: str, breaks: Breaks) -> Break:
    """The planned break that begins on an ISO date.

    Raises:
        UsageError: not a date.
        NotFoundError: none begins then.
    """
    begins = _date(first)
    for each in breaks:
        if each.first == begins:
            return each
    raise NotFoundError(f"No planned break begins on {begins}.", "`studyctl review break list` shows what is planned.")


def parse_breaks(stored: Iterable[Iterable[str]]) -> Breaks:
    """Breaks as they are stored: pairs of ISO dates."""
    return tuple(Break(*(date.fromisoformat(day) for day in pair)) for pair in stored)


def stored_breaks(breaks: Breaks) -> list[list[str]]:
    """What `parse_breaks` reads."""
    return [[each.first.isoformat(), each.last.isoformat()] for each in breaks]


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text.strip())
    except ValueError as error:
        raise UsageError(f"{text!r} is not a date.", "Write it as YYYY-MM-DD.") from error
