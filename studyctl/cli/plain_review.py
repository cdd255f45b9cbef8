"""Reviewing line by line, for screen readers, pipes and slow connections."""

from __future__ import annotations

import time
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
from studyctl.errors import StudyError

if TYPE_CHECKING:
    from studyctl.container import Container
    from studyctl.services.prompts import Prompt

_STOP, _NEXT = "stop", "next"
_PRACTICE = "(practice: nothing is stored)"
_MORE = "u: undo, e: edit, !: flag or take the flag off, -: suspend, q: stop"


def review_line_by_line(container: Container) -> None:
    """Ask every card that is due until the queue is empty, `q` is typed or the input ends."""
    days = container.review.queue().counts.deadline_days
    if days is not None and days <= 0:
        say(OVER)
    answered, _ = _sit(container, Queue(container))
    later = container.review.queue().counts.later
    line(f"{answered} answered." + (f" {later} come back later today." if later else ""))
    if answered:
        fit_after_session(container)


def practise_line_by_line(container: Container, query: str, seed: int) -> None:
    """Ask the cards of a filter, or where it is empty learnt ones for practice, until none is left.

    Raises:
        UsageError: the query is wrong, or there is no such card.
    """
    from studyctl.services.practice_choice import cards_to_ask

    cards = list(cards_to_ask(container.practice, query, seed))
    line(f"Filter {query}" if query else "Practice: nothing is stored")
    answered, practised = _sit(container, Picked(container, cards))
    line(f"{answered} answered, {practised} practised; of practice nothing is stored.")


def _sit(container: Container, source: Source) -> tuple[int, int]:
    tally = {True: 0, False: 0}
    while (asked := source.next()) is not None:
        began = time.monotonic()
        rating = _asked(container, source, asked)
        if rating == _STOP:
            break
        if not isinstance(rating, Rating):
            continue
        if asked.counts:
            spent = round((time.monotonic() - began) * 1000)
            stored = container.review.answer(asked.prompt.card.id, rating, spent).value
            line(f"{rating.label}: next in {stored.scheduled.label}")
            if stored.leech:
                line(f"{stored.leech} u shows it again, e then mends it.")
        else:
            line(f"{rating.label}: practice, nothing is stored.")
        line()
        source.rated(asked, rating)
        tally[asked.counts] += 1
    return tally[True], tally[False]


def _asked(container: Container, source: Source, asked: Asked) -> Rating | str:
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
        return _do(container, source, asked.prompt, command)
    comparison = compare(card, answer) if answer else None
    for told in _verdict(comparison):
        line(told)
    line(card.back)
    line(f"source: {card.source}")
    return _rating(container, source, asked, suggested(comparison))


def _rating(container: Container, source: Source, asked: Asked, marked: Rating) -> Rating | str:
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
            return _do(container, source, asked.prompt, given.lower())
        else:
            line("Type 1, 2, 3, 4, u or q; ? names the others.")


def _do(container: Container, source: Source, prompt: Prompt, command: str) -> str:
    if command == "q":
        return _STOP
    try:
        if command == "u":
            line(f"Undone: {source.undo()}")
        elif command in ("e", "!", "-"):
            _act(container, source, prompt, command)
        else:
            line(_MORE)
    except StudyError as error:
        line(f"{error.message} {error.hint}".strip())
    line()
    return _NEXT


def _act(container: Container, source: Source, prompt: Prompt, command: str) -> None:
    card = prompt.card.id
    if command == "e":
        edit_draft(container.edits, container.edits.begin(card), line)
    elif command == "!":
        _flag(container, prompt)
    else:
        container.cards.suspend([card])
        source.left_out()
        line(f"Suspended: {card}")
    source.acted()


def _flag(container: Container, prompt: Prompt) -> None:
    if prompt.flag is not None:
        container.cards.unflag(prompt.card.id)
        line(f"The flag of {prompt.card.id} is taken off.")
        return
    note = ask("what is wrong with it > ")
    if note is not None:
        container.cards.flag(prompt.card.id, note)
        line(f"Flagged: {prompt.card.id}")


def _verdict(comparison: Comparison | None) -> list[str]:
    if comparison is None:
        return []
    if not comparison.diff:
        return [comparison.said]
    return [comparison.said, "".join(map(signed, comparison.diff)), SIGNS]
