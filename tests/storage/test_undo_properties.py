"""The law of undo, on random histories: whatever was done, taking it back gives the rows that were there before."""

from __future__ import annotations

import tempfile
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import func, select

from studyctl.container import Container
from studyctl.domain.cards import Memory, Rating
from studyctl.domain.interview import AnswerMode
from studyctl.domain.scheduling import Moment, Scheduler
from studyctl.errors import ConflictError, StudyError
from studyctl.services.days import OpenItems
from studyctl.services.sprints import Triage
from studyctl.storage.repositories.memory import Subject, all_memory
from studyctl.storage.repositories.review_log import reviews
from studyctl.storage.tables import InterviewLogRow, ReviewLogRow, table_of
from studyctl.storage.undo import digest
from tests.helpers import FakeClock, House, last_act_id

ITEMS = [f"{day}/{kind}/{n}" for day in ("p90/1", "p90/2") for kind in ("objective", "block") for n in (1, 2)]
LOG_TABLES = (ReviewLogRow, InterviewLogRow)


def digest_of(container: Container) -> str:
    """Digest of all projections."""
    with container.context.database.read() as connection:
        return digest(connection)


def log_lines(container: Container) -> list[int]:
    """Lines of each log, standing or not."""
    with container.context.database.read() as connection:
        return [connection.execute(select(func.count()).select_from(table_of(row))).scalar_one() for row in LOG_TABLES]


class Learner(RuleBasedStateMachine):
    """Does things through the services; remembers the digest before each act that stands."""

    bundle: Path

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.clock = FakeClock()
        self.house = House(Path(self.folder.name), self.bundle, self.clock)
        self.container = self.house.open()
        self.before: list[str] = []
        self.lines = [0, 0]

    @initialize()
    def begin(self) -> None:
        self.first = digest_of(self.container)

    def act(self, do: object, *arguments: object, **named: object) -> None:
        """Do something that may be refused; a refusal changes nothing."""
        digest_before, act_before = digest_of(self.container), last_act_id(self.container)
        try:
            do(*arguments, **named)  # type: ignore[operator]
        except StudyError:
            assert digest_of(self.container) == digest_before
            assert last_act_id(self.container) == act_before
            return
        if last_act_id(self.container) != act_before:
            self.before.append(digest_before)
        else:
            assert digest_of(self.container) == digest_before

    @rule(item=st.sampled_from(ITEMS))
    def tick(self, item: str) -> None:
        self.act(self.container.ticks.tick, item)

    @rule(item=st.sampled_from(ITEMS))
    def untick(self, item: str) -> None:
        self.act(self.container.ticks.untick, item)

    @rule(rating=st.sampled_from(Rating), place=st.integers(0, 3))
    def rate(self, rating: Rating, place: int) -> None:
        ids = self.container.review.queue().ids
        if ids:
            self.act(self.container.review.answer, ids[place % len(ids)], rating, 900)

    @rule()
    def capture(self) -> None:
        self.act(self.container.inbox.capture, "a stray thought")

    @rule(thought=st.integers(1, 4), choice=st.sampled_from(Triage))
    def triage(self, thought: int, choice: Triage) -> None:
        self.act(self.container.inbox.triage, thought, choice)

    @rule()
    def start_sprint(self) -> None:
        self.act(self.container.sprints.start, "one target", 10, ITEMS[0])

    @rule()
    def stop_sprint(self) -> None:
        self.act(self.container.sprints.stop)

    @rule()
    def go_on(self) -> None:
        self.act(self.container.sprints.go_on)

    @rule(what=st.sampled_from(OpenItems))
    def close_day(self, what: OpenItems) -> None:
        self.act(self.container.days.close, what)

    @rule(ticked=st.frozensets(st.integers(0, 2)), confidence=st.integers(1, 5))
    def answer_a_question(self, ticked: frozenset[int], confidence: int) -> None:
        interview = self.container.interview.next(ahead=True)
        self.act(
            self.container.interview.answer,
            interview.question.id if interview else "p90/1/question/1",
            ticked=ticked,
            confidence=confidence,
            seconds=60,
            mode=AnswerMode.TYPED,
            answer="because",
        )

    @rule(track=st.sampled_from(["p90", "p28", "s3", "guide"]))
    def use_track(self, track: str) -> None:
        self.act(self.container.settings.use_track, track)

    @rule(hours=st.sampled_from(["", "2.5"]), start=st.dates(date(2026, 1, 1), date(2026, 12, 31)))
    def first_start(self, hours: str, start: date) -> None:
        self.act(self.container.settings.first_start, start.isoformat(), hours)

    @rule(minutes=st.sampled_from([1, 11, 24 * 60, 9 * 24 * 60]))
    def time_passes(self, minutes: int) -> None:
        self.clock.advance(minutes=minutes)

    @rule()
    def restart(self) -> None:
        self.container = self.house.reopened()

    @precondition(lambda self: self.before)
    @rule()
    def undo(self) -> None:
        self.container.undo.undo()
        assert digest_of(self.container) == self.before.pop()

    @invariant()
    def logs_only_grow(self) -> None:
        lines = log_lines(self.container)
        assert all(now >= before for now, before in zip(lines, self.lines, strict=True))
        self.lines = lines

    def teardown(self) -> None:
        self.container = self.house.reopened()
        while self.before:
            self.undo()
        assert digest_of(self.container) == self.first
        with pytest.raises(ConflictError):
            self.container.undo.undo()
        self.house.close()
        self.folder.cleanup()


def test_undoing_everything_gives_the_first_rows_back_also_across_restarts(bundle: Path) -> None:
    class LearnerWithBundle(Learner):
        pass

    LearnerWithBundle.bundle = bundle
    run_state_machine_as_test(
        LearnerWithBundle, settings=settings(max_examples=25, stateful_step_count=30, deadline=None)
    )


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("rate"), st.sampled_from(Rating), st.integers(0, 5)),
        st.tuples(st.just("wait"), st.sampled_from([1, 11, 300, 1440, 3 * 1440, 40 * 1440])),
        st.tuples(st.just("undo")),
    ),
    min_size=5,
    max_size=40,
)


@settings(max_examples=25)
@given(steps=STEPS)
def test_replaying_the_standing_review_log_gives_the_stored_memory(bundle: Path, steps: list[tuple[str, ...]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        house = House(Path(folder), bundle, FakeClock())
        container = house.open()
        standing = 0
        for step, *arguments in steps:
            if step == "wait":
                house.clock.advance(minutes=arguments[0])
            elif step == "undo" and standing:
                container.undo.undo("review")
                standing -= 1
            elif step == "rate" and (ids := container.review.queue().ids):
                container.review.answer(ids[arguments[1] % len(ids)], arguments[0])
                standing += 1
        with container.context.database.read() as connection:
            log = reviews(connection)
            stored = all_memory(connection, Subject.CARD)
        house.close()
    replayed: dict[str, Memory] = {}
    scheduler = Scheduler()
    for entry in log:
        before = replayed.get(entry.card_id, Memory())
        assert entry.phase is before.phase
        scheduled = scheduler.answer(entry.card_id, before, entry.rating, Moment(entry.at, entry.day))
        assert (entry.stability, entry.interval_days) == (scheduled.memory.stability, scheduled.interval_days)
        replayed[entry.card_id] = scheduled.memory
    assert len(log) == standing
    assert replayed == stored


def test_the_review_log_keeps_every_line_and_reads_leave_out_what_was_undone(container: Container) -> None:
    first, second = container.review.queue().ids[:2]
    container.review.answer(first, Rating.GOOD)
    container.review.answer(second, Rating.AGAIN)
    container.undo.undo("review")
    container.review.answer(second, Rating.EASY)
    with container.context.database.read() as connection:
        table = table_of(ReviewLogRow)
        lines = connection.execute(select(table.c.card_id, table.c.rating, table.c.undoes).order_by(table.c.id)).all()
        standing = reviews(connection)
    assert [tuple(line) for line in lines] == [(first, 3, None), (second, 1, None), (second, 1, 2), (second, 4, None)]
    assert [(entry.card_id, entry.rating) for entry in standing] == [(first, Rating.GOOD), (second, Rating.EASY)]


def test_an_undone_interview_attempt_stays_in_the_log_and_is_read_no_more(container: Container) -> None:
    asked = container.interview.next()
    assert asked is not None
    answer = {"ticked": frozenset({0}), "confidence": 3, "seconds": 5, "mode": AnswerMode.SPOKEN}
    container.interview.answer(asked.question.id, **answer)
    container.undo.undo("interview")
    again = container.interview.next()
    assert again is not None
    assert again.question.id == asked.question.id
    assert again.previous == ()
    assert log_lines(container) == [0, 2]


def test_the_same_answer_after_an_undo_gives_the_same_date(container: Container) -> None:
    card = container.review.queue().ids[0]
    first = container.review.answer(card, Rating.EASY).value.scheduled
    container.undo.undo("review")
    assert container.review.answer(card, Rating.EASY).value.scheduled == first
