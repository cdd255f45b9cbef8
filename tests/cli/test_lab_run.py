"""`studyctl lab run` from the address to the record."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import jsonschema

from studyctl.cli.lab_result import plot_lines
from tests.cli.conftest import Cli

ROOT = Path(__file__).resolve().parents[2]
LABS = ROOT / "labs"
SCHEMA = ROOT / "data" / "schemas" / "lab-run.schema.json"


def test_the_starter_is_graded_and_does_not_pass(cli: Cli) -> None:
    cli("lab", "start", "28:16")
    done = cli("lab", "run", "28:16", "--json")
    assert done.code == 1
    document = done.json
    assert document["lab"] == "paged-kv-allocator"
    assert document["address"] == "p28/16"
    assert document["verdict"] not in ("passed", "noisy")
    jsonschema.validate(document, json.loads(SCHEMA.read_text(encoding="utf-8")))
    assert Path(document["record_path"]).is_file()


def test_the_reference_passes_and_its_record_proves_items(cli: Cli) -> None:
    done = cli("lab", "run", "28:16", "--solution", str(LABS / "paged-kv-allocator" / "reference.py"), "--json")
    assert done.code == 0, done.err
    document = done.json
    assert document["verdict"] == "passed"
    assert document["evidence"] == "measured"
    assert set(document) >= {
        "lab",
        "address",
        "also",
        "verdict",
        "evidence",
        "checks",
        "metrics",
        "record",
        "record_path",
    }
    for check in document["checks"]:
        assert set(check) >= {"id", "passed", "message", "value", "bound", "unit"}
    listed = cli("lab", "records", "--json").json
    assert [record["id"] for record in listed] == [document["record"]]
    proved = cli("tick", "p28/16/do/1", "--evidence", document["record"], "--json").json
    assert proved["status"] == "proved"


def test_a_record_that_did_not_pass_proves_nothing(cli: Cli) -> None:
    cli("lab", "start", "paged-kv-allocator")
    record = cli("lab", "run", "paged-kv-allocator", "--json").json["record"]
    refused = cli("tick", "p28/16/do/1", "--evidence", record)
    assert refused.code == 2
    assert "proves nothing" in refused.err


def test_day16_means_the_active_track_and_says_what_else_it_could_mean(cli: Cli) -> None:
    shown = cli("lab", "show", "day16")
    assert shown.err.startswith("p90/16: lab redis-response-cache (could also mean p28/16)")
    cli("track", "use", "p28")
    assert cli("lab", "show", "day16").err.startswith("p28/16: lab paged-kv-allocator")


def test_day16_is_ambiguous_where_the_active_track_has_no_such_day(cli: Cli) -> None:
    cli("track", "use", "s3")
    done = cli("lab", "run", "day16")
    assert done.code == 2
    assert "studyctl lab run p90/16" in done.err
    assert "studyctl lab run p28/16" in done.err


def test_without_redis_server_the_lab_says_what_to_install(home: Path, tmp_path: Path) -> None:
    environment = {"PATH": str(tmp_path), "STUDYCTL_HOME": str(home), "HOME": str(tmp_path)}
    reference = LABS / "redis-response-cache" / "reference.py"
    done = subprocess.run(
        [sys.executable, "-m", "studyctl", "lab", "run", "day16", "--solution", str(reference), "--json"],
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 3
    assert "apt-get install redis-server" in done.stderr
    assert done.stdout == ""
    assert "Traceback" not in done.stderr


def test_a_plot_whose_values_are_all_but_equal_or_absent_is_drawn_and_not_a_traceback() -> None:
    for values in ([1.0, 1.0 + 1e-16], [1e-300, 1e-300], [1.0, None], [None, None], [float("nan"), 2.0]):
        series = [{"name": "y", "x": [1, 8], "y": values}]
        plot = {"title": "t", "kind": "line", "x_label": "x", "y_label": "y", "series": series}
        assert "".join(plot_lines(plot)).strip()


def test_options_reach_the_lab_and_unknown_ones_are_named(cli: Cli) -> None:
    cli("lab", "start", "paged-kv-allocator")
    assert "KEY=VALUE" in cli("lab", "run", "paged-kv-allocator", "--option", "nothing").err
    done = cli("lab", "run", "paged-kv-allocator", "--option", "speed=fast")
    assert done.code == 2
    assert "no option 'speed'" in done.err
