"""batch-curve and kv-cache-table end to end: starter, reference and mutants through the real referee."""

from __future__ import annotations

import pytest

from graders import manifest
from tests.graders.conftest import ROOT, Run, grade_lab

pytest.importorskip("torch")

LABS = ("batch-curve", "kv-cache-table")


@pytest.fixture(scope="module", params=LABS)
def reference(request: pytest.FixtureRequest) -> Run:
    return grade_lab(request.param, "reference.py")


def test_the_reference_passes_and_shows_its_curve(reference: Run) -> None:
    if reference.verdict == "noisy":
        pytest.skip("this machine is too busy to measure on: " + reference.last["reason"])
    assert reference.verdict == "passed", reference.last["reason"]
    assert reference.failed == []
    assert reference.last["seconds"] < 60
    assert reference.last["evidence"] == "measured"
    assert reference.last["tables"]
    for plot in reference.last["plots"]:
        for series in plot["series"]:
            assert len(series["x"]) == len(series["y"]) == len(series["low"]) == len(series["high"])


def test_the_record_keeps_every_sample_and_interval(reference: Run) -> None:
    record = reference.last["record"]
    assert record["samples"]["orders"]
    assert record["intervals"]
    assert record["quietness"]["control"]
    assert all(value is None or value == value for value in reference.last["metrics"].values())


def test_progress_is_told_while_it_runs(reference: Run) -> None:
    kinds = {event["event"] for event in reference.events}
    assert {"start", "phase", "progress", "verdict"} <= kinds


@pytest.mark.parametrize("slug", LABS)
def test_the_starter_runs_and_does_not_pass(slug: str) -> None:
    run = grade_lab(slug, "starter.py")
    assert (run.code, run.verdict) == (1, "failed")


@pytest.mark.parametrize(
    ("slug", "name"),
    [("batch-curve", "mixes-answers"), ("batch-curve", "never-waits"), ("kv-cache-table", "position-off-by-one")],
)
def test_a_mutant_fails_its_named_check(slug: str, name: str) -> None:
    lab = manifest.find(slug)
    mutant = next(m for m in lab.mutants if m.name == name)
    run = grade_lab(slug, mutant.file)
    assert run.verdict == "failed"
    assert mutant.fails in run.failed


@pytest.mark.parametrize("slug", LABS)
def test_a_lab_folder_is_complete(slug: str) -> None:
    lab = manifest.find(slug)
    assert lab.question.endswith("?")
    assert len(lab.mutants) >= 3
    assert len({mutant.fails for mutant in lab.mutants}) >= 3
    named = {(lab.folder / mutant.file).resolve() for mutant in lab.mutants}
    assert named == set((lab.folder / "mutants").glob("*.py"))
    for name in ("README.md", "starter.py", "reference.py", "driver.py", "experiment.py"):
        assert (ROOT / "labs" / slug / name).is_file(), name
