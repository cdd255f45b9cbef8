"""The review log as it travels between programs, and back: answers, and where a card was made new again."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from operator import attrgetter

from studyctl.domain.cards import CardAct, Memory, Phase, Rating, ReviewEntry
from studyctl.domain.collection import LoggedReview, ReviewType, difficulty_of, factor_of
from studyctl.domain.forgetting import Forgetting, Trace
from studyctl.domain.replay import replayed
from studyctl.domain.study_days import StudyDays

_TYPES = {
    Phase.NEW: ReviewType.LEARN,
    Phase.LEARNING: ReviewType.LEARN,
    Phase.REVIEW: ReviewType.REVIEW,
    Phase.RELEARNING: ReviewType.RELEARN,
}
_PHASES = {
    ReviewType.LEARN: Phase.LEARNING,
    ReviewType.REVIEW: Phase.REVIEW,
    ReviewType.RELEARN: Phase.RELEARNING,
    ReviewType.FILTERED: Phase.REVIEW,
}


def carried(entries: Iterable[ReviewEntry]) -> list[LoggedReview]:
    """Answers and resets out of standing lines (in the order of the log), oldest first."""
    known: dict[str, Memory] = {}
    answered: set[str] = set()
    found = []
    for entry in entries:
        card = entry.card_id
        memory = replayed(known.get(card, Memory()), entry)
        known[card] = memory
        if entry.rating is not None:
            answered.add(card)
            found.append(_answer(entry, entry.rating, memory))
        elif card in answered and _renews(entry):
            answered.remove(card)
            found.append(LoggedReview(card, entry.at, None, before=entry.former_days, type=ReviewType.MANUAL))
    return sorted(found, key=attrgetter("at", "card_id"))


def _renews(entry: ReviewEntry) -> bool:
    return entry.act is CardAct.FORGET or (entry.after is not None and entry.after.phase is Phase.NEW)


def _answer(entry: ReviewEntry, rating: Rating, after: Memory) -> LoggedReview:
    interval = entry.interval_days
    if not interval and after.due_at is not None:
        interval = -max(0, (after.due_at - entry.at) // 1000)
    return LoggedReview(
        card_id=entry.card_id,
        at=entry.at,
        rating=rating,
        before=entry.former_days,
        after=interval,
        factor=0 if entry.difficulty is None else factor_of(entry.difficulty),
        took_ms=entry.duration_ms,
        type=_TYPES[entry.phase],
        stability=entry.stability,
        difficulty=entry.difficulty,
    )


def since_reset(reviews: Sequence[LoggedReview]) -> list[LoggedReview]:
    """The answers of one card, oldest first, behind the newest reset."""
    found: list[LoggedReview] = []
    for review in reviews:
        if review.reset:
            found = []
        elif review.answer:
            found.append(review)
    return found


def complete(answers: Sequence[LoggedReview]) -> bool:
    """Whether answers since a reset begin with the first sight of the card."""
    return bool(answers) and answers[0].type is ReviewType.LEARN


def lines_of(card_id: str, reviews: Sequence[LoggedReview], days: StudyDays, model: Forgetting) -> list[ReviewEntry]:
    """Lines of the log for all answers and resets of one card, oldest first.

    Stability and difficulty that the answers do not tell follow from the ones before by `model`, where those are there
    from the first sight on.
    """
    writer = _Writer(card_id, days, model)
    return [writer.line(review) for review in reviews if review.answer or review.reset]


class _Writer:
    """Follows one card through its answers."""

    def __init__(self, card_id: str, days: StudyDays, model: Forgetting) -> None:
        self._card = card_id
        self._days = days
        self._model = model
        self._last_day: int | None = None
        self._trace: Trace | None = None
        self._fresh = True

    def line(self, review: LoggedReview) -> ReviewEntry:
        """The next line."""
        moment = self._days.moment(review.at)
        elapsed = 0 if self._last_day is None else max(0, moment.day - self._last_day)
        phase = _PHASES.get(review.type, Phase.REVIEW if review.before > 0 else Phase.LEARNING)
        if review.rating is not None:
            if self._fresh and phase is Phase.LEARNING:
                phase = Phase.NEW
            self._trace = self._after(review, review.rating, elapsed, begins=phase is Phase.NEW)
            self._last_day, self._fresh = moment.day, False
        stability, difficulty = self._trace or (None, difficulty_of(review.factor))
        if review.rating is None:
            self._last_day, self._trace, self._fresh = None, None, True
        return ReviewEntry(
            id=0,
            card_id=self._card,
            rating=review.rating,
            at=review.at,
            day=moment.day,
            phase=phase,
            elapsed_days=elapsed,
            stability=stability,
            difficulty=difficulty,
            interval_days=0 if review.rating is None else max(0, review.after),
            duration_ms=review.took_ms,
            act=CardAct.FORGET if review.rating is None else CardAct.ANSWER,
            hour=moment.hour,
            former_days=max(0, review.before),
        )

    def _after(self, review: LoggedReview, rating: Rating, elapsed: int, *, begins: bool) -> Trace | None:
        if review.stability is not None and review.difficulty is not None:
            return Trace(review.stability, review.difficulty)
        if self._trace is None and not begins:
            return None
        return self._model.next_traces(self._trace, elapsed)[rating - 1]
