"""The statistics as text: maps, bars, tables, words."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studyctl.container import Container
from studyctl.domain.intervals import share
from studyctl.domain.workload import WorkloadPoint
from studyctl.services.review_statistics import Topic, Workload
from studyctl.statistics_text.forecast import forecast
from studyctl.statistics_text.layout import bars, columns, duration
from studyctl.statistics_text.retention import topic_lines
from studyctl.statistics_text.weights import weights_lines
from studyctl.statistics_text.workload import NOTHING, workload
from studyctl.statistics_text.year_map import GLYPHS, year_map
from studyctl.storage.repositories.weights import Attempt, FittedWeights, PastFit

MONDAY = date(2026, 11, 2).toordinal()
DAYS = st.dictionaries(st.integers(MONDAY - 360, MONDAY), st.integers(1, 500), max_size=200)


@given(DAYS, st.integers(60, 79))
def test_every_day_with_answers_has_its_glyph_in_its_place(answers: dict[int, int], width: int) -> None:
    lines = year_map(answers, MONDAY, width)
    grid = [line[5:].ljust(53) for line in lines[1:8]]
    first = MONDAY - 7 * 52
    for week in range(53):
        for row in range(7):
            day = first + 7 * week + row
            assert (grid[row][week] in GLYPHS) == (answers.get(day, 0) > 0 and day <= MONDAY)
    assert max(map(len, lines)) <= 79


@given(DAYS)
def test_more_answers_never_have_a_lighter_glyph(answers: dict[int, int]) -> None:
    grid = [line[5:].ljust(53) for line in year_map(answers, MONDAY, 78)[1:8]]
    first = MONDAY - 7 * 52
    ranked = sorted((count, GLYPHS.index(grid[(day - 1) % 7][(day - first) // 7])) for day, count in answers.items())
    weights = [weight for _, weight in ranked]
    assert weights == sorted(weights)


def test_the_legend_names_the_numbers_behind_the_glyphs() -> None:
    answers = {MONDAY - n: count for n, count in enumerate((1, 2, 5, 5, 9, 12, 40))}
    assert year_map(answers, MONDAY, 78)[-1] == "blank: no answer   . 1-2   : 3-5   + 6-9   # 10 and more"
    assert year_map({}, MONDAY, 78)[-1] == "blank: no answer"
    assert year_map({MONDAY: 3}, MONDAY, 78)[-1] == "blank: no answer   . 1-3   : 4 and more"


def test_months_stand_above_their_first_week_and_days_are_wider_where_there_is_room() -> None:
    narrow, wide = year_map({MONDAY: 1}, MONDAY, 78), year_map({MONDAY: 1}, MONDAY, 120)
    assert narrow[0].endswith("Oct Nov")
    assert narrow[0].rindex("Nov") == 5 + 52
    assert wide[0].rindex("Nov") == 5 + 2 * 52
    assert wide[1].rstrip().endswith("..")


@given(st.lists(st.tuples(st.sampled_from(["a", "bb", "ccc"]), st.integers(0, 10**6)), max_size=9), st.integers(30, 99))
def test_bars_fit_and_what_is_not_nothing_has_one(rows: list[tuple[str, int]], width: int) -> None:
    lines = bars(rows, width)
    assert all(len(line) <= width for line in lines)
    for (_, number), line in zip(rows, lines, strict=True):
        assert ("#" in line) == (number > 0)


def test_columns_align_numbers_to_the_right() -> None:
    assert columns(("name", "n"), [("a", 5), ("longer", 12)]) == ["name     n", "a        5", "longer  12"]


@pytest.mark.parametrize(("seconds", "text"), [(0, "0 s"), (59.4, "59 s"), (60, "1 min"), (3900, "1 h 05 min")])
def test_durations(seconds: float, text: str) -> None:
    assert duration(seconds) == text


def test_the_worst_topic_is_the_one_that_is_surely_bad_not_the_one_with_bad_luck() -> None:
    topics = [Topic("many", share(60, 100)), Topic("few", share(11, 20)), Topic("fewer", share(0, 19))]
    lines = topic_lines(topics)
    worst = lines[lines.index("") + 2 :]
    assert [line.split()[0] for line in worst] == ["many", "few"]
    assert topic_lines([]) == ["by topic: no answer to a card that has one"]


def test_the_weights_are_told_with_their_last_attempt(container: Container) -> None:
    view = container.statistics.view()
    assert weights_lines(view, 78) == ["Weights: the defaults of FSRS-6."]
    declined = replace(view, attempt=Attempt("2026-11-01", 900, False, 0.001, 0.004))
    assert "no better" in " ".join(weights_lines(declined, 300))
    lucky = replace(view, attempt=Attempt("2026-11-01", 900, False, -0.001, 0.004))
    assert "-0.0010, 95 % sure below +0.0040: may be chance" in weights_lines(lucky, 300)[0]
    short = replace(view, attempt=Attempt("2026-11-01", 900, False))
    assert "too few days" in weights_lines(short, 300)[0]
    past = PastFit("2026-11-02", "FSRS-6", 900, 90, 600, 200, 0.4, 0.35, 0.1, 0.05, (1.0,))
    fitted = replace(view, weights=FittedWeights((1.0,), history=(past,)), attempt=Attempt("2026-11-02", 900, True))
    assert weights_lines(fitted, 300) == [
        "Weights: fitted on 2026-11-02 to 900 answers, log loss 0.4000 -> 0.3500 on 200 held out."
    ]
    by_hand = replace(view, weights=FittedWeights((1.0,)))
    assert weights_lines(by_hand, 78) == ["Weights: of your own, FSRS-6."]


def test_a_forecast_counts_up_and_tells_what_is_overdue(container: Container) -> None:
    view = container.statistics.view(30)
    assert "No card in review has a date" in forecast(view, 78)[-1]
    coming = replace(view, graphs=replace(view.graphs, coming={0: 4, 1: 2, 10: 5, 30: 1}, overdue=3))
    lines = forecast(coming, 78, plot=False)
    assert "overdue: 3 cards, counted as due today" in lines[0]
    table = lines[lines.index("") + 2 :]
    counts = [int(re.split(r"  +", line)[1]) for line in table[: table.index("")]]
    assert counts == [4, 6, 6, 12]
    drawn = forecast(coming, 78)
    assert "Cards due, by days from today" in drawn
    assert len(drawn) > len(lines)


def test_a_workload_marks_the_present_and_the_cheapest_retention_in_words() -> None:
    points = (WorkloadPoint(0.7, 1.0, 50.0), WorkloadPoint(0.8, 1.2, 70.0), WorkloadPoint(0.9, 3.0, 80.0))
    found = Workload(100, 100, 365, True, points, current=0.9, cheapest=0.8)
    lines = workload(found, 78, plot=False)
    assert [line for line in lines if line.endswith("cheapest")] == [line for line in lines if line.startswith("80 %")]
    (now,) = (line for line in lines if line.endswith("desired now"))
    assert now.split()[:6] == ["90", "%", "3.0", "80", "2.25", "10.8"]
    both = workload(replace(found, current=0.8), 78, plot=False)
    assert any(line.endswith("desired now, cheapest") for line in both)
    assert workload(Workload(0, 0, 365, False, (), 0.9, None), 200) == [NOTHING]
