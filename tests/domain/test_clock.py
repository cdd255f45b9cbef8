"""Study days: they roll over in the night, and stay days when daylight saving changes."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studyctl.domain.clock import LocalZone, SystemClock, from_millis, study_date, study_day, to_millis

BERLIN = ZoneInfo("Europe/Berlin")
NEW_YORK = ZoneInfo("America/New_York")
MOMENTS = st.datetimes(datetime(2000, 1, 1), datetime(2090, 1, 1), timezones=st.just(UTC))


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        (datetime(2026, 11, 2, 3, 59, 59, 999_999, tzinfo=BERLIN), date(2026, 11, 1)),
        (datetime(2026, 11, 2, 4, 0, tzinfo=BERLIN), date(2026, 11, 2)),
        (datetime(2026, 11, 3, 0, 30, tzinfo=BERLIN), date(2026, 11, 2)),
        # Clocks go forward at 2:00 and back at 3:00 (Berlin) or 2:00 (New York); the wall clock decides.
        (datetime(2026, 3, 29, 3, 59, tzinfo=BERLIN), date(2026, 3, 28)),
        (datetime(2026, 3, 29, 4, 0, tzinfo=BERLIN), date(2026, 3, 29)),
        (datetime(2026, 10, 25, 2, 30, fold=0, tzinfo=BERLIN), date(2026, 10, 24)),
        (datetime(2026, 10, 25, 2, 30, fold=1, tzinfo=BERLIN), date(2026, 10, 24)),
        (datetime(2026, 10, 25, 4, 0, tzinfo=BERLIN), date(2026, 10, 25)),
        (datetime(2026, 3, 8, 3, 30, tzinfo=NEW_YORK), date(2026, 3, 7)),
        (datetime(2026, 3, 8, 4, 0, tzinfo=NEW_YORK), date(2026, 3, 8)),
        (datetime(2026, 11, 1, 1, 30, fold=1, tzinfo=NEW_YORK), date(2026, 10, 31)),
        (datetime(2026, 11, 1, 4, 0, tzinfo=NEW_YORK), date(2026, 11, 1)),
    ],
)
def test_a_day_begins_at_four_in_the_morning_by_the_wall_clock(moment: datetime, expected: date) -> None:
    assert study_date(moment) == expected
    assert study_day(moment) == expected.toordinal()


def test_the_rollover_hour_can_be_midnight_or_later() -> None:
    moment = datetime(2026, 11, 2, 0, 0, tzinfo=BERLIN)
    assert study_date(moment, 0) == date(2026, 11, 2)
    assert study_date(moment + timedelta(hours=6), 6) == date(2026, 11, 2)
    assert study_date(moment + timedelta(hours=5, minutes=59), 6) == date(2026, 11, 1)


@pytest.mark.parametrize("zone", [BERLIN, NEW_YORK], ids=str)
def test_over_a_year_days_follow_one_another_and_only_two_are_not_24_hours_long(zone: ZoneInfo) -> None:
    first = datetime(2026, 1, 1, 12, tzinfo=UTC)
    days = [study_day((first + timedelta(hours=hour)).astimezone(zone)) for hour in range(365 * 24)]
    steps = [after - before for before, after in pairwise(days)]
    assert set(steps) == {0, 1}
    lengths = Counter(days)
    del lengths[days[0]], lengths[days[-1]]
    assert Counter(lengths.values()) == {24: len(lengths) - 2, 23: 1, 25: 1}


@given(MOMENTS)
def test_a_moment_survives_as_milliseconds(moment: datetime) -> None:
    whole = moment.replace(microsecond=moment.microsecond // 1000 * 1000)
    assert from_millis(to_millis(whole)) == whole
    assert from_millis(to_millis(whole), BERLIN).tzinfo is BERLIN


@pytest.fixture
def machine_in_berlin() -> Iterator[None]:
    """This process, for a while, on a machine whose zone is Europe/Berlin."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TZ", "Europe/Berlin")
        time.tzset()
        yield
    time.tzset()


@pytest.mark.usefixtures("machine_in_berlin")
def test_the_machines_zone_keeps_the_offsets_of_its_past() -> None:
    zone = LocalZone()
    hour = datetime(2026, 1, 1, tzinfo=UTC)
    for moment in (hour + timedelta(hours=n) for n in range(365 * 24)):
        shown, expected = moment.astimezone(zone), moment.astimezone(BERLIN)
        assert shown.isoformat() == expected.isoformat()
        assert shown.timestamp() == moment.timestamp()
    assert hour.astimezone(zone).tzname() == "CET"


@pytest.mark.usefixtures("machine_in_berlin")
def test_milliseconds_in_the_machines_zone_are_those_of_the_moment_also_in_the_hour_that_comes_twice() -> None:
    zone = SystemClock().now().tzinfo
    hour = datetime(2026, 1, 1, tzinfo=UTC)
    for moment in (hour + timedelta(minutes=30 * n) for n in range(365 * 48)):
        assert to_millis(moment.astimezone(zone)) == to_millis(moment)


@pytest.mark.parametrize("rollover", range(24))
def test_the_study_day_is_the_ordinal_of_the_study_date(rollover: int) -> None:
    for hour in range(24):
        for minute in (0, 59):
            moment = datetime(2026, 3, 1, hour, minute, tzinfo=BERLIN)
            assert study_day(moment, rollover) == study_date(moment, rollover).toordinal()


@pytest.mark.usefixtures("machine_in_berlin")
def test_a_summer_morning_stays_on_its_study_day_when_winter_looks_back() -> None:
    zone = SystemClock().now().tzinfo
    summer = datetime(2026, 7, 1, 4, 30, tzinfo=BERLIN)
    winter = datetime(2026, 12, 1, 4, 30, tzinfo=BERLIN)
    assert study_date(from_millis(to_millis(summer), zone)) == date(2026, 7, 1)
    assert study_date(from_millis(to_millis(winter), zone)) == date(2026, 12, 1)


def test_the_systems_clock_tells_the_present_moment_with_its_zone() -> None:
    before = datetime.now(UTC)
    now = SystemClock().now()
    assert before <= now <= datetime.now(UTC)
    assert now.utcoffset() is not None
