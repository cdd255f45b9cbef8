"""Which of some days a card goes to, so that days fill evenly and easy days stay easy."""

from __future__ import annotations

from collections.abc import Callable, Mapping

EVERY_DAY = (1.0,) * 7
PULL = 2  # exponent of the inverse count; Anki's load balancer takes 2.15


def weekday(day: int) -> int:
    """Monday 0 to Sunday 6 of a study-day ordinal."""
    return (day - 1) % 7


def day_weight(
    today: int, due: Mapping[int, int], own: int | None, easy_days: tuple[float, ...]
) -> Callable[[int], float] | None:
    """How likely an interval in days shall be; None where all are alike.

    A day that has n cards weighs e * (e / (1 + n))^2, with e the weight of its weekday: days of the same weight level
    out, and one of half the weight gets half the cards. `own` is the day on which the card itself is counted in `due`.
    """
    if not due and easy_days == EVERY_DAY:
        return None

    def weight(interval: int) -> float:
        day = today + interval
        easy = easy_days[(day - 1) % 7]
        share = easy / (1 + due.get(day, 0) - (day == own and day in due))
        return easy * share**PULL

    return weight


def weighted_choice(values: range, draw: float, weight: Callable[[int], float]) -> int:
    """The value where `draw` in [0, 1) falls, each as wide as its weight; all alike where no weight is above 0."""
    weights = [weight(value) for value in values]
    total = sum(weights)
    if total <= 0:
        return values[int(draw * len(values))]
    mark = draw * total
    for value, width in zip(values, weights, strict=True):
        mark -= width
        if mark < 0:
            return value
    return max(value for value, width in zip(values, weights, strict=True) if width > 0)
