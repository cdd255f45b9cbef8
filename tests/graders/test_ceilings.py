"""What the machine can do at most: measured, kept by machine, and never lower than what work can reach."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from graders import ceilings, checks
from graders.ceilings import Ceilings
from graders.errors import UsageError
from graders.statistics import Interval
from graders.verdict import Quietness, decide
from tests.graders.conftest import referee

MADE_UP = Ceilings("0123456789ab", "cpu", {1 << 10: 4e9, 1 << 20: 8e9, 1 << 30: 1e9}, {"float32": 1e11}, 1e-5)


def test_a_working_set_gets_the_best_of_its_size_and_larger_ones() -> None:
    assert MADE_UP.bytes_per_s(512) == 8e9
    assert MADE_UP.bytes_per_s(1 << 20) == 8e9
    assert MADE_UP.bytes_per_s(1 << 30) == 1e9
    assert MADE_UP.bytes_per_s(1 << 40) == 1e9


def test_the_floor_is_the_slower_of_moving_and_computing() -> None:
    assert MADE_UP.floor_seconds(1 << 30) == pytest.approx((1 << 30) / 1e9)
    assert MADE_UP.floor_seconds(8, flops=2e11) == pytest.approx(1.0), "twice the matmul rate is still believed"
    assert MADE_UP.ridge() == pytest.approx(100)


def test_ceilings_survive_a_file_and_replace_their_older_self(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ceilings, "machine_id", lambda device: "0123456789ab")
    path = tmp_path / "new" / "ceilings.json"
    assert ceilings.load(path, "cpu") is None
    ceilings.save(path, MADE_UP)
    ceilings.save(path, MADE_UP)
    assert len(json.loads(path.read_text())["ceilings"]) == 1
    assert ceilings.load(path, "cpu") == MADE_UP
    assert ceilings.load(path, "cuda:0") is None


@pytest.mark.parametrize("text", ["", "[]", '{"ceilings": [{"device": "cpu"}]}', '{"ceilings": 3}'])
def test_a_file_of_something_else_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "c.json").write_text(text)
    with pytest.raises(UsageError, match="holds no ceilings"):
        ceilings.load(tmp_path / "c.json", "cpu")


def test_calibration_prints_one_document_and_keeps_it(tmp_path: Path) -> None:
    from subprocess import run
    from sys import executable

    from tests.graders.conftest import ROOT

    command = [executable, "-m", "graders", "calibrate", "--save", str(tmp_path / "c.json")]
    found = Ceilings.parse(json.loads(run(command, cwd=ROOT, capture_output=True, check=True).stdout))
    assert ceilings.load(tmp_path / "c.json", "cpu") == found
    assert min(found.bandwidth.values()) > 1e8
    assert found.flops["float32"] > found.bandwidth[max(found.bandwidth)] / 8, "a matmul computes more than it loads"
    assert 1e-7 < found.round_trip_s < 1e-2


def test_a_device_that_is_absent_is_unavailable() -> None:
    assert referee("calibrate", "--device", "cuda:63").code == 3
    assert referee("calibrate", "--device", "auto").code == 2


def test_faster_than_the_floor_is_impossible_and_tops_a_wrong_answer() -> None:
    fast = checks.not_faster_than_floor("floor", Interval(1e-4, 9e-5, 1.1e-4), 1e-3, what="copy", formula="n/B")
    wrong = checks.holds("right", False, "wrong")
    assert fast.state == "impossible"
    assert decide([wrong, fast], Quietness())[0] == "impossible"


def test_just_under_a_ceiling_of_another_day_is_not_impossible() -> None:
    near = checks.not_faster_than_floor("floor", Interval(0.9e-3, 0.85e-3, 0.95e-3), 1e-3, what="copy", formula="n/B")
    assert near.passed
    share = checks.share_of_ceiling("share", Interval(1.1, 1.0, 1.2), 1.0, 0.5, what="copy", unit="GB/s")
    assert share.passed
    beyond = checks.share_of_ceiling("share", Interval(2.1, 2.0, 2.2), 1.0, 0.5, what="copy", unit="GB/s")
    assert beyond.state == "impossible"
