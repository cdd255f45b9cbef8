"""Every command: what it prints, what it changes, how it exits."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Cli

READ_COMMANDS = [
    ("today",),
    ("track", "list"),
    ("plan", "show", "p90/16"),
    ("plan", "show", "p90"),
    ("lab", "list"),
    ("lab", "show", "kv-cache-table"),
    ("lab", "records"),
    ("review", "due"),
    ("interview", "next"),
    ("sprint", "status"),
    ("inbox", "list"),
    ("protocol", "list"),
    ("protocol", "show", "ten-minute-sprint"),
    ("curriculum", "stats"),
    ("lesson",),
    ("lesson", "p90/22"),
    ("search", "kv", "cache"),
    ("map",),
    ("map", "kv-cache"),
    ("map", "cuda"),
    ("glossary",),
    ("glossary", "triton"),
    ("doctor",),
]


@pytest.mark.parametrize("command", READ_COMMANDS, ids=" ".join)
def test_a_read_command_prints_text_and_with_json_one_document(cli: Cli, command: tuple[str, ...]) -> None:
    text = cli(*command)
    assert text.code == 0, text.err
    assert text.out.strip() or command == ("inbox", "list")
    document = cli(*command, "--json")
    assert document.code == 0
    assert document.json is not None or command == ("sprint", "status")


@pytest.mark.parametrize("group", [("lab",), ("review", "break"), ("sprint",)], ids=" ".join)
def test_a_group_without_a_command_shows_its_help_alone(cli: Cli, group: tuple[str, ...]) -> None:
    done = cli(*group)
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith(f"Usage: studyctl {' '.join(group)} ")
    assert "shows how it is used" not in done.err


def test_version_is_one_line(cli: Cli) -> None:
    done = cli("--version")
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith("studyctl ")
    assert done.out.count("\n") == 1


def test_today_is_day_one_at_first_and_says_what_comes_next(cli: Cli) -> None:
    document = cli("today", "--json").json
    assert document["view"]["day"]["address"] == "p90/1"
    assert document["position"] == {"closed": 0, "length": 90, "expected": 0, "drift": 0}
    assert document["next_action"]["target"] == "p90/1/block/1"


def test_a_tick_is_claimed_and_an_untick_opens_it_again(cli: Cli) -> None:
    assert cli("tick", "p90/16/deliverable/2", "--json").json["status"] == "claimed"
    assert "[x] p90/16/deliverable/2" in cli("plan", "show", "p90/16").out
    assert cli("untick", "p90/16/deliverable/2", "--json").json["status"] == "open"
    assert "[ ] p90/16/deliverable/2" in cli("plan", "show", "p90/16").out


def test_a_tick_with_a_file_as_evidence_is_proved(cli: Cli, tmp_path: Path) -> None:
    report = tmp_path / "report_day16.md"
    report.write_text("numbers", encoding="utf-8")
    done = cli("tick", "p90/16/deliverable/2", "--evidence", str(report), "--json").json
    assert done == {"item": "p90/16/deliverable/2", "status": "proved", "evidence": str(report)}


def test_closing_a_day_asks_what_becomes_of_open_items(cli: Cli) -> None:
    refused = cli("day", "close")
    assert refused.code == 2
    assert "studyctl day close --carry" in refused.err
    assert cli("today", "--json").json["view"]["day"]["address"] == "p90/1"
    closed = cli("day", "close", "--carry", "--json").json
    assert (closed["closed"], closed["next"]) == ("p90/1", "p90/2")
    assert cli("today", "--json").json["view"]["sections"][0]["heading"] == "Carried over"


def test_another_track_can_be_used(cli: Cli) -> None:
    assert cli("track", "use", "s3").code == 0
    assert cli("today", "--json").json["view"]["day"]["address"] == "s3/1"
    assert cli("track", "use", "p91").code == 2


def test_a_review_is_answered_undone_and_answered_again(cli: Cli) -> None:
    first = cli("review", "due", "--json").json["cards"][0]["id"]
    assert cli("review", "answer", first, "easy", "--json").json["interval_days"] >= 1
    early = cli("review", "answer", first, "3")
    assert early.code == 2
    assert "due in" in early.err
    assert cli("review", "undo").code == 0
    assert cli("review", "due", "--json").json["cards"][0]["id"] == first
    assert cli("review", "undo").code == 2


def test_an_interview_answer_is_scored_and_scheduled(cli: Cli) -> None:
    question = cli("interview", "next", "--json").json["question"]
    every = ",".join(str(n) for n, _ in enumerate(question["key_points"], start=1))
    scored = cli(
        "interview", "answer", question["id"], "--points", every, "--confidence", "4", "--seconds", "90", "--json"
    ).json
    assert scored["score"] == 1.0
    assert scored["next_in_days"] >= 1
    assert cli("interview", "next", "--json").json is None
    assert cli("interview", "next", "--ahead", "--json").json is not None


def test_a_sprint_parks_thoughts_and_triage_waits_for_its_end(cli: Cli) -> None:
    assert cli("sprint", "start", "draw the block table").code == 0
    assert cli("inbox", "add", "order", "an", "SSD").out == "acked 1: order an SSD\n"
    status = cli("sprint", "status", "--json").json
    assert (status["state"], status["sprint"]["interruptions"]) == ("running", 1)
    assert cli("inbox", "triage", "1", "todo").code == 2
    assert cli("sprint", "start", "another").code == 2
    assert cli("sprint", "stop", "--json").json["interruptions"] == 1
    assert cli("inbox", "triage", "1", "todo", "--json").json["state"] == "todo"
    assert cli("inbox", "list", "--json").json == []


def test_undo_takes_the_newest_act_back(cli: Cli) -> None:
    cli("inbox", "add", "one")
    assert cli("undo", "--json").json["summary"] == "capture a thought"
    assert cli("inbox", "list", "--json").json == []


def test_lab_start_puts_a_file_there_and_never_overwrites_it(cli: Cli, home: Path) -> None:
    started = cli("lab", "start", "kv-cache-table", "--json").json
    path = Path(started["path"])
    assert started["created"] is True
    assert path.is_relative_to(home)
    path.write_text("mine", encoding="utf-8")
    assert cli("lab", "start", "kv-cache-table", "--json").json["created"] is False
    assert path.read_text(encoding="utf-8") == "mine"


def test_export_writes_a_page_and_twice_the_same_bytes(cli: Cli, tmp_path: Path) -> None:
    cli("tick", "p90/1/objective/1")
    for name in ("a.md", "b.md"):
        assert cli("export", "markdown", "--out", str(tmp_path / name)).code == 0
    assert (tmp_path / "a.md").read_bytes() == (tmp_path / "b.md").read_bytes()
    assert cli("export", "markdown").out == (tmp_path / "a.md").read_text(encoding="utf-8")


def test_without_a_terminal_the_screens_are_refused_with_what_works(cli: Cli) -> None:
    for command in ((), ("review",), ("interview",)):
        done = cli(*command)
        assert done.code == 3
        assert "--plain" in done.err


BAD_INPUT = [
    (("nope",), 2),
    (("plan", "show", "p90/400"), 2),
    (("plan", "show", "../etc/passwd"), 2),
    (("tick", "p90/16/deliverable/99"), 2),
    (("tick", "p90/16"), 2),
    (("tick", "p90/1/example/1"), 2),
    (("tick", "p90/1/objective/1", "--evidence", "no-such-record"), 2),
    (("untick", "x"), 2),
    (("lab", "run", "no-such-lab"), 2),
    (("lab", "run", "p90/1"), 2),
    (("lab", "run", "kv-cache-table"), 2),
    (("lab", "run", "kv-cache-table", "--solution", "missing.py"), 2),
    (("lab", "run", "kv-cache-table", "--profile", "slow"), 2),
    (("lab", "records", "--record", "none"), 2),
    (("review", "answer", "no-such-card", "3"), 2),
    (("review", "answer", "docker-oci-two-specs", "5"), 2),
    (("interview", "answer", "p90/1/question/99", "--points", "1", "--confidence", "3"), 2),
    (("interview", "answer", "p90/1/question/1", "--points", "x", "--confidence", "3"), 2),
    (("interview", "answer", "p90/1/question/1", "--points", "1", "--confidence", "9"), 2),
    (("sprint", "start", "  "), 2),
    (("sprint", "start", "x", "--minutes", "0"), 2),
    (("sprint", "stop"), 2),
    (("sprint", "go-on"), 2),
    (("inbox", "add", " "), 2),
    (("inbox", "triage", "77", "todo"), 2),
    (("inbox", "triage", "1", "eat"), 2),
    (("export", "markdown", "--out", "/no/such/folder/x.md"), 2),
    (("protocol", "show", "nope"), 2),
    (("track", "use", ""), 2),
    (("day", "close", "--carry", "--drop"), 2),
    (("undo",), 2),
]


@pytest.mark.parametrize(
    ("arguments", "code"), BAD_INPUT, ids=lambda value: " ".join(value) if isinstance(value, tuple) else ""
)
def test_bad_input_is_explained_on_stderr(cli: Cli, arguments: tuple[str, ...], code: int) -> None:
    done = cli(*arguments)
    assert done.code == code
    assert done.out == ""
    assert done.err.strip()


def test_help_of_every_command_is_there(cli: Cli) -> None:
    top = cli("--help")
    assert top.code == 0
    for name in ("today", "track", "plan", "tick", "untick", "lab", "review", "interview", "sprint", "inbox", "export"):
        assert f" {name} " in top.out
        assert cli(name, "--help").code == 0


# --- lessons, search, map, earlier progress --------------------------------------------------------------------------


def test_a_lesson_is_printed_as_it_is_written_where_nobody_looks(cli: Cli) -> None:
    piped, plain = cli("lesson", "p90/22"), cli("lesson", "p90/22", "--plain")
    assert piped.out == plain.out
    assert "## What people get wrong" in plain.out
    document = cli("lesson", "p90/22", "--json").json
    assert document["address"] == "p90/22"
    assert 500 <= document["words"] <= 900
    assert document["markdown"] in plain.out


def test_a_day_without_a_lesson_says_what_to_type(cli: Cli) -> None:
    done = cli("lesson", "p90/7")
    assert done.code == 2
    assert "studyctl plan show p90/7" in done.err
    assert cli("lesson", "p90/22", "--json", "--plain").code == 2


def test_day_22_shows_its_warm_up_lesson_problems_and_errata(cli: Cli) -> None:
    out = cli("plan", "show", "p90/22").out
    assert "Warm-up, 10 min: " in out
    assert "studyctl lesson p90/22" in out
    assert out.count("(easy)") + out.count("(medium)") + out.count("(hard)") == 3
    assert "Erratum: the plan says: " in out


def test_search_finds_and_what_nothing_has_is_no_error(cli: Cli) -> None:
    assert any(hit["id"] == "TTFT" for hit in cli("search", "TTFB", "--json").json)
    nothing = cli("search", "zzzyzx")
    assert (nothing.code, nothing.out) == (0, "")
    assert cli("search", "zzzyzx", "--json").json == []
    assert cli("search", "!!").code == 2


def test_the_map_is_drawn_as_mermaid(cli: Cli) -> None:
    whole = cli("map", "--mermaid").out
    assert whole.startswith("flowchart LR\n")
    assert 'subgraph branch_n_data["' in whole, "an empty branch stays visible"
    assert cli("map", "cuda", "--mermaid").out.count("subgraph") == 1
    assert "flowchart TD" in cli("map", "--mermaid", "--graph", "cuda-toolchain").out
    for wrong in (("zebra",), ("--graph", "landscape"), ("--mermaid", "--graph", "zebra"), ("--mermaid", "--json")):
        assert cli("map", *wrong).code == 2, wrong


def test_the_example_of_earlier_progress_can_be_imported_and_undone(cli: Cli, tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(cli("import", "progress", "--example").out, encoding="utf-8")
    looked = cli("import", "progress", str(file), "--look", "--json").json
    assert not looked["stored"]
    assert cli("today", "--json").json["view"]["completion"]["done"] == 0, "a new user starts with nothing done"
    done = cli("import", "progress", str(file))
    assert "a1_gil_preact_thread" in done.out
    assert "a2_producer_consumer" in done.out
    assert cli("plan", "show", "p28/2", "--json").json["state"] == "closed"
    assert cli("plan", "show", "guide/3.4", "--json").json["completion"]["done"] > 0
    assert cli("undo").code == 0
    assert cli("plan", "show", "p28/2", "--json").json["state"] == "open"


def test_an_import_of_no_file_and_of_a_wrong_one_says_why(cli: Cli, tmp_path: Path) -> None:
    assert "--example" in cli("import", "progress").err
    assert cli("import", "progress", str(tmp_path / "none.toml")).code == 2
    wrong = tmp_path / "wrong.toml"
    wrong.write_text('schema = 1\n[[claimed]]\nwhat = "p28/77"\n', encoding="utf-8")
    done = cli("import", "progress", str(wrong))
    assert done.code == 4
    assert "wrong.toml:3: " in done.err


def test_authors_get_a_table_of_lessons(cli: Cli) -> None:
    done = cli("dev", "lessons")
    assert done.code == 0
    assert done.out.splitlines()[0].split()[:3] == ["address", "words", "min"]
    assert "p90/22" in done.out


def test_an_ambiguous_name_has_all_its_senses_and_an_alias_finds_its_term(cli: Cli) -> None:
    (triton,) = cli("glossary", "Triton", "--json").json
    assert len(triton["senses"]) == 2
    assert all(sense["source"] for sense in triton["senses"])
    assert cli("glossary", "ttfb", "--json").json[0]["name"] == "TTFT"
    assert cli("glossary", "zebra").code == 2


def test_the_map_says_what_it_grew_from(cli: Cli) -> None:
    out = cli("map", "--sources").out
    assert out.count("    topics: ") == 38
    assert out.count("  https://") == 24
    assert cli("map", "cuda", "--sources").code == 2
