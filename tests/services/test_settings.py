"""Settings by name: one act each, taken back whole, and broken stored values that are explained."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any

import pytest

from studyctl.container import Container
from studyctl.domain.cards import Memory, Rating
from studyctl.domain.scheduling import Moment
from studyctl.domain.setting_rules import RULES, as_typed
from studyctl.domain.settings import Settings
from studyctl.domain.weights import DEFAULT_WEIGHTS
from studyctl.errors import DataError, NotFoundError, UsageError
from studyctl.services.schedulers import scheduler_for
from studyctl.storage.rebuild import compare
from studyctl.storage.repositories.review_log import reviews
from studyctl.storage.repositories.settings import save_settings
from studyctl.storage.tables import SettingRow
from tests.helpers import FakeClock, House
from tests.storage.test_review_undo import digest_of

TYPED = {
    "start_date": "2026-10-01",
    "hours_per_day": "3",
    "new_cards_per_day": "7",
    "new_questions_per_day": "2",
    "desired_retention": "0.85",
    "maximum_interval": "365",
    "rollover_hour": "5",
    "easy_days": "sat=0.5,sun=0",
    "background_fit": "off",
    "fsrs_weights": as_typed([*DEFAULT_WEIGHTS[:20], 0.3]),
}

STORED = {"date": "2026-12-01", "start": "2026-11-02", "minutes": 20, "total_minutes": 90, "build_retention": 0.87}


def put_raw(container: Container, name: str, text: str) -> None:
    """Write a row of the settings as another program would."""
    with container.context.database.write("settings", "arrange") as transaction:
        transaction.put(SettingRow, {"name": name, "value": text})


@pytest.mark.parametrize("name", TYPED)
def test_a_setting_is_changed_survives_a_restart_is_reset_and_both_are_taken_back(house: House, name: str) -> None:
    container = house.open()
    before = digest_of(container)
    container.settings.change(name, TYPED[name])
    container = house.reopened()
    assert getattr(container.settings.get(), name) == RULES[name].parse(TYPED[name])
    changed = digest_of(container)
    container.settings.reset(name)
    assert getattr(container.settings.get(), name) == getattr(Settings(), name)
    assert container.undo.undo().value.summary == f"reset {name}"
    assert digest_of(container) == changed
    assert container.undo.undo().value.summary == f"set {name}"
    assert digest_of(container) == before


def test_every_setting_but_deadline_and_breaks_is_one_value() -> None:
    assert set(TYPED) == set(RULES) - {"deadline", "breaks"}


def test_the_list_has_every_setting_with_its_default(container: Container) -> None:
    container.settings.change("new_cards_per_day", "3")
    found = {each.name: each for each in container.settings.all()}
    assert list(found) == list(RULES)
    assert (found["new_cards_per_day"].value, found["new_cards_per_day"].default) == (3, 10)
    assert all(each.meaning and each.unit for each in found.values())


def test_an_unknown_name_names_those_that_there_are(container: Container) -> None:
    with pytest.raises(NotFoundError, match="'retention'") as caught:
        container.settings.change("retention", "0.9")
    assert "desired_retention" in caught.value.hint
    with pytest.raises(NotFoundError):
        container.settings.reset("retention")


def test_a_refused_value_changes_nothing(container: Container) -> None:
    before = digest_of(container)
    with pytest.raises(UsageError):
        container.settings.change("fsrs_weights", "1,2,3")
    assert digest_of(container) == before


def test_the_scheduler_follows_at_once_and_the_log_stays_as_it_was(container: Container, clock: FakeClock) -> None:
    moment = Moment(0, 1)
    container.review.answer("one-01", Rating.EASY)
    usual = scheduler_for(container.settings.get()).answer("x", Memory(), Rating.EASY, moment).interval_days
    container.settings.change("desired_retention", "0.75")
    with container.context.database.read() as connection:
        log = reviews(connection)
    container.settings.change("rollover_hour", "0")
    longer = scheduler_for(container.settings.get()).answer("x", Memory(), Rating.EASY, moment).interval_days
    assert longer > usual
    with container.context.database.read() as connection:
        assert reviews(connection) == log
        assert not any(each.differ for each in compare(connection))


@pytest.mark.parametrize(
    ("name", "stored"),
    [
        ("fsrs_weights", json.dumps([1.0] * 19)),
        ("fsrs_weights", json.dumps([1.0] * 34)),
        ("fsrs_weights", json.dumps(["one"] * 21)),
        ("fsrs_weights", "{"),
        ("fsrs_weights", '{"a": 1}'),
        ("desired_retention", "90"),
        ("desired_retention", "null"),
        ("rollover_hour", '"four"'),
        ("easy_days", "[1, 1]"),
        ("deadline", '{"date": "soon"}'),
        ("deadline", "[1]"),
        ("deadline", json.dumps(STORED | {"minutes": 0})),
        ("deadline", json.dumps(STORED | {"start": "2026-12-01"})),
        ("deadline", json.dumps(STORED | {"total_minutes": None})),
        ("start_date", "7"),
        ("breaks", '[["soon", "later"]]'),
        ("breaks", "7"),
    ],
)
def test_a_stored_value_that_cannot_be_is_explained_and_can_be_reset(
    container: Container, name: str, stored: str
) -> None:
    put_raw(container, name, stored)
    calls: tuple[Any, ...] = (container.settings.get, container.review.queue, container.today.view)
    for call in calls:
        with pytest.raises(DataError, match=name) as caught:
            call()
        assert f"settings reset {name}" in caught.value.hint
    container.settings.reset(name)
    assert container.settings.get() == Settings()
    assert container.review.queue().counts.new == 10


def test_all_choices_together_are_stored_and_read_back(container: Container) -> None:
    today = date(2026, 11, 2)
    chosen = container.deadline.look(today + timedelta(30), 15).chosen
    wanted = Settings(start_date=today, fsrs_weights=DEFAULT_WEIGHTS, deadline=chosen, new_cards_per_day=4)
    with container.context.database.write("settings", "arrange") as transaction:
        save_settings(transaction, wanted)
    assert container.settings.get() == wanted
