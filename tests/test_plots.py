"""Axes of plots that count things."""

from __future__ import annotations

import re
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from studyctl.plots import MAX_TICKS, count_ticks, draw_plot

SIZE = (76, 14)


@given(st.integers(0, 10**6), st.integers(1, 10**6))
def test_ticks_of_counts_are_few_and_evenly_spaced_within_their_range(low: int, span: int) -> None:
    ticks = count_ticks(low, low + span)
    assert 1 <= len(ticks) <= MAX_TICKS
    assert all(low <= tick <= low + span for tick in ticks)
    assert len({after - before for before, after in pairwise(ticks)}) <= 1


def test_axes_of_counts_have_no_fractions() -> None:
    loads = {"series": [{"name": "cards", "x": list(range(30)), "y": [3 * n + 7 for n in range(30)]}]}
    bars = {"series": [{"name": "cards", "x": ["0", "1", "2"], "y": [309, 120, 3]}], "kind": "bar"}
    assert re.search(r"\d\.\d", draw_plot(loads, *SIZE))
    assert not re.search(r"\d\.\d", draw_plot(loads | {"counts": True}, *SIZE))
    assert not re.search(r"\d\.\d", draw_plot(bars | {"counts": True}, *SIZE))


def test_equal_counts_can_be_drawn() -> None:
    for heights in ([0, 0, 0], [5, 5, 5]):
        loads = {"series": [{"name": "cards", "x": [0, 1, 2], "y": heights}], "counts": True}
        assert "o" in draw_plot(loads, *SIZE)
        assert draw_plot(
            {"series": [{"name": "cards", "x": ["0", "1"], "y": heights[:2]}], "kind": "bar"} | loads, *SIZE
        )
