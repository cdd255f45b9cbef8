"""The streak is that of all acts that stand, though only its own days are read."""

from __future__ import annotations

import random
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import insert, select

from studyctl.container import Container
from studyctl.services.active_days import ActiveDays
from studyctl.services.today import streak
from studyctl.storage.repositories.journal import active_moments
from studyctl.storage.tables import JournalRow, table_of
from tests.helpers import START, FakeClock

JOURNAL = table_of(JournalRow)


def journal(container: Container, moments: list[int], undone: list[bool]) -> None:
    """Acts at these moments (epoch milliseconds), in this order."""
    lines = [
        {"at": at, "scope": "review", "summary": "x", "changes": "[]", "undone_at": at + 1 if back else None}
        for at, back in zip(moments, undone, strict=True)
    ]
    with container.context.database.maintain() as connection:
        connection.execute(insert(JOURNAL), lines)


def as_defined(container: Container) -> int:
    """The streak over every act that stands."""
    context = container.context
    settings = context.settings()
    with context.database.read() as connection:
        times = connection.execute(select(JOURNAL.c.at).where(JOURNAL.c.undone_at.is_(None))).scalars().all()
    return streak({context.date_of(at, settings).toordinal() for at in times}, context.today(settings).toordinal())


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe"])
def test_the_streak_is_that_of_all_acts_on_random_histories(container: Container, clock: FakeClock, zone: str) -> None:
    draw, lengths = random.Random(zone), set()
    clock.moment = START.astimezone(ZoneInfo(zone))
    for _ in range(30):
        start = clock.moment - timedelta(days=draw.randint(0, 12))
        moments = [start + timedelta(minutes=draw.randint(-300, 24 * 60 * 12)) for _ in range(draw.randint(1, 60))]
        clock.moment = max([*moments, clock.moment]) + timedelta(minutes=draw.randint(-400, 1500))
        standing = draw.choice((0.2, 0.7, 1.0))
        journal(container, [round(m.timestamp() * 1000) for m in moments], [draw.random() > standing for _ in moments])
        length = container.today.view().streak
        assert length == as_defined(container)
        lengths.add(length)
    assert len(lengths) > 3


def test_days_are_read_no_further_back_than_asked() -> None:
    days = iter([30, 30, 29, 27, 26, 1])
    found = ActiveDays(days)
    assert streak(found, 30) == 2
    assert list(days) == [26, 1]


def test_many_acts_of_one_hour_are_a_few_moments(container: Container) -> None:
    context, now = container.context, container.context.now_ms()
    journal(container, [now - n * 1000 for n in range(5000)], [False] * 5000)
    with context.database.read() as connection:
        assert len(list(active_moments(connection))) < 10
    assert container.today.view().streak == as_defined(container) == 1
