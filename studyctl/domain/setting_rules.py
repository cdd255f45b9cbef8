"""The settings that a user may change: what each means, which values it takes, and how they are written."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from studyctl.domain.deadline_choice import DeadlineChoice
from studyctl.domain.load_balance import EVERY_DAY
from studyctl.domain.settings import parse_hours
from studyctl.errors import NotFoundError, UsageError

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DEFAULT = "default"
ON, OFF = ("on", "true", "yes"), ("off", "false", "no")
WEIGHT_BOUNDS = (
    *((0.001, 100.0),) * 4,
    *((1.0, 10.0), (0.001, 4.0), (0.001, 4.0), (0.001, 0.75), (0.0, 4.5), (0.0, 0.8), (0.001, 3.5)),
    *((0.001, 5.0), (0.001, 0.25), (0.001, 0.9), (0.0, 4.0), (0.0, 1.0), (1.0, 6.0), (0.0, 2.0), (0.0, 2.0)),
    *((0.0, 0.8), (0.1, 0.8)),
)
"""Lowest and highest value of each FSRS-6 weight, as fsrs-rs clips them when it fits."""
_SINGLE_PRECISION = 1e-6  # fitted weights come as 32-bit numbers, a bound of 0.8 as 0.800000012


@dataclass(frozen=True)
class SettingRule:
    """One setting; `parse` makes a value of what was typed or raises a UsageError, `show` is the value for people."""

    name: str
    unit: str
    meaning: str
    parse: Callable[[str], Any]
    show: Callable[[Any], str] = str


def rule_of(name: str) -> SettingRule:
    """The rule of a setting.

    Raises:
        NotFoundError: no such setting.
    """
    if name not in RULES:
        raise NotFoundError(f"There is no setting {name!r}.", f"Settings: {', '.join(RULES)}.")
    return RULES[name]


def as_typed(value: Any) -> str:
    """A stored value as a user would type it; `default` for one that was never chosen."""
    if value is None:
        return DEFAULT
    return ",".join(str(each) for each in value) if isinstance(value, list | tuple) else str(value)


def _number(name: str, low: float, high: float) -> Callable[[str], float]:
    def parse(text: str) -> float:
        value = _float(text)
        if value is None or not low <= value <= high:
            raise UsageError(f"{name} cannot be {text!r}.", f"Write a number from {low:g} to {high:g}.")
        return value

    return parse


def _whole(name: str, low: int, high: int) -> Callable[[str], int]:
    def parse(text: str) -> int:
        typed = text.strip()
        value = int(typed) if typed.isascii() and typed.isdigit() else -1
        if not low <= value <= high:
            raise UsageError(f"{name} cannot be {text!r}.", f"Write a whole number from {low} to {high}.")
        return value

    return parse


def _switch(name: str) -> Callable[[str], bool]:
    def parse(text: str) -> bool:
        typed = text.strip().lower()
        if typed not in (*ON, *OFF):
            raise UsageError(f"{name} cannot be {text!r}.", f"Write {ON[0]} or {OFF[0]}.")
        return typed in ON

    return parse


def _shown_switch(value: bool) -> str:
    return ON[0] if value else OFF[0]


def _hours(text: str) -> float:
    try:
        return parse_hours(text if text.strip() else "0")
    except UsageError as error:
        raise UsageError(f"hours_per_day cannot be {text!r}.", "Write a number above 0 and up to 16.") from error


def _date(text: str) -> date | None:
    if text.strip().lower() == DEFAULT:
        return None
    try:
        return date.fromisoformat(text.strip())
    except ValueError as error:
        raise UsageError(f"{text!r} is not a date.", "Write it as YYYY-MM-DD.") from error


def _easy_days(text: str) -> tuple[float, ...]:
    parts = [part.strip().lower() for part in text.split(",")]
    if any("=" in part for part in parts):
        shares = _named_days(text, parts)
    elif len(parts) == len(WEEKDAYS):
        shares = [_share(text, part) for part in parts]
    else:
        raise _not_easy(text)
    if not any(shares):
        raise UsageError("Every day would be free of reviews.", "Leave at least one day a share above 0.")
    return tuple(shares)


def _named_days(text: str, parts: Sequence[str]) -> list[float]:
    shares = list(EVERY_DAY)
    for part in parts:
        day, _, share = part.partition("=")
        if day.strip() not in WEEKDAYS:
            raise _not_easy(text)
        shares[WEEKDAYS.index(day.strip())] = _share(text, share)
    return shares


def _share(text: str, part: str) -> float:
    value = _float(part)
    if value is None or not 0 <= value <= 1:
        raise _not_easy(text)
    return value


def _not_easy(text: str) -> UsageError:
    return UsageError(
        f"easy_days cannot be {text!r}.",
        "Write shares from 0 to 1: `sat=0.5,sun=0` (other days 1), or seven numbers from Monday to Sunday.",
    )


def show_easy_days(shares: Sequence[float]) -> str:
    """`sat=0.5,sun=0`: the days that differ from 1."""
    named = [f"{day}={share:g}" for day, share in zip(WEEKDAYS, shares, strict=True) if share != 1]
    return ",".join(named) or "every day 1"


def _weights(text: str) -> tuple[float, ...] | None:
    if text.strip().lower() == DEFAULT:
        return None
    parts = text.replace(",", " ").split()
    if len(parts) != len(WEIGHT_BOUNDS):
        raise UsageError(
            f"fsrs_weights are {len(parts)} numbers; FSRS-6 has {len(WEIGHT_BOUNDS)}.",
            f"Write {len(WEIGHT_BOUNDS)} numbers, or `{DEFAULT}`.",
        )
    weights = []
    for place, (part, (low, high)) in enumerate(zip(parts, WEIGHT_BOUNDS, strict=True)):
        value = _float(part)
        if value is None or not low - _SINGLE_PRECISION <= value <= high + _SINGLE_PRECISION:
            raise UsageError(f"Weight w{place} cannot be {part!r}.", f"It is a number from {low:g} to {high:g}.")
        weights.append(value)
    return tuple(weights)


def _float(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def deadline_and_minutes(text: str) -> tuple[date, float | None]:
    """`DATE` or `DATE,MINUTES`; None where no minutes are said.

    Raises:
        UsageError: neither of the two.
    """
    when, comma, minutes = text.partition(",")
    found = _float(minutes) if comma else None
    try:
        parsed = date.fromisoformat(when.strip())
    except ValueError as error:
        raise UsageError(f"{when.strip()!r} is not a date.", "Write it as YYYY-MM-DD.") from error
    if comma and found is None:
        raise UsageError(f"{minutes.strip()!r} is no number of minutes.", "Write YYYY-MM-DD,MINUTES.")
    return parsed, found


def _no_breaks(_text: str) -> None:
    raise UsageError(
        "Breaks are planned one by one.",
        "`studyctl review break plan FROM TO` plans one, `studyctl review break cancel FROM` removes one.",
    )


def _shown_breaks(value: Sequence[object]) -> str:
    return str(value[0]) if len(value) == 1 else f"{len(value)} breaks" if value else "none"


def _shown_deadline(value: DeadlineChoice | None) -> str:
    return "none" if value is None else f"{value.date}, {value.minutes:g} min a day"


def _shown(value: Any) -> str:
    return "not set" if value is None else str(value)


def _shown_weights(value: Sequence[float] | None) -> str:
    return DEFAULT if value is None else f"{len(value)} numbers"


_ALL = (
    SettingRule("start_date", "date", "First day of the plan; the calendar counts from it", _date, _shown),
    SettingRule("hours_per_day", "hours", "Time for the plan on a day", _hours, "{:g}".format),
    SettingRule("new_cards_per_day", "cards", "New cards that a day introduces", _whole("new_cards_per_day", 0, 9999)),
    SettingRule(
        "new_questions_per_day",
        "questions",
        "New interview questions that a day introduces",
        _whole("new_questions_per_day", 0, 9999),
    ),
    SettingRule(
        "desired_retention",
        "probability",
        "Recall at which a card comes back",
        _number("desired_retention", 0.70, 0.99),
        "{:g}".format,
    ),
    SettingRule("maximum_interval", "days", "The longest wait of a card", _whole("maximum_interval", 1, 36500)),
    SettingRule("rollover_hour", "hour", "Hour at which a study day begins", _whole("rollover_hour", 0, 23)),
    SettingRule("easy_days", "share", "Reviews of a weekday against a usual day", _easy_days, show_easy_days),
    SettingRule(
        "fsrs_weights", "numbers", "21 weights of the memory model; `review fit` finds yours", _weights, _shown_weights
    ),
    SettingRule(
        "background_fit",
        "on or off",
        "Fit the weights after review sessions, where that predicts better",
        _switch("background_fit"),
        _shown_switch,
    ),
    SettingRule(
        "deadline", "date", "Be ready on this day; see `review deadline`", deadline_and_minutes, _shown_deadline
    ),
    SettingRule(
        "breaks", "dates", "Days on which nothing shall come due; see `review break`", _no_breaks, _shown_breaks
    ),
)
RULES = {rule.name: rule for rule in _ALL}
