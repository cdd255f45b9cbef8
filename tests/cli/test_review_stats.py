"""`review stats`, `review fit` with weights that cannot be used, and the fit at the end of a session by lines."""

from __future__ import annotations

import io
import json
import re
from typing import Any

import pytest
from jsonschema import validate

from studyctl.container import Container, open_container
from studyctl.domain.weights import DEFAULT_WEIGHTS
from studyctl.storage.repositories.settings import save_document
from tests.cli.conftest import Cli
from tests.helpers import FakeClock
from tests.seeded_reviews import seed_reviews
from tests.services.test_fit import fill

SHARE = {"type": "object", "required": ["passed", "total", "share", "low", "high"]}
SHAPE: dict[str, Any] = {
    "type": "object",
    "required": ["statistics", "workload"],
    "additionalProperties": False,
    "properties": {
        "statistics": {
            "type": "object",
            "required": ["graphs", "year", "phases", "retention", "topics", "cards", "steps", "weights", "attempt"],
            "properties": {
                "graphs": {
                    "type": "object",
                    "properties": {
                        "span": {"const": 30},
                        "coming": {"type": "object", "additionalProperties": {"type": "integer"}},
                        "overdue": {"type": "integer", "minimum": 0},
                    },
                },
                "retention": {
                    "type": "array",
                    "minItems": 4,
                    "maxItems": 4,
                    "items": {"properties": {"all": SHARE, "young": SHARE, "mature": SHARE}},
                },
                "topics": {
                    "type": "array",
                    "items": {"required": ["topic", "answers"], "properties": {"answers": SHARE}},
                },
                "cards": {"properties": {"recall": {"type": "array", "minItems": 9, "maxItems": 9}}},
            },
        },
        "workload": {
            "type": "object",
            "properties": {
                "points": {
                    "type": "array",
                    "minItems": 11,
                    "items": {
                        "required": ["retention", "minutes", "remembered"],
                        "properties": {
                            "retention": {"type": "number", "minimum": 0.7, "maximum": 0.97},
                            "minutes": {"type": "number", "minimum": 0},
                        },
                    },
                },
                "current": {"const": 0.9},
            },
        },
    },
}


def seeded(cards: int = 60) -> Container:
    """A home in which cards were studied for half a year."""
    container = open_container()
    container.context.shelf.sync()
    seed_reviews(container, list(container.library.cards)[:cards], 180)
    return container


def test_statistics_as_one_document(cli: Cli) -> None:
    seeded().close()
    done = cli("review", "stats", "--days", "30", "--json")
    assert done.code == 0
    assert done.err == ""
    validate(json.loads(done.out), SHAPE)


def test_all_sections_fit_into_eighty_columns_and_need_no_colour(cli: Cli) -> None:
    seeded().close()
    done = cli("review", "stats", "--days", "365")
    assert done.code == 0
    assert [line for line in done.out.splitlines() if line.isupper()] == [
        *("OVERVIEW", "FORECAST", "RETENTION", "CARDS", "WORKLOAD")
    ]
    assert max(map(len, done.out.splitlines())) <= 80
    assert done.out.isascii()
    for words in ("blank: no answer", "overdue", "interval < 21 d", "Recall probability today", "desired now"):
        assert words in done.out


def test_a_span_of_any_length_is_said_in_words_and_has_its_row(cli: Cli) -> None:
    seeded().close()
    day = cli("review", "stats", "--days", "1", "--plain").out
    assert " 1 days" not in day
    assert "last day" in day
    assert "\n\n\n" not in day
    assert "\nwithin" not in day
    rows = cli("review", "stats", "--days", "45", "--plain").out
    assert re.findall(r"^within (\d+) days ", rows, re.MULTILINE) == ["7", "30", "45"]


def test_plain_has_every_number_and_no_plot(cli: Cli) -> None:
    seeded().close()
    plain, drawn = cli("review", "stats", "--plain"), cli("review", "stats")
    assert "+---" in drawn.out
    assert "+---" not in plain.out
    lines = drawn.out.splitlines()
    assert [line for line in plain.out.splitlines() if line not in lines] == []


def test_an_empty_log_is_met_with_a_friendly_line(cli: Cli) -> None:
    done = cli("review", "stats")
    assert done.code == 0
    assert "nothing to count yet" in done.out
    assert "`studyctl review`" in done.out
    assert cli("review", "stats", "--json").json["workload"]["points"] == []


@pytest.mark.parametrize("days", ["0", "-3", "4000", "many"])
def test_a_span_that_makes_no_sense_is_refused(cli: Cli, days: str) -> None:
    done = cli("review", "stats", "--days", days)
    assert done.code == 2
    assert "--days" in done.err


@pytest.mark.parametrize("command", [("fit",), ("fit", "--look"), ("stats",), ("answer", "x", "3"), ("simulate",)])
def test_stored_weights_of_a_wrong_length_are_explained(cli: Cli, command: tuple[str, ...]) -> None:
    container = open_container()
    fill(container, FakeClock(container.context.now()))
    arguments = [container.review.queue().ids[0] if word == "x" else word for word in command]
    with container.context.database.write("settings", "arrange") as transaction:
        save_document(transaction, "fsrs_weights", DEFAULT_WEIGHTS[:19])
    container.close()
    done = cli("review", *arguments)
    assert done.code == 4
    assert "weights" in done.err
    assert "`studyctl settings reset fsrs_weights`" in done.err
    assert done.out == ""


def test_a_fit_shows_both_losses_and_the_bound(cli: Cli) -> None:
    container = open_container()
    fill(container, FakeClock(container.context.now()))
    container.close()
    done = cli("review", "fit", "--look")
    assert "new minus old on the same reviews" in done.out
    found = cli("review", "fit", "--look", "--json").json
    change = found["fit"]["change"]
    assert change["mean"] == pytest.approx(found["fit"]["new"]["log_loss"] - found["fit"]["old"]["log_loss"])
    assert change["mean"] < change["bound"] < 0
    assert found["accepted"]


def test_a_session_by_lines_ends_with_a_fit_that_is_told_once(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    container = open_container()
    fill(container, FakeClock(container.context.now()))
    container.close()
    monkeypatch.setattr("sys.stdin", io.StringIO("\n3\nq\n"))
    first = cli("review", "--plain")
    assert "Weights fitted: log loss" in first.out
    assert "`studyctl review fit --reschedule` would move" in first.out
    monkeypatch.setattr("sys.stdin", io.StringIO("\n3\nq\n"))
    assert "Weights fitted" not in cli("review", "--plain").out
    assert "Weights: fitted on" in cli("review", "stats").out


def test_a_session_without_an_answer_fits_nothing(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    container = open_container()
    fill(container, FakeClock(container.context.now()))
    container.close()
    monkeypatch.setattr("sys.stdin", io.StringIO("q\n"))
    assert "Weights fitted" not in cli("review", "--plain").out
