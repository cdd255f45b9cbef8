"""Reviewing line by line, for screen readers, pipes and slow connections."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from studyctl.cli.card_editor import edit_draft
from studyctl.cli.diagnostics import say
from studyctl.cli.output import line
from studyctl.cli.plain_sitting import Asked, Picked, Queue, Source
from studyctl.cli.prompting import ask
from studyctl.cli.session_end import fit_after_session
from studyctl.domain.cards import Rating
from studyctl.domain.deadline_choice import OVER, countdown
from studyctl.domain.typed_answer import SIGNS, Comparison, compare, signed, suggested, typed, wanted
from studyctl.errors import StudyError, UsageError

if TYPE_CHECKING:
    from studyctl.container import Container
    from studyctl.services.prompts import Prompt

_STOP, _NEXT = "stop", "next"
_PRACTICE = "(practice: the answer is not stored)"
_MORE = "u: undo, e: edit, !: flag or take the flag off, -: suspend, q: stop"
_OFFERS = "`studyctl review --practice` asks learnt cards, `--filter` those of a query; neither waits for a due date."


@dataclass
class _Sitting:
    """A conversation: where its cards come from, those whose answers were stored, and how many were practice."""

    container: Container
    source: Source
    answered: list[str] = field(default_factory=list)
    practised: int = 0


def review_line_by_line(container: Container) -> None:
    """Ask every card that is due until the queue is empty, `q` is typed or the input ends."""
    from studyctl.services.review_day import review_day
    from studyctl.statistics_text.review_day import day_lines

    queue = container.review.queue()
    _tell(queue.problems)
    if queue.counts.deadline_days is not None and queue.counts.deadline_days <= 0:
        say(OVER)
    sitting = _Sitting(container, Queue(container))
    _sit(sitting)
    counts = container.review.queue().counts
    line(f"{len(sitting.answered)} answered." + (f" {counts.later} come back later today." if counts.later else ""))
    if not counts.total:
        for told in ("Nothing is due now.", *day_lines(review_day(container.context)), _OFFERS):
            line(told)
    if sitting.answered:
        fit_after_session(container)


def practise_line_by_line(container: Container, query: str, seed: int) -> None:
    """Ask the cards of a filter, or where it is empty learnt ones for practice, until none is left.

    Raises:
        UsageError: the query is wrong, or there is no such card.
    """
    from studyctl.services.practice_choice import cards_to_ask

    cards = list(cards_to_ask(container.practice, query, seed))
    _tell(container.context.shelf.sync())
    line(f"Filter {query}" if query else "Practice")
    sitting = _Sitting(container, Picked(container, cards))
    _sit(sitting)
    line(f"{len(sitting.answered)} answered, {sitting.practised} practised; answers of practice are not stored.")


def _tell(problems: Iterable[StudyError]) -> None:
    for problem in problems:
        say(f"{problem.message} {problem.hint}".strip())


def _sit(sitting: _Sitting) -> None:
    while (asked := sitting.source.next()) is not None:
        began = time.monotonic()
        rating = _asked(sitting, asked)
        if rating == _STOP:
            break
        if isinstance(rating, Rating):
            _rate(sitting, asked, rating, round((time.monotonic() - began) * 1000))
            line()


def _rate(sitting: _Sitting, asked: Asked, rating: Rating, spent_ms: int) -> None:
    card = asked.prompt.card.id
    if not asked.counts:
        line(f"{rating.label}: practice, not stored.")
        sitting.practised += 1
        sitting.source.rated(asked, rating)
        return
    try:
        stored = sitting.container.review.answer(card, rating, spent_ms).value
    except UsageError as error:  # the card is not due any more: another program has answered it
        line(f"{error.message} {error.hint}".strip())
        sitting.source.dropped()
        return
    line(f"{rating.label}: next in {stored.scheduled.label}")
    if stored.leech:
        line(f"{stored.leech} u shows it again, e then mends it.")
    sitting.answered.append(card)
    sitting.source.rated(asked, rating)


def _asked(sitting: _Sitting, asked: Asked) -> Rating | str:
    """Show a card and take its rating; `next` where the card is to be looked up again, `stop` at the end."""
    card = asked.prompt.card
    ends = "" if asked.deadline_days is None else f", {countdown(asked.deadline_days)}"
    line(f"[{card.deck}] {asked.left} left{ends}")
    for mark in (*([] if asked.counts else [_PRACTICE]), *asked.prompt.marks):
        line(mark)
    line(card.front)
    if wanted(card):
        line(wanted(card))
    answer = ask("answer (enter: reveal, :q stop, :? more) > " if typed(card) else "enter: reveal, q: stop, ?: more > ")
    if answer is None:
        return _STOP
    command = answer.removeprefix(":").lower() if answer.startswith(":") or not typed(card) else ""
    if command:
        return _do(sitting, asked.prompt, command)
    comparison = compare(card, answer) if answer else None
    for told in _verdict(comparison):
        line(told)
    line(card.back)
    line(f"source: {card.source}")
    return _rating(sitting, asked, suggested(comparison))


def _rating(sitting: _Sitting, asked: Asked, marked: Rating) -> Rating | str:
    shown = asked.prompt.preview
    ratings = ", ".join(f"{int(r)} {r.label}{f' {shown[r].label}' if asked.counts else ''}" for r in Rating)
    while True:
        given = ask(f"{ratings}, ?: more, q: stop (enter: {marked.label}) > ")
        if given is None:
            return _STOP
        if given in ("", "1", "2", "3", "4"):
            return Rating(int(given or marked))
        if given == "?":
            line(_MORE)
        elif given.lower() in ("u", "e", "!", "-", "q"):
            return _do(sitting, asked.prompt, given.lower())
        else:
            line("Type 1, 2, 3, 4, u or q; ? names the others.")


def _do(sitting: _Sitting, prompt: Prompt, command: str) -> str:
    if command == "q":
        return _STOP
    try:
        if command == "u":
            _undo(sitting)
        elif command in ("e", "!", "-"):
            _act(sitting, prompt, command)
        elif command == "?":
            line(_MORE)
        else:
            line("Not revealed yet: enter reveals the back, then 1 to 4 rate the card; ? names the other letters.")
    except StudyError as error:
        line(f"{error.message} {error.hint}".strip())
    line()
    return _NEXT


def _undo(sitting: _Sitting) -> None:
    undone = sitting.source.undo()
    line(f"Undone: {undone.said}")
    if undone.practised:
        sitting.practised -= 1
    elif undone.card in sitting.answered:
        sitting.answered.remove(undone.card)


def _act(sitting: _Sitting, prompt: Prompt, command: str) -> None:
    cards, edits, card = sitting.container.cards, sitting.container.edits, prompt.card.id
    if command == "e":
        if not edit_draft(edits, edits.begin(card), line):
            return
    elif command == "-":
        cards.suspend([card])
        sitting.source.left_out()
        line(f"Suspended: {card}")
    elif prompt.flag is not None:
        cards.unflag(card)
        line(f"The flag of {card} is taken off.")
    else:
        note = ask("what is wrong with it (enter: flag without a note, q: no flag) > ")
        if note is None or note.lower() == "q":
            return
        cards.flag(card, note)
        line(f"Flagged: {card}")
    sitting.source.acted()


def _verdict(comparison: Comparison | None) -> list[str]:
    if comparison is None:
        return []
    if not comparison.diff:
        return [comparison.said]
    return [comparison.said, "".join(map(signed, comparison.diff)), SIGNS]
