"""`studyctl lab predict` and `studyctl lab cards`, and what a run says of its figures."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path
from typing import Any

import pytest

from studyctl.cli.commands import lab_watch
from studyctl.container import open_container
from tests.cli.conftest import Cli

ROOT = Path(__file__).resolve().parents[2]
SLUG = "kv-cache-table"
NAMES = ["ratio_200", "ratio_50", "ratio_10", "cache_bytes_200"]
CARDS = [f"m-{SLUG}-{name}-cpu" for name in ("ratio-200", "ratio-50", "ratio-10", "cache-bytes-200")]


def run(home: Path, **changes: Any) -> str:
    """Store a run whose verdict is the committed record; returns its id."""
    document = json.loads((ROOT / "data" / "records" / f"{SLUG}-cpu.json").read_text(encoding="utf-8"))
    container = open_container()
    try:
        choice = container.resolve.lab(SLUG)
        container.labs.start(choice.lab)
        request = container.labs.request(choice.lab)
        return container.labs.store(choice, request, {**document, **changes}).value.id
    finally:
        container.close()


class Terminal(io.StringIO):
    """Typed lines."""

    def isatty(self) -> bool:
        """A terminal."""
        return True


@pytest.fixture
def typing(monkeypatch: pytest.MonkeyPatch) -> Any:
    """What stands on stdin, as typed in a terminal."""
    return lambda text: monkeypatch.setattr(sys, "stdin", Terminal(text))


def test_predictions_are_said_in_pairs_and_listed(cli: Cli) -> None:
    done = cli("lab", "predict", SLUG, "ratio_200", "4x", "cache_bytes_200", "800 KiB")
    assert done.code == 0
    assert done.out.splitlines()[0] == "ratio_200: speed-up of a cached token at prompt 200: predicted 4 x"
    assert "cache_bytes_200: bytes of the cache at 200 tokens: predicted 819,200 B" in done.out
    document = cli("lab", "predict", SLUG, "--json").json
    assert document["lab"] == SLUG
    assert [each["name"] for each in document["figures"]] == NAMES
    assert [each["predicted"] for each in document["figures"]] == [4.0, None, None, 819200.0]
    assert "ask" in document["figures"][0]
    assert "no prediction (in x)" in cli("lab", "predict", SLUG).out
    assert cli("lab", "predict", SLUG, "ratio_200", "-", "--json").json["figures"][0]["predicted"] is None
    assert cli("undo").code == 0
    assert cli("lab", "predict", SLUG, "--json").json["figures"][0]["predicted"] == 4.0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["ratio_200"], "'ratio_200' has no value"),
        (["ratio_200", "4", "ratio_50"], "'ratio_50' has no value"),
        (["speed", "4"], "has no figure 'speed'"),
        (["ratio_200", "fast"], "'fast' is no number"),
        (["ratio_200", "4 ms"], "another unit than x"),
        (["ratio_200", "1e400"], "'1e400' is no number"),
        (["ratio_200", "1,5"], "with a point for decimals"),
        (["ratio_200", "4", "ratio_200", "5"], "'ratio_200' has two values"),
    ],
)
def test_a_prediction_that_makes_no_sense_is_usage(cli: Cli, words: list[str], said: str) -> None:
    done = cli("lab", "predict", SLUG, *words)
    assert done.code == 2
    assert said in done.err
    assert all(each["predicted"] is None for each in cli("lab", "predict", SLUG, "--json").json["figures"])


def test_in_a_terminal_each_figure_is_asked_for(cli: Cli, typing: Any) -> None:
    typing("4 ms\n4x\n\n2\n800 KiB\n")
    done = cli("lab", "predict", SLUG)
    assert done.code == 0
    assert "behind a prompt of 200 tokens?" in done.out
    assert "in x > 'ms' is another unit than x." in done.out
    assert [each["predicted"] for each in cli("lab", "predict", SLUG, "--json").json["figures"]] == [
        *(4.0, None, 2.0, 819200.0),
    ]
    typing("-\nq\n")
    done = cli("lab", "predict", SLUG)
    assert "in x, now 4 > " in done.out
    assert [each["predicted"] for each in cli("lab", "predict", SLUG, "--json").json["figures"]] == [
        *(None, None, 2.0, 819200.0),
    ]


def test_the_end_of_the_input_keeps_what_was_typed(cli: Cli, typing: Any) -> None:
    typing("4x\n")
    cli("lab", "predict", SLUG)
    assert [each["predicted"] for each in cli("lab", "predict", SLUG, "--json").json["figures"]][:2] == [4.0, None]


def test_a_run_tells_what_became_of_the_predictions(cli: Cli, home: Path) -> None:
    cli("lab", "predict", SLUG, "ratio_200", "4x", "ratio_50", "5")
    record = run(home)
    for shown in (cli("lab", "records", "--record", record), cli("lab", "show", SLUG)):
        assert "at prompt 200: predicted 4 x, measured 17.1 x [16.2, 17.57]: surprise" in shown.out
        assert "at prompt 50: predicted 5 x, measured 5.043 x [4.839, 5.315]: as predicted" in shown.out
    document = cli("lab", "records", "--record", record, "--json").json
    assert [(each["name"], each["predicted"], each["surprise"]) for each in document["figures"]] == [
        ("ratio_200", 4.0, True),
        ("ratio_50", 5.0, False),
        ("ratio_10", None, False),
        ("cache_bytes_200", None, False),
    ]
    assert cli("lab", "show", SLUG, "--json").json["predictions"] == dict.fromkeys(NAMES)
    cli("lab", "predict", SLUG, "ratio_10", "2")
    assert "ratio_10: speed-up of a cached token at prompt 10: predicted 2 x" in cli("lab", "show", SLUG).out


def test_a_watched_run_tells_what_it_settled(
    home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    class Referee:
        def cancel(self) -> None:
            """Nothing runs."""

    document = json.loads((ROOT / "data" / "records" / f"{SLUG}-cpu.json").read_text(encoding="utf-8"))
    container = open_container()
    lab = container.labs.start(container.library.labs[SLUG]).lab
    container.predictions.predict(lab, {"ratio_200": "4x"})
    monkeypatch.setattr(container.labs, "run", lambda request: (Referee(), iter([document])))
    lab_watch._grade(container, SLUG)
    container.close()
    told = capsys.readouterr().out
    assert "  speed-up of a cached token at prompt 200: predicted 4 x, measured 17.1 x [16.2, 17.57]: surprise" in told
    assert "prompt 50" not in told


def test_cards_are_listed_then_taken_by_number(cli: Cli, home: Path) -> None:
    cli("lab", "predict", SLUG, "ratio_10", "9x")
    record = run(home)
    listed = cli("lab", "cards", SLUG)
    assert "  1  (surprise) speed-up of a cached token at prompt 10" in listed.out
    assert f"studyctl lab cards {record} --take" in listed.out
    assert not (home / "cards").exists()
    taken = cli("lab", "cards", record, "--take", "1,3")
    assert taken.code == 0
    assert taken.out.split() == [CARDS[2], CARDS[1]]
    assert "the deck `measured`" in taken.err
    left = cli("lab", "cards", SLUG, "--json").json
    assert left["record"] == record
    assert [(each["number"], each["card"], each["reason"]) for each in left["proposals"]] == [
        (1, CARDS[0], "figure"),
        (2, CARDS[3], "figure"),
    ]
    rest = cli("lab", "cards", SLUG, "--take", "all", "--json").json
    assert rest["taken"] == [CARDS[0], CARDS[3]]
    assert {card: cli("review", "answer", card, "good").code for card in CARDS} == dict.fromkeys(CARDS, 0)
    nothing = cli("lab", "cards", SLUG)
    assert (nothing.code, nothing.out) == (0, "")
    assert f"Record {record} (passed) proposes no card." in nothing.err


def test_undo_takes_cards_and_file_back(cli: Cli, home: Path) -> None:
    run(home)
    cli("lab", "cards", SLUG, "--take", "all")
    assert (home / "cards" / "measured.toml").is_file()
    assert cli("undo").code == 0
    assert not (home / "cards" / "measured.toml").exists()
    assert cli("review", "answer", CARDS[0], "good").code == 2
    rebuilt = cli("doctor", "--rebuild").out.splitlines()[1:]
    assert rebuilt
    assert {line.split()[-1] for line in rebuilt} == {"0"}


@pytest.mark.parametrize("take", ["0", "5", "1,x", "1,,2", "-1", "all,1"])
def test_a_number_that_is_not_listed_takes_nothing(cli: Cli, home: Path, take: str) -> None:
    run(home)
    done = cli("lab", "cards", SLUG, f"--take={take}")
    assert done.code == 2
    assert "none of the 4 proposals" in done.err
    assert not (home / "cards").exists()


def test_a_run_that_did_not_pass_gives_no_cards(cli: Cli, home: Path) -> None:
    record = run(home, verdict="noisy")
    assert "(noisy) proposes no card" in cli("lab", "cards", record).err
    assert cli("lab", "cards", record, "--take", "all").code == 2
    done = cli("lab", "cards", SLUG)
    assert done.code == 2
    assert "no run that passed" in done.err
    assert f"studyctl lab run {SLUG}" in done.err


def test_an_unknown_record_is_said(cli: Cli) -> None:
    done = cli("lab", "cards", "nothing-20260101-000000")
    assert done.code == 2
    assert "There is no lab" in done.err


def test_a_graded_run_has_its_figures_in_json_and_proposes_cards_in_a_terminal(
    cli: Cli, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reference = str(ROOT / "labs" / "paged-kv-allocator" / "reference.py")
    document = cli("lab", "run", "paged-kv-allocator", "--solution", reference, "--json").json
    assert [each["name"] for each in document["figures"]] == ["filled_share", "microseconds_per_operation"]
    monkeypatch.setattr(type(sys.stderr), "isatty", lambda self: True)
    done = cli("lab", "run", "paged-kv-allocator", "--solution", reference, "--plain")
    assert "\nFigures\n  share of slots that hold a token: measured 0." in done.out
    assert "2 cards proposed from record" in done.err
    assert not (home / "cards").exists()
