"""Shell completion: reads the content only, never the database."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache

from studyctl.content.library import Library
from studyctl.domain.address import Address
from studyctl.domain.setting_rules import RULES
from studyctl.errors import StudyError
from studyctl.paths import bundle_root


@cache
def _library() -> Library:
    return Library(bundle_root())


def addresses(incomplete: str) -> Iterator[str]:
    """Addresses of all written days."""
    yield from _starting(incomplete, (str(day) for track in _safe_tracks() for day in track))


def labs(incomplete: str) -> Iterator[str]:
    """Slugs, and the days that have a lab."""
    library = _library()
    try:
        served = [str(day) for lab in library.labs.values() for day in lab.serves]
        yield from _starting(incomplete, [*library.labs, *served])
    except StudyError:
        return


def items(incomplete: str) -> Iterator[str]:
    """Item ids, once the day is typed."""
    library = _library()
    for track in _safe_tracks():
        for address in track:
            if incomplete.startswith(f"{address}/"):
                yield from _starting(incomplete, (item.id for item in library.day(address).tickable))
            elif f"{address}/".startswith(incomplete):
                yield f"{address}/"


def tracks(incomplete: str) -> Iterator[str]:
    """Track ids."""
    try:
        yield from _starting(incomplete, _library().tracks)
    except StudyError:
        return


def cards(incomplete: str) -> Iterator[str]:
    """Card ids."""
    try:
        yield from _starting(incomplete, _library().cards)
    except StudyError:
        return


def settings(incomplete: str) -> Iterator[str]:
    """Names of settings."""
    yield from _starting(incomplete, RULES)


def _safe_tracks() -> list[tuple[Address, ...]]:
    try:
        return [track.days for track in _library().tracks.values()]
    except StudyError:
        return []


def _starting(incomplete: str, words: Iterable[str]) -> Iterator[str]:
    yield from (word for word in words if word.startswith(incomplete))
