"""`review fit` and `review simulate` on the command line."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from studyctl.container import open_container
from studyctl.services import simulate
from studyctl.services.simulate import Estimate
from tests.cli.conftest import Cli
from tests.helpers import FakeClock
from tests.services.test_fit import fill

TINY = ("--cards", "20", "--days", "20", "--learners", "2")


def test_a_simulation_prints_both_schedules_and_a_plot(cli: Cli) -> None:
    done = cli("review", "simulate", *TINY)
    assert done.code == 0
    assert "fixed retention 90 %" in done.out
    assert max(map(len, done.out.splitlines())) <= 80
    assert "deadline mode" in done.out
    assert "minutes a day" in done.out


@pytest.mark.parametrize(
    ("fewer", "said"),
    [
        (Estimate(0.4, 0.3, 0.5), "forgets 40 (30 to 50) % fewer"),
        (Estimate(-0.4, -0.5, -0.3), "forgets 40 (30 to 50) % more"),
        (Estimate(0.1, -0.1, 0.3), "Too few learners"),
        (Estimate(0.0, 0.0, 0.0), "Too few learners"),
    ],
)
def test_the_verdict_follows_the_interval(
    cli: Cli, monkeypatch: pytest.MonkeyPatch, fewer: Estimate, said: str
) -> None:
    monkeypatch.setattr(simulate, "estimate", lambda values: fewer)
    assert said in cli("review", "simulate", *TINY, "--plain").out


def test_a_plain_simulation_has_a_table_instead_of_the_plot(cli: Cli) -> None:
    done = cli("review", "simulate", *TINY, "--plain")
    assert "desired retention" in done.out
    assert "+---" not in done.out
    assert done.err == ""


def test_a_simulation_as_json_is_the_same_for_the_same_seed(cli: Cli) -> None:
    first = cli("review", "simulate", *TINY, "--json").json
    assert first == cli("review", "simulate", *TINY, "--json").json
    assert first["deadline"]["worst_tail_load"] <= 1.26
    assert len(first["curve"]) == 10


def test_a_deadline_sets_the_days(cli: Cli) -> None:
    when = (date.today() + timedelta(days=15)).isoformat()
    found = cli("review", "simulate", "--cards", "10", "--learners", "2", "--deadline", when, "--json").json
    assert found["days"] in (15, 16)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--deadline", "2020-01-01"), "not in the future"),
        (("--deadline", "soon"), "not a date"),
        (("--deadline", "2020-01-01", "--days", "3"), "both say when"),
        (("--minutes", "0"), "no time"),
        (("--minutes", "nan"), "no time"),
        (("--cards", "0"), "no cards"),
        (("--days", "0"), "not in the future"),
        (("--cards", "1000000"), "too long"),
        (("--learners", "1"), "at least 2"),
        (("--learners", "100000"), "At most 200"),
    ],
)
def test_what_cannot_be_simulated_is_said(cli: Cli, arguments: tuple[str, ...], message: str) -> None:
    done = cli("review", "simulate", *arguments)
    assert done.code == 2
    assert message in done.err
    assert done.out == ""


def test_a_fit_without_enough_reviews_says_how_many_are_missing(cli: Cli) -> None:
    done = cli("review", "fit", "--json")
    assert done.code == 2
    assert "fewer than 400" in done.err
    assert "400 more" in done.err


def test_a_look_cannot_reschedule(cli: Cli) -> None:
    assert cli("review", "fit", "--look", "--reschedule").code == 2


def test_a_fit_is_looked_at_kept_rescheduled_and_undone(cli: Cli) -> None:
    container = open_container()
    fill(container, FakeClock(container.context.now()))
    container.close()
    look = cli("review", "fit", "--look")
    assert look.code == 0
    assert "log loss" in look.out
    assert "`studyctl review fit` keeps them" in look.out
    kept = cli("review", "fit", "--json").json
    assert kept["accepted"]
    assert kept["stored"]
    assert kept["history"][0]["new_log_loss"] < kept["history"][0]["old_log_loss"]
    moved = cli("review", "fit", "--reschedule")
    assert "the old ones stay" in moved.out
    assert "cards have a new due date" in moved.out
    assert "fit weights and reschedule" in cli("undo").out
    assert "fit weights" in cli("undo").out
    assert cli("review", "fit", "--look", "--json").json["history"] == []
