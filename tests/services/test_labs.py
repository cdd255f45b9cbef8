"""Labs: the learner's copy is never overwritten, and a graded run becomes file, row and proof."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from studyctl.container import Container
from studyctl.domain.address import Address
from studyctl.domain.cards import Rating
from studyctl.domain.labs import EvidenceLevel, LabRecord, Verdict
from studyctl.domain.outcome import Area
from studyctl.domain.ticks import EvidenceKind, TickStatus
from studyctl.errors import DataError, ExitCode, NotFoundError, UsageError
from studyctl.services.lab_runner import RunRequest
from studyctl.storage.repositories.items import all_ticks
from tests.helpers import FakeClock, House, add_lab, small_bundle, verdict_document

SLUG = "redis-toy"


def graded(container: Container, verdict: str = "passed", **changes: object) -> LabRecord:
    """Start the lab if need be and store a run of it."""
    lab = container.library.labs[SLUG]
    container.labs.start(lab)
    document = verdict_document(verdict, **changes)
    return container.labs.store(container.resolve.lab(SLUG), container.labs.request(lab), document).value


def test_starting_a_lab_puts_starter_and_page_into_the_workspace(container: Container, bundle: Path) -> None:
    started = container.labs.start(container.library.labs[SLUG])
    assert started.created
    assert started.path == container.context.paths.workspace / "labs" / SLUG / "solution.py"
    assert started.path.read_bytes() == (bundle / "labs" / SLUG / "starter.py").read_bytes()
    assert (started.path.parent / "README.md").read_text() == container.labs.readme(started.lab)


def test_starting_again_leaves_the_learners_file_as_it_is(container: Container) -> None:
    lab = container.library.labs[SLUG]
    path = container.labs.start(lab).path
    path.write_text("# my work\n")
    again = container.labs.start(lab)
    assert not again.created
    assert again.path == path
    assert path.read_text() == "# my work\n"


def test_an_empty_file_of_the_learner_is_theirs_too(container: Container) -> None:
    lab = container.library.labs[SLUG]
    path = container.labs.solution_path(lab)
    path.parent.mkdir(parents=True)
    path.touch()
    assert not container.labs.start(lab).created
    assert path.read_text() == ""


def test_a_workspace_that_cannot_be_written_is_explained(container: Container) -> None:
    container.context.paths.workspace.write_text("a file in its place")
    with pytest.raises(DataError, match="Cannot write the workspace") as caught:
        container.labs.start(container.library.labs[SLUG])
    assert caught.value.exit_code == ExitCode.DATA
    assert "STUDYCTL_HOME" in caught.value.hint


def test_there_must_be_a_file_to_grade(container: Container, tmp_path: Path) -> None:
    lab = container.library.labs[SLUG]
    with pytest.raises(NotFoundError, match="no file") as caught:
        container.labs.request(lab)
    assert f"studyctl lab start {SLUG}" in caught.value.hint
    with pytest.raises(NotFoundError) as caught:
        container.labs.request(lab, solution=tmp_path)
    assert "path" in caught.value.hint
    container.labs.start(lab)
    assert container.labs.request(lab).solution == container.labs.solution_path(lab)
    with pytest.raises(UsageError, match="no profile 'slow'"):
        container.labs.request(lab, profile="slow")


def test_a_request_is_spelled_out_as_arguments_of_the_referee() -> None:
    assert RunRequest(SLUG, Path("/s.py")).arguments == [
        *("run", SLUG, "--solution", "/s.py", "--device", "auto", "--profile", "quick"),
    ]
    full = RunRequest(SLUG, Path("/s.py"), "cuda:0", "full", 7, {"redis_url": "redis://x", "a": "b"})
    assert full.arguments[4:] == [
        *("--device", "cuda:0", "--profile", "full", "--seed", "7"),
        *("--option", "a=b", "--option", "redis_url=redis://x"),
    ]


def test_a_passed_run_becomes_a_file_a_row_and_a_proof(house: House) -> None:
    container = house.open()
    record = graded(container)
    assert json.loads(Path(record.path).read_text(encoding="utf-8")) == verdict_document()
    assert Path(record.path).parent == container.context.paths.records
    stored = house.reopened()
    assert stored.labs.records() == (record,)
    assert stored.labs.record(record.id) == record
    assert (record.slug, record.address, record.verdict, record.evidence) == (
        SLUG,
        "p90/16",
        Verdict.PASSED,
        EvidenceLevel.MEASURED,
    )
    assert (record.device, record.solution_hash, record.seconds, record.profile) == ("cpu", "ab" * 32, 1.5, "quick")
    with stored.context.database.read() as connection:
        ticks = all_ticks(connection)
    assert set(ticks) == set(stored.library.labs[SLUG].proves) == {"p90/16/deliverable/1", "p90/16/experiment/1"}
    for tick in ticks.values():
        assert (tick.status, tick.evidence, tick.evidence_kind) == (
            TickStatus.PROVED,
            record.id,
            EvidenceKind.RECORD,
        )


@pytest.mark.parametrize("verdict", [verdict for verdict in Verdict if verdict is not Verdict.PASSED])
def test_any_other_verdict_is_kept_and_proves_nothing(container: Container, verdict: Verdict) -> None:
    record = graded(container, verdict.value)
    assert container.labs.record(record.id).verdict is verdict
    with container.context.database.read() as connection:
        assert all_ticks(connection) == {}
    view = container.labs.view(container.library.labs[SLUG])
    assert (view.runs, view.last_verdict, view.passed_record) == (1, verdict, None)


def test_a_later_failure_takes_no_proof_away(container: Container, clock: FakeClock) -> None:
    passed = graded(container)
    clock.advance(minutes=1)
    failed = graded(container, "failed")
    view = container.labs.view(container.library.labs[SLUG])
    assert (view.runs, view.last_record, view.passed_record) == (2, failed.id, passed.id)
    with container.context.database.read() as connection:
        assert all_ticks(connection)["p90/16/deliverable/1"].evidence == passed.id


def test_undo_opens_the_proved_items_again_and_keeps_the_record(container: Container) -> None:
    record = graded(container)
    container.undo.undo("labs")
    with container.context.database.read() as connection:
        assert all_ticks(connection) == {}
    assert container.labs.records() == (record,)
    assert Path(record.path).is_file()


def test_runs_in_the_same_second_get_records_of_their_own(container: Container) -> None:
    ids = [graded(container).id for _ in range(3)]
    assert len(set(ids)) == 3
    assert sorted(path.stem for path in container.context.paths.records.glob("*.json")) == sorted(ids)
    assert [record.id for record in container.labs.records()] == sorted(ids)
    assert not list(container.context.paths.records.glob(".*"))


def test_a_record_that_cannot_be_written_leaves_no_row(container: Container) -> None:
    lab = container.library.labs[SLUG]
    container.labs.start(lab)
    shutil.rmtree(container.context.paths.records)
    container.context.paths.records.write_text("a file in its place")
    with pytest.raises(DataError, match="cannot be written"):
        container.labs.store(container.resolve.lab(SLUG), container.labs.request(lab), verdict_document())
    assert container.labs.records() == ()
    with container.context.database.read() as connection:
        assert all_ticks(connection) == {}


def test_a_run_reports_what_changed_and_what_the_command_line_prints(container: Container) -> None:
    lab = container.library.labs["alloc-toy"]
    container.labs.start(lab)
    choice = container.resolve.lab("guide/3.2")
    outcome = container.labs.store(choice, container.labs.request(lab), verdict_document("failed", reason="too slow"))
    assert outcome.changes == {Area.LABS, Area.ITEMS}
    document = container.labs.document((Address("p28", "16"),), outcome.value)
    assert {key: document[key] for key in ("lab", "address", "also", "verdict", "evidence", "reason", "record")} == {
        "lab": "alloc-toy",
        "address": "guide/3.2",
        "also": ["p28/16"],
        "verdict": "failed",
        "evidence": "measured",
        "reason": "too slow",
        "record": outcome.value.id,
    }
    assert document["checks"] == verdict_document()["checks"]
    assert document["metrics"] == {"ratio": 2.5}
    assert Path(document["record_path"]).is_file()


def test_a_lab_that_ran_unlocks_the_cards_of_its_days(container: Container) -> None:
    for card in container.review.queue().ids:
        container.review.answer(card, Rating.EASY)
    lab = container.library.labs["first-toy"]
    container.labs.start(lab)
    container.labs.store(container.resolve.lab("first-toy"), container.labs.request(lab), verdict_document("failed"))
    container.context.clock.next_day()  # type: ignore[attr-defined]
    waiting = {card for card in container.review.queue().ids if card.startswith("two")}
    assert waiting == {"two-01", "two-02", "two-03"}


def test_every_lab_is_listed_with_its_standing(container: Container) -> None:
    graded(container)
    assert {view.lab.slug: view.runs for view in container.labs.all()} == {
        "alloc-toy": 0,
        "first-toy": 0,
        "redis-toy": 1,
        "second-toy": 0,
        "week-end-toy": 0,
    }
    assert len(container.labs.records(SLUG)) == 1
    assert container.labs.records("alloc-toy") == ()


def test_a_record_that_is_not_there_is_said(container: Container) -> None:
    with pytest.raises(NotFoundError, match="no record 'x'") as caught:
        container.labs.record("x")
    assert "lab records" in caught.value.hint


def test_a_missing_page_is_explained(container: Container, tmp_path: Path) -> None:
    bundle = small_bundle(tmp_path / "bundle")
    add_lab(bundle, "bare", "p90/3")
    (bundle / "labs" / "bare" / "README.md").unlink()
    house = House(tmp_path / "other", bundle, FakeClock())
    other = house.open()
    with pytest.raises(DataError, match="cannot be read"):
        other.labs.readme(other.library.labs["bare"])
    house.close()
