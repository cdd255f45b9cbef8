"""Runs every check of the content."""

from __future__ import annotations

from dataclasses import dataclass

from studyctl.content.library import Library
from studyctl.errors import StudyError
from studyctl.services.content_check import cards, days, figures, ids, labs, lessons, references, text, topics
from studyctl.services.content_check.lessons import LessonRow
from studyctl.services.content_check.text import NearPair


@dataclass(frozen=True)
class ContentReport:
    """What is wrong, a line each; the lessons with their lengths; the nearest sentences of different days."""

    problems: tuple[str, ...]
    lessons: tuple[LessonRow, ...]
    nearest: tuple[NearPair, ...]


def check_content(library: Library) -> ContentReport:
    """Load everything and check it. A file that cannot be read ends the check with that one problem."""
    try:
        nearest = text.nearest(library)
        problems = [
            *references.problems(library),
            *days.problems(library),
            *lessons.problems(library),
            *topics.problems(library),
            *cards.problems(library),
            *labs.problems(library),
            *figures.problems(library),
            *text.problems(library, nearest),
            *ids.problems(library),
        ]
        return ContentReport(tuple(problems), lessons.table(library), nearest)
    except StudyError as error:
        return ContentReport((error.message,), (), ())
