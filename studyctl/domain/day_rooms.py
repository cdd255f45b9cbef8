"""Room for cards on days that shall be equally full; the share of a day says how full it may be."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterable, Mapping


class Rooms:
    """Days with room for more cards."""

    def __init__(self, room: Mapping[int, int]) -> None:
        self._room = {day: count for day, count in room.items() if count > 0}
        self._days = sorted(self._room)

    def take(self, wish: int, first: int, last: int) -> int | None:
        """The day with room that is nearest to `wish` from `first` to `last`, the earlier of two; None: there is none.

        The room for one card is used up.
        """
        wish = min(max(wish, first), last)
        at = bisect_left(self._days, wish)
        near = [day for day in self._days[max(0, at - 1) : at + 1] if first <= day <= last]
        if not near:
            return None
        day = min(near, key=lambda day: (abs(day - wish), day))
        self._room[day] -= 1
        if not self._room[day]:
            self._days.remove(day)
        return day


def capacity(limit: int, share: float) -> int:
    """Cards that a day with this share may have where a usual day has `limit`; half of one counts as one."""
    return int(limit * share + 0.5)


def rooms_for(shares: Mapping[int, float], loads: Mapping[int, int], limit: int) -> Rooms:
    """The room that is left on these days by a limit of a usual day."""
    return Rooms(_room(shares, loads, limit))


def level(shares: Mapping[int, float], loads: Mapping[int, int], count: int) -> int:
    """The lowest limit of a usual day at which `count` more cards fit on these days."""
    return _lowest(lambda limit: sum(_room(shares, loads, limit).values()) >= count)


def lowest_limit(shares: Mapping[int, float], earliest: Iterable[int]) -> int:
    """The lowest limit of a usual day at which cards fit, each on its earliest day or a later one.

    That is so where for every day the cards from it on fit into the days from it on (Hall's condition).
    """
    last = max(shares)
    wanted = sorted(Counter(min(day, last) for day in earliest).items(), reverse=True)

    def fits(limit: int) -> bool:
        count = 0
        for first, cards in wanted:
            count += cards
            if count > sum(capacity(limit, share) for day, share in shares.items() if day >= first):
                return False
        return True

    return _lowest(fits)


def _lowest(fits: Callable[[int], bool]) -> int:
    """The lowest number for which `fits` is true; it is so for all higher ones."""
    high = 1
    while not fits(high):
        high *= 2
    low = 0
    while low + 1 < high:
        middle = (low + high) // 2
        low, high = (low, middle) if fits(middle) else (middle, high)
    return high


def _room(shares: Mapping[int, float], loads: Mapping[int, int], limit: int) -> dict[int, int]:
    return {day: max(0, capacity(limit, share) - loads.get(day, 0)) for day, share in shares.items()}
