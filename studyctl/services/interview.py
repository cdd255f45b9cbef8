"""Mock interviews: which question today, and what an answer does to its next date."""

from __future__ import annotations

from dataclasses import dataclass, replace

from studyctl.domain.cards import Memory, Phase
from studyctl.domain.interview import AnswerMode, Attempt, Question, rating_of
from studyctl.domain.outcome import Area, Outcome
from studyctl.domain.settings import Settings
from studyctl.errors import NotFoundError, UsageError
from studyctl.services.context import Context
from studyctl.services.schedulers import scheduler_for
from studyctl.services.standing import load_standing
from studyctl.storage.repositories.interview_log import attempts, log_attempt
from studyctl.storage.repositories.memory import Subject, all_memory, memory_of, save_memory
from studyctl.storage.unit_of_work import Connection


@dataclass(frozen=True)
class Interview:
    """A question to answer. `due_in` is days until its date: 0 or less is due, None is new."""

    question: Question
    due_in: int | None
    previous: tuple[Attempt, ...]


@dataclass(frozen=True)
class InterviewCounts:
    """Questions due for another attempt, and new ones within today's limit."""

    due: int
    new: int

    @property
    def total(self) -> int:
        """Questions for today."""
        return self.due + self.new


@dataclass(frozen=True)
class Scored:
    """A stored attempt and the days until the question comes back."""

    question: Question
    attempt: Attempt
    next_in_days: int


class InterviewService:
    """Due questions first, then a new one of an unlocked day."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def counts(self) -> InterviewCounts:
        """What today asks for."""
        settings = self._context.settings()
        with self._context.database.read() as connection:
            due, new = self._today(connection, settings)
        return InterviewCounts(len(due), len(new))

    def next(self, ahead: bool = False) -> Interview | None:
        """Today's next question; with `ahead` also one that is not due yet. None where there is none."""
        settings = self._context.settings()
        moment = self._context.moment(settings)
        with self._context.database.read() as connection:
            due, new = self._today(connection, settings)
            ids = [*due, *new]
            if not ids and ahead:
                ids = self._ahead(connection, settings)
            if not ids:
                return None
            memory = memory_of(connection, ids[0])
            previous = attempts(connection, ids[0])
        due_in = None if memory.due_day is None else memory.due_day - moment.day
        return Interview(self._context.library.questions[ids[0]], due_in, tuple(previous))

    def question(self, question_id: str) -> Question:
        """One question.

        Raises:
            NotFoundError: no such question.
        """
        question = self._context.library.questions.get(question_id)
        if question is None:
            raise NotFoundError(
                f"There is no interview question {question_id!r}.", "`studyctl interview next` draws one."
            )
        return question

    def answer(
        self,
        question_id: str,
        *,
        ticked: frozenset[int],
        confidence: int,
        seconds: int,
        mode: AnswerMode,
        answer: str = "",
    ) -> Outcome[Scored]:
        """Store an attempt. `ticked` are indices of key points from 0, `confidence` 1-5 as given before the rubric.

        Raises:
            NotFoundError: no such question.
            UsageError: confidence or a key point out of range.
        """
        question = self.question(question_id)
        if not 1 <= confidence <= 5:
            raise UsageError(f"Confidence is a number from 1 to 5, not {confidence}.", "1: guessing, 5: certain.")
        if not ticked <= frozenset(range(len(question.key_points))):
            raise UsageError(
                f"This question has key points 1 to {len(question.key_points)}.",
                f"`studyctl interview next --json` lists them for {question_id}.",
            )
        settings = self._context.settings()
        moment = self._context.moment(settings)
        score = question.score(ticked)
        rating = rating_of(score)
        with self._context.database.write("interview", f"answer {question_id}") as transaction:
            memory = memory_of(transaction.connection, question_id)
            # A question has no steps inside a day: it enters review at once and is never put aside as a leech.
            settled = replace(memory, phase=Phase.REVIEW)
            scheduled = scheduler_for(settings).answer(question_id, settled, rating, moment)
            interval = max(1, scheduled.interval_days)
            after = replace(
                scheduled.memory,
                phase=Phase.REVIEW,
                step=0,
                due_at=None,
                due_day=moment.day + interval,
                suspended=False,
            )
            save_memory(transaction, Subject.QUESTION, question_id, after)
            attempt = Attempt(
                id=0,
                question_id=question_id,
                at=moment.millis,
                day=moment.day,
                seconds=max(0, seconds),
                mode=mode,
                answer=answer,
                confidence=confidence,
                ticked=tuple(sorted(ticked)),
                score=score,
                rating=rating,
            )
            log_attempt(transaction, attempt)
        return Outcome(Scored(question, attempt, interval), frozenset({Area.INTERVIEW}))

    def _today(self, connection: Connection, settings: Settings) -> tuple[list[str], list[str]]:
        moment = self._context.moment(settings)
        questions = self._context.library.questions
        memory = all_memory(connection, Subject.QUESTION)
        due = [
            subject
            for subject, state in memory.items()
            if subject in questions and state.due_day is not None and state.due_day <= moment.day
        ]
        due.sort(key=lambda subject: (memory[subject].due_day or 0, subject))
        first_seen = {attempt.question_id: attempt.day for attempt in reversed(attempts(connection))}
        introduced = sum(day == moment.day for day in first_seen.values())
        room = max(0, settings.new_questions_per_day - introduced)
        return due, self._unseen(connection, settings, memory)[:room]

    def _unseen(self, connection: Connection, settings: Settings, memory: dict[str, Memory]) -> list[str]:
        unlocked = load_standing(connection, self._context).unlocked(self._context, settings)
        fresh = [
            question
            for question in self._context.library.questions.values()
            if question.day in unlocked and question.id not in memory
        ]
        fresh.sort(key=lambda question: question.day.sort_key, reverse=True)
        fresh.sort(key=lambda question: (question.day.track != settings.active_track, question.day.track))
        return [question.id for question in fresh]

    def _ahead(self, connection: Connection, settings: Settings) -> list[str]:
        memory = all_memory(connection, Subject.QUESTION)
        known = [subject for subject in memory if subject in self._context.library.questions]
        later = sorted(known, key=lambda subject: (memory[subject].due_day or 0, subject))
        return [*self._unseen(connection, settings, memory), *later]
