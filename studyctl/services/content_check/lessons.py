"""Lessons: one for each technical day and guide section, in the fixed layout, eight minutes long."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from studyctl.content.library import Library
from studyctl.domain.address import Address
from studyctl.domain.lesson import SECTIONS, WORDS, Lesson

NUMBERS = 2
SOURCES = 2
FIGURE_LANGUAGES = ("text", "mermaid")
FIGURE_WIDTH = 72  # fits a terminal of 80 columns with a border


@dataclass(frozen=True)
class LessonRow:
    """Length of a lesson; `minutes` is reading time."""

    address: Address
    words: int
    minutes: float
    figures: int
    sources: int
    title: str


def wanted(library: Library) -> tuple[Address, ...]:
    """The days that need a lesson: those of p90 that gather nothing, and every guide section."""
    technical = [day.address for day in library.days("p90") if not day.gathers]
    return (*technical, *(day.address for day in library.days("guide")))


def table(library: Library) -> tuple[LessonRow, ...]:
    """All lessons with their lengths."""
    found = [library.lesson(address) for address in library.lessons]
    return tuple(
        LessonRow(each.address, each.words, round(each.minutes, 1), len(each.figures), len(each.sources), each.title)
        for each in found
    )


def problems(library: Library) -> Iterator[str]:
    """What is wrong, a line each."""
    have = set(library.lessons)
    yield from (f"{address}: has no lesson" for address in wanted(library) if address not in have)
    for address in library.lessons:
        library.day(address)
        yield from (f"lesson {address}: {problem}" for problem in _lesson_problems(library.lesson(address)))


def _lesson_problems(lesson: Lesson) -> Iterator[str]:
    headings = tuple(name for name in lesson.sections if name)
    if headings != SECTIONS:
        yield f"its sections are {', '.join(headings)}; wanted are {', '.join(SECTIONS)}"
        return
    yield from (f"the section {name!r} is empty" for name, text in lesson.sections.items() if not text)
    low, high = WORDS
    if not low <= lesson.words <= high:
        yield f"{lesson.words} words, {low} to {high} are wanted"
    if not any(language in FIGURE_LANGUAGES for language, _ in lesson.figures):
        yield f"no figure: a fenced block of {' or '.join(FIGURE_LANGUAGES)}"
    widest = max((len(line) for _, text in lesson.figures for line in text.splitlines()), default=0)
    if widest > FIGURE_WIDTH:
        yield f"a figure is {widest} columns wide, {FIGURE_WIDTH} fit"
    numbers = lesson.sections["Two worked numbers"].count("### ")
    if numbers != NUMBERS:
        yield f"{numbers} worked numbers, {NUMBERS} are wanted"
    if len(lesson.sources) < SOURCES:
        yield f"{len(lesson.sources)} sources, at least {SOURCES} are wanted"
