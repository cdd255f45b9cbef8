"""What an import does to memory and log: answers that were missing, and the memory that holds afterwards."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from operator import attrgetter

from studyctl.domain.card_lines import act_line
from studyctl.domain.cards import CardAct, Memory, Phase, Rating, ReviewEntry
from studyctl.domain.carried_log import complete, lines_of, since_reset
from studyctl.domain.carried_memory import memory_of
from studyctl.domain.collection import CardState, LoggedReview, ReviewType
from studyctl.domain.filling import Unfilled, filled
from studyctl.domain.fitting import Answer
from studyctl.domain.forgetting import Forgetting
from studyctl.domain.merging import Merged, Progress, merge
from studyctl.domain.scheduling import Moment
from studyctl.domain.study_days import StudyDays
from studyctl.services.card_import.notes import Placed

Report = Callable[[int, int], None]
_LEAST_EASE, _THOUSANDTHS = 1300, 1000
_REPORTED = 250


@dataclass(frozen=True)
class Change:
    """A card whose memory or log an import changes; `answers` are the lines that were missing, oldest first."""

    card: str
    before: Memory
    after: Memory
    answers: tuple[ReviewEntry, ...]

    def line(self, moment: Moment) -> ReviewEntry:
        """The line that carries the memory behind the import."""
        return act_line(CardAct.IMPORT, self.card, self.before, moment, self.after)


@dataclass(frozen=True)
class Merger:
    """How days count in the file, when the import is, and what the scheduler believes."""

    days: StudyDays
    now: Moment
    model: Forgetting
    retention: float

    def changes(
        self,
        placed: Iterable[Placed],
        reviews: Iterable[LoggedReview],
        memory: Mapping[str, Memory],
        log: Iterable[LoggedReview],
        report: Report,
    ) -> list[Change]:
        """All changes; `memory` and `log` are what is here, by the ids here.

        `report` is told how many cards are done, and of how many.
        """
        theirs, ours = _by_card(reviews), _by_card(log)
        merged: dict[str, Merged] = {}
        histories: dict[str, list[LoggedReview]] = {}
        files: dict[str, list[LoggedReview]] = {}
        cards = {each.id: each for each in placed}
        for card, each in cards.items():
            files[card] = theirs.get(each.card.id, [])
            here = Progress(memory.get(card, Memory()), tuple(ours.get(card, ())))
            found = merge(here, self._there(each.card.state, files[card]))
            if found is not None:
                merged[card] = found
                histories[card] = sorted((*here.log, *found.fresh), key=attrgetter("at"))
        after = self._memories(merged, histories, cards)
        changes = []
        for done, (card, taken) in enumerate(merged.items()):
            if done % _REPORTED == 0:
                report(done, len(merged))
            lines = self._lines(card, files[card], taken.fresh)
            changes.append(Change(card, memory.get(card, Memory()), after[card], tuple(lines)))
        return changes

    def _there(self, state: CardState | None, log: Sequence[LoggedReview]) -> Progress:
        answers = since_reset(log)
        memory = Memory() if state is None else memory_of(state, self.days, self.now)
        if state is None and answers:
            last_day = self.days.moment(answers[-1].at).day
            memory = Memory(Phase.REVIEW, last_day=last_day, reps=len(answers), lapses=_lapses(answers))
        return Progress(memory, tuple(log))

    def _memories(
        self, merged: Mapping[str, Merged], histories: Mapping[str, Sequence[LoggedReview]], cards: Mapping[str, Placed]
    ) -> dict[str, Memory]:
        """The memories, with stability and difficulty where neither side tells those of all answers."""
        found = {card: each.memory for card, each in merged.items()}
        unfilled = {}
        for card, each in merged.items():
            untold = each.memory.stability is None and each.memory.phase is not Phase.NEW
            if not untold and not each.diverged:
                continue
            answers = since_reset(histories[card])
            if each.diverged:
                found[card] = replace(found[card], reps=len(answers), lapses=_lapses(answers))
            known = complete(answers)
            if untold or known:
                days = tuple(Answer(self.days.moment(one.at).day, int(one.rating or 0)) for one in answers)
                unfilled[card] = Unfilled(found[card], days if known else (), _ease(cards[card].card.state, answers))
        return {card: self._dated(memory) for card, memory in (found | filled(unfilled, self.model.weights)).items()}

    def _dated(self, memory: Memory) -> Memory:
        """A card in review that came with answers but without a date is due when its recall falls to the target."""
        if memory.phase is not Phase.REVIEW or memory.due_day is not None or memory.last_day is None:
            return memory
        days = 1.0 if memory.stability is None else self.model.interval(memory.stability, self.retention)
        return replace(memory, due_day=memory.last_day + max(1, round(days)))

    def _lines(self, card: str, log: Sequence[LoggedReview], fresh: Sequence[LoggedReview]) -> list[ReviewEntry]:
        """Lines for the fresh answers; those before them say on which day and in which phase they were given."""
        if not fresh:
            return []
        wanted = set(map(id, fresh))
        lines = lines_of(card, log, self.days, self.model)
        return [line for review, line in zip(log, lines, strict=True) if id(review) in wanted]


def _by_card(reviews: Iterable[LoggedReview]) -> dict[str, list[LoggedReview]]:
    found: dict[str, list[LoggedReview]] = defaultdict(list)
    for review in reviews:
        if review.answer or review.reset:
            found[review.card_id].append(review)
    for log in found.values():
        log.sort(key=attrgetter("at"))
    return found


def _lapses(answers: Iterable[LoggedReview]) -> int:
    return sum(one.rating is Rating.AGAIN and one.type is ReviewType.REVIEW for one in answers)


def _ease(state: CardState | None, answers: Sequence[LoggedReview]) -> float | None:
    """SM-2's ease: of the card, else of its newest answer that tells one."""
    if state is not None and state.ease is not None:
        return state.ease
    told = [one.factor for one in answers if one.factor >= _LEAST_EASE]
    return told[-1] / _THOUSANDTHS if told else None
