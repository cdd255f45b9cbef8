"""What the lab screens are made of: collected events, plots, verdict tables."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studyctl.errors import DataError
from studyctl.plots import draw_plot, legend, live_plot
from studyctl.tui.controllers.run_state import LOG_LINES, PLOT_POINTS, Progress, RunSnapshot, RunState, RunStatus
from studyctl.tui.widgets.lab_text import bar_text, failure_text, phases_text
from studyctl.tui.widgets.verdict import checks, headline, table
from tests.tui.fake_referee import RUNNING, verdict

NUMBERS = st.one_of(st.none(), st.floats(allow_nan=True, allow_infinity=True), st.integers(-(10**9), 10**9))
SERIES = st.fixed_dictionaries(
    {
        "name": st.text(max_size=12),
        "x": st.lists(st.one_of(NUMBERS, st.text(max_size=4)), max_size=8),
        "y": st.lists(NUMBERS, max_size=8),
    }
)
PLOTS = st.fixed_dictionaries(
    {
        "title": st.text(max_size=30),
        "kind": st.sampled_from(["line", "bar", "grid"]),
        "x_label": st.text(max_size=10),
        "y_label": st.text(max_size=10),
        "series": st.lists(SERIES, max_size=3),
        "log_x": st.booleans(),
        "log_y": st.booleans(),
    }
)


def taken() -> RunState:
    """A run that has said everything but its verdict."""
    state = RunState()
    for event in RUNNING:
        state.take(event)
    return state


def test_events_become_a_snapshot() -> None:
    shot = taken().snapshot()
    assert (shot.device, shot.profile, shot.phases, shot.of) == ("cpu", "quick", ("load", "decode"), 3)
    assert shot.progress == Progress(16, 40, "rounds of decoding")
    assert shot.learner_log == ("built a cache of 4 layers",)
    assert shot.points["cached"] == ((10, 0.3), (50, 0.3), (100, 0.3), (200, 0.3))


def test_a_new_phase_starts_its_progress_at_nothing() -> None:
    state = taken()
    state.take({"event": "phase", "name": "grade", "index": 3, "of": 3})
    assert state.snapshot().progress == Progress()


def test_unknown_and_broken_events_are_passed_over() -> None:
    state = RunState()
    for event in ({"event": "later"}, {}, {"event": "point", "series": "a", "x": "b", "y": None}):
        state.take(event)
    assert state.snapshot().points == {}
    assert state.status is RunStatus.RUNNING


def test_a_talkative_run_keeps_only_its_newest_lines_and_points() -> None:
    state = RunState()
    for n in range(LOG_LINES * 3):
        state.take({"event": "log", "source": "learner", "text": f"line {n}" * 1000})
        state.take({"event": "point", "series": "s", "x": n, "y": n})
    shot = state.snapshot()
    assert len(shot.learner_log) == LOG_LINES
    assert max(map(len, shot.learner_log)) <= 1000
    assert len(shot.points["s"]) <= PLOT_POINTS


@given(plot=PLOTS, width=st.integers(1, 120), height=st.integers(1, 30))
def test_no_plot_is_a_crash(plot: dict[str, object], width: int, height: int) -> None:
    assert isinstance(draw_plot(plot, width, height), str)


@given(xs=st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=30), width=st.integers(24, 120))
def test_a_plot_keeps_to_its_width(xs: list[float], width: int) -> None:
    plot = live_plot({"a": [(x, math.sin(x)) for x in xs]})
    assert max(len(line) for line in draw_plot(plot, width, 12).splitlines()) <= width


def test_plots_are_plain_ascii() -> None:
    for plot in verdict()["plots"]:
        assert draw_plot(plot, 60, 12).isascii()


def test_series_differ_by_their_marker() -> None:
    plot = verdict()["plots"][0]
    drawn = draw_plot(plot, 60, 12)
    assert legend(plot) == "o uncached   x cached"
    assert "o" in drawn
    assert "x" in drawn


def test_a_memory_map_is_a_grid_of_glyphs() -> None:
    plot = {"title": "map", "kind": "grid", "series": [{"name": "0", "y": [0, 1, 2, 10, None]}]}
    assert draw_plot(plot, 40, 10).splitlines() == ["map", "0 .12a."]


def test_a_table_that_is_too_wide_is_turned() -> None:
    document = {"title": "t", "columns": ["prompt", "milliseconds"], "rows": [[10, 0.25], [200, None]]}
    assert table(document, 40).plain.splitlines() == [
        "t",
        "prompt  milliseconds",
        "10              0.25",
        "200                -",
    ]
    assert table(document, 10).plain.splitlines()[1:] == ["prompt          10  200", "milliseconds  0.25    -"]


def test_a_table_without_rows_or_columns_is_only_its_title() -> None:
    assert table({"title": "t", "columns": [], "rows": []}, 40).plain.strip() == "t"


def test_every_check_says_value_bound_and_unit() -> None:
    text = checks(verdict("failed"), 60).plain
    assert "[no] greedy-tokens  value 3, bound 0 wrong generations" in text
    assert "[ok] ratio-200      value 17.95, bound 2 x" in text
    assert max(len(line) for line in text.splitlines()) <= 60


def test_the_headline_gives_the_reason_where_it_is_needed() -> None:
    assert headline(verdict()).plain.startswith("[ok] PASSED")
    assert "3 of 100 generations differ" in headline(verdict("failed")).plain


@pytest.mark.parametrize(
    ("progress", "text"),
    [(Progress(), ""), (Progress(0, 0, "loading"), "loading"), (Progress(40, 40), f"[{'#' * 32}] 40/40")],
)
def test_progress_without_a_total_has_no_bar(progress: Progress, text: str) -> None:
    assert bar_text(progress) == text


def test_the_phase_in_which_a_run_ended_is_marked() -> None:
    shot = RunSnapshot(status=RunStatus.CANCELLED, phases=("load", "decode"), of=3)
    assert phases_text(shot, None) == "[ok] load   [no] decode"


def test_a_failure_names_what_to_do() -> None:
    text = failure_text(DataError("It ended.", "`studyctl doctor` checks.")).plain
    assert text.startswith("[no] The run came to no verdict.\nIt ended.")
    assert "What to do:\n  `studyctl doctor` checks." in text
