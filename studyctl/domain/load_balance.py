"""Which of some days a card goes to, so that days fill evenly, easy days stay easy and breaks stay free."""

from __future__ import annotations

from collections.abc import Callable, Mapping

EVERY_DAY = (1.0,) * 7
Spans = tuple[tuple[int, int], ...]  # first and last study-day ordinals of planned breaks
PULL = 2  # exponent of the inverse count; Anki's load balancer takes 2.15


def weekday(day: int) -> int:
    """Monday 0 to Sunday 6 of a study-day ordinal."""
    return (day - 1) % 7


def day_share(day: int, easy_days: tuple[float, ...], breaks: Spans = ()) -> float:
    """How much of a usual day's load a study day shall get: nothing in a break, else the weight of its weekday."""
    if breaks and any(first <= day <= last for first, last in breaks):
        return 0.0
    return easy_days[weekday(day)]


def past_breaks(today: int, low: int, high: int, breaks: Spans) -> int:
    """Days by which the intervals `low` to `high` must be put off, where all of them end inside planned breaks."""
    first, last = today + low, today + high
    if not breaks or any(day_share(day, EVERY_DAY, breaks) for day in range(first, last + 1)):
        return 0
    while inside := [end for begin, end in breaks if begin <= first <= end]:
        first = inside[0] + 1
    return first - today - low


def reach(today: int, days: int, breaks: Spans) -> int:
    """The last study day that an interval of up to `days` can lead to when breaks put it off; rather too late a one."""
    for first, last in sorted(breaks):
        if first - today <= days:
            days = max(days, 2 * (last - today) + 8)
    return today + days


def day_weight(
    today: int, due: Mapping[int, int], own: int | None, easy_days: tuple[float, ...], breaks: Spans = ()
) -> Callable[[int], float] | None:
    """How likely an interval in days shall be; None where all are alike.

    A day that has n cards weighs e * (e / (1 + n))^2, with e the share of a usual day that it shall get: days of the
    same share level out, and one of half the share gets half the cards. `own` is the day on which the card itself is
    counted in `due`.
    """
    if not due and easy_days == EVERY_DAY and not breaks:
        return None

    def weight(interval: int) -> float:
        day = today + interval
        easy = day_share(day, easy_days, breaks)
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
