"""Settings: what may be typed, what is refused, and that the bounds of the weights are the model's."""

from __future__ import annotations

from contextlib import suppress
from datetime import date

import pytest
from fsrs.scheduler import LOWER_BOUNDS_PARAMETERS, UPPER_BOUNDS_PARAMETERS
from hypothesis import given
from hypothesis import strategies as st

from studyctl.domain.setting_rules import RULES, WEIGHT_BOUNDS, as_typed
from studyctl.domain.weights import DEFAULT_WEIGHTS
from studyctl.errors import UsageError


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("start_date", "2026-11-02", date(2026, 11, 2)),
        ("start_date", "default", None),
        ("hours_per_day", "2.5", 2.5),
        ("new_cards_per_day", "0", 0),
        ("new_questions_per_day", "3", 3),
        ("desired_retention", "0.70", 0.7),
        ("desired_retention", "0.99", 0.99),
        ("maximum_interval", "36500", 36500),
        ("rollover_hour", "23", 23),
        ("easy_days", "sat=0.5, SUN=0", (1, 1, 1, 1, 1, 0.5, 0)),
        ("easy_days", "1,1,1,0.5,1,0,0", (1, 1, 1, 0.5, 1, 0, 0)),
        ("background_fit", "off", False),
        ("background_fit", "ON", True),
        ("background_fit", as_typed(False), False),
        ("fsrs_weights", "default", None),
        ("fsrs_weights", as_typed(DEFAULT_WEIGHTS), DEFAULT_WEIGHTS),
        ("deadline", "2027-01-15", (date(2027, 1, 15), None)),
        ("deadline", "2027-01-15, 25", (date(2027, 1, 15), 25.0)),
    ],
)
def test_what_is_typed_becomes_a_value(name: str, text: str, value: object) -> None:
    assert RULES[name].parse(text) == value


@pytest.mark.parametrize(
    ("name", "texts"),
    [
        ("start_date", ("soon", "2026-13-01", "")),
        ("hours_per_day", ("0", "17", "", "many", "nan")),
        ("new_cards_per_day", ("-1", "1.5", "10000", "", "²")),
        ("desired_retention", ("0.69", "0.995", "nan", "inf", "90%", "")),
        ("maximum_interval", ("0", "36501")),
        ("rollover_hour", ("24", "-1", "4:00")),
        ("easy_days", ("", "sat", "sat=2", "day=1", "1,1,1", "0,0,0,0,0,0,0", "sat=nan", "1,1,1,1,1,1,-0.1")),
        ("fsrs_weights", ("", "1,2,3", as_typed([*DEFAULT_WEIGHTS, 1.0]), as_typed([*DEFAULT_WEIGHTS[:20], "nan"]))),
        ("background_fit", ("", "maybe", "1")),
        ("deadline", ("soon", "2027-01-15,", "2027-01-15,many")),
    ],
)
def test_what_cannot_be_is_refused_with_what_to_write(name: str, texts: tuple[str, ...]) -> None:
    for text in texts:
        with pytest.raises(UsageError) as caught:
            RULES[name].parse(text)
        assert caught.value.message
        assert caught.value.hint


def test_the_bounds_of_the_weights_are_those_of_the_model_and_hold_for_single_precision() -> None:
    assert [low for low, _ in WEIGHT_BOUNDS] == list(LOWER_BOUNDS_PARAMETERS)
    assert [high for _, high in WEIGHT_BOUNDS] == list(UPPER_BOUNDS_PARAMETERS)
    assert RULES["fsrs_weights"].parse(as_typed([*DEFAULT_WEIGHTS[:20], 0.800000011920929]))
    for place, (low, high) in enumerate(WEIGHT_BOUNDS):
        for wrong in (low - 0.01, high + 0.01):
            with pytest.raises(UsageError, match=f"w{place} "):
                RULES["fsrs_weights"].parse(as_typed([*DEFAULT_WEIGHTS[:place], wrong, *DEFAULT_WEIGHTS[place + 1 :]]))


@given(st.sampled_from(sorted(RULES)), st.text(max_size=40))
def test_any_text_is_a_value_or_is_explained(name: str, text: str) -> None:
    with suppress(UsageError):
        RULES[name].parse(text)


@given(st.lists(st.sampled_from([0.0, 0.25, 0.5, 1.0]), min_size=7, max_size=7).filter(any))
def test_easy_days_read_back_as_they_are_shown(shares: list[float]) -> None:
    rule = RULES["easy_days"]
    shown = rule.show(tuple(shares))
    assert shown == "every day 1" or rule.parse(shown) == tuple(shares)


def test_completion_and_the_list_know_the_same_names() -> None:
    from studyctl.cli import completion

    assert list(completion.settings("")) == list(RULES)
    assert list(completion.settings("new_")) == ["new_cards_per_day", "new_questions_per_day"]
