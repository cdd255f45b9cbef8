"""Progress numbers, the first start, the active track, and what the doctor finds."""

from __future__ import annotations

import sqlite3
from datetime import date
from pathlib import Path

import pytest

from studyctl.container import Container, diagnose
from studyctl.domain.cards import Memory, Phase, Rating, ReviewEntry
from studyctl.domain.clock import study_day
from studyctl.domain.interview import AnswerMode
from studyctl.domain.outcome import Area
from studyctl.errors import NotFoundError, UsageError
from studyctl.paths import resolve_paths
from studyctl.services.days import OpenItems
from studyctl.services.doctor import Finding, Health
from studyctl.services.plan import DayState
from studyctl.services.stats import curriculum_stats
from studyctl.storage.repositories.memory import Subject, save_memory
from studyctl.storage.repositories.review_log import log_many
from studyctl.storage.repositories.review_stats import count_answers, passed_reviews
from tests.helpers import FakeClock, House, last_act_id, paths_below, small_bundle

# --- progress -------------------------------------------------------------------------------------------------------


def test_the_heatmap_has_a_cell_for_each_day_written_or_not(container: Container) -> None:
    container.ticks.tick("p90/2/objective/1")
    container.days.close(OpenItems.DROP)
    cells = container.progress.view().cells
    assert [(cell.address.label, cell.state, cell.share) for cell in cells[:4]] == [
        ("1", DayState.CLOSED, 0.0),
        ("2", DayState.TODAY, pytest.approx(1 / 9)),
        ("3", DayState.OPEN, 0.0),
        ("16", DayState.OPEN, 0.0),
    ]
    assert {cell.state for cell in cells[4:]} == {DayState.UNWRITTEN}
    assert cells[-1].number == 90


def test_another_track_can_be_looked_at(container: Container) -> None:
    view = container.progress.view("s3")
    assert view.track.id == "s3"
    assert [cell.address.label for cell in view.cells] == ["1", "2", "3"]
    with pytest.raises(NotFoundError):
        container.progress.view("p99")


def test_every_track_counts_closed_days_and_done_items(container: Container) -> None:
    container.ticks.tick("p28/6-7/do/1")
    container.days.close(OpenItems.DROP)
    rows = {row.track.id: row for row in container.progress.view().tracks}
    assert (rows["p90"].closed, rows["p90"].written, rows["p90"].items.total) == (1, 4, 27)
    assert (rows["p28"].closed, rows["p28"].items.done, rows["p28"].items.total) == (0, 1, 9)


def test_the_wall_shows_its_rows_with_their_ticks(container: Container) -> None:
    container.ticks.tick("s3/wall/row/2")
    assert [(row.item_id, row.tick.status.done) for row in container.progress.view().wall] == [
        ("s3/wall/row/1", False),
        ("s3/wall/row/2", True),
    ]


def test_cards_reviews_questions_and_sprints_are_counted(container: Container, clock: FakeClock) -> None:
    today = study_day(clock.now())
    with container.context.database.write("review", "arrange") as transaction:
        for n, stability in enumerate((20.9, 21.0, 300.0), start=1):
            memory = Memory(Phase.REVIEW, stability, 5.0, due_day=today, last_day=today - 20, reps=3)
            save_memory(transaction, Subject.CARD, f"one-{n:02}", memory)
    container.review.answer("one-01", Rating.AGAIN)
    container.review.answer("one-03", Rating.GOOD)
    container.review.answer("one-04", Rating.GOOD)
    answer = {"confidence": 3, "seconds": 5, "mode": AnswerMode.TYPED}
    container.interview.answer("p90/1/question/1", ticked=frozenset(), **answer)
    container.interview.answer("p90/1/question/1", ticked=frozenset({0, 1, 2}), **answer)
    container.inbox.capture("one")
    container.sprints.start("draw")
    clock.advance(minutes=7)
    view = container.progress.view()
    assert (view.cards_seen, view.cards_mature, view.cards_total, view.reviews_total) == (4, 2, 19, 3)
    assert (view.retention.passed, view.retention.total, view.retention.share) == (1, 2, 0.5)
    assert (view.questions_answered, view.mean_score) == (1, 0.5)
    assert (view.sprints, view.sprint_minutes, view.thoughts, view.streak) == (1, 7, 1, 1)
    assert (view.labs_passed, len(view.labs)) == (0, 5)


def test_a_fresh_start_has_no_retention_and_no_score(container: Container) -> None:
    view = container.progress.view()
    assert view.retention.share is None
    assert view.mean_score is None


def entry(day: int, phase: Phase, rating: Rating) -> ReviewEntry:
    """A line of the review log."""
    return ReviewEntry(1, "card", rating, 0, day, phase, 1, 1.0, 5.0, 1, 0)


def test_true_retention_counts_the_reviews_of_30_days_and_no_learning(container: Container) -> None:
    log = [
        entry(70, Phase.REVIEW, Rating.AGAIN),  # too long ago
        entry(71, Phase.REVIEW, Rating.HARD),
        entry(100, Phase.REVIEW, Rating.EASY),
        entry(100, Phase.REVIEW, Rating.AGAIN),
        entry(100, Phase.LEARNING, Rating.AGAIN),
        entry(100, Phase.RELEARNING, Rating.GOOD),
        entry(100, Phase.NEW, Rating.GOOD),
    ]
    with container.context.database.write("review", "arrange") as transaction:
        for line in log:
            log_many(transaction, [line])
    with container.context.database.read() as connection:
        assert passed_reviews(connection, 71, 100) == (2, 3)
        assert count_answers(connection) == 7


# --- settings -------------------------------------------------------------------------------------------------------


def test_the_first_start_stores_two_answers_and_keeps_them(house: House) -> None:
    outcome = house.open().settings.first_start("2026-12-01", "2,5")
    assert outcome.changes == {Area.SETTINGS}
    stored = house.reopened().settings.get()
    assert (stored.start_date, stored.hours_per_day, stored.active_track) == (date(2026, 12, 1), 2.5, "p90")


def test_enter_twice_starts_today_with_four_hours(container: Container, clock: FakeClock) -> None:
    clock.advance(hours=16)  # one in the night: still the day before
    stored = container.settings.first_start().value
    assert (stored.start_date, stored.hours_per_day) == (date(2026, 11, 2), 4)


@pytest.mark.parametrize(("start", "hours"), [("soon", ""), ("", "many")])
def test_a_wrong_answer_of_the_first_start_stores_neither(container: Container, start: str, hours: str) -> None:
    with pytest.raises(UsageError):
        container.settings.first_start(start, hours)
    assert container.settings.is_first_start()
    assert last_act_id(container) == 0


def test_the_active_track_is_kept_and_can_be_undone(house: House) -> None:
    house.open().settings.use_track("s3")
    container = house.reopened()
    assert container.settings.get().active_track == "s3"
    container.undo.undo("settings")
    assert container.settings.get().active_track == "p90"
    with pytest.raises(NotFoundError, match="no track 'p99'"):
        container.settings.use_track("p99")


# --- paths ----------------------------------------------------------------------------------------------------------


def test_one_variable_moves_everything(tmp_path: Path) -> None:
    paths = resolve_paths({"STUDYCTL_HOME": str(tmp_path)})
    assert paths.data == tmp_path / "data"
    assert paths.workspace == tmp_path / "workspace"
    assert paths.database_url == f"sqlite:///{tmp_path / 'data' / 'studyctl.db'}"
    assert not paths.data.exists(), "naming a place creates nothing"


def test_without_it_the_home_is_used_and_a_database_url_wins(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("XDG_DATA_HOME", raising=False)
    paths = resolve_paths({"STUDYCTL_HOME": "  ", "STUDYCTL_DATABASE_URL": "postgresql://x"})
    assert paths.workspace == tmp_path / "studyctl"
    assert paths.data.is_relative_to(tmp_path)
    assert paths.database_url == "postgresql://x"


# --- doctor ---------------------------------------------------------------------------------------------------------


def found(findings: list[Finding]) -> dict[str, Finding]:
    """Findings by name."""
    return {finding.name: finding for finding in findings}


def test_a_healthy_home_has_nothing_broken(house: House) -> None:
    house.open()
    findings = found(diagnose(house.paths))
    assert [name for name, finding in findings.items() if finding.health is Health.BROKEN] == []
    assert "13 days, 19 cards, 4 questions, 5 labs" in findings["content"].detail
    assert "integrity ok" in findings["database"].detail
    assert set(findings) >= {"data folder", "workspace", "python", "torch", "numpy", "redis-server", "gpu"}


def test_a_broken_database_is_one_finding_and_the_rest_is_told_too(house: House) -> None:
    house.paths.ensure()
    house.paths.database.write_bytes(b"not a database" * 1000)
    findings = found(diagnose(house.paths))
    assert findings["database"].health is Health.BROKEN
    assert "damaged" in findings["database"].detail
    assert findings["database"].hint
    assert findings["content"].health is Health.OK
    assert findings["python"].health is Health.OK


def test_a_database_of_a_newer_studyctl_is_found(house: House) -> None:
    house.open()
    house.close()
    raw = sqlite3.connect(house.paths.database)
    raw.execute("UPDATE alembic_version SET version_num = '0999'")
    raw.commit()
    raw.close()
    finding = found(diagnose(house.paths))["database"]
    assert (finding.health, "newer" in finding.detail) == (Health.BROKEN, True)


def test_broken_content_is_found_with_file_and_line(tmp_path: Path) -> None:
    bundle = small_bundle(tmp_path / "bundle")
    (bundle / "curriculum" / "p28" / "16.toml").write_text("schema = 1\nbroken\n")
    findings = found(diagnose(paths_below(tmp_path / "home", bundle)))
    assert findings["content"].health is Health.BROKEN
    assert findings["content"].detail.startswith("curriculum/p28/16.toml:2: ")
    assert findings["database"].health is Health.OK


def test_what_is_not_installed_is_missing_and_says_how_to_get_it(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("studyctl.services.doctor.find_spec", lambda _module: None)
    monkeypatch.setattr("studyctl.services.doctor.shutil.which", lambda _tool: None)
    findings = found(diagnose(house.paths))
    for name, hint in (("torch", "pip install torch"), ("redis-server", "apt-get install redis-server")):
        assert (findings[name].health, findings[name].hint) == (Health.MISSING, hint)


# --- statistics -----------------------------------------------------------------------------------------------------


def test_the_statistics_count_what_is_written(container: Container) -> None:
    stats = curriculum_stats(container.library)
    assert stats["p90"]["totals"]["days"] == 4
    assert stats["p90"]["totals"]["hours"] == 40
    assert stats["p90"]["days"]["16"]["deep_questions"] == 2
    assert (stats["p28"]["entries"], stats["p28"]["days_covered"]) == (3, 4)
    assert (stats["s3"]["days"], stats["s3"]["phases"], stats["s3"]["checklist_rows"]) == (2, 1, 2)
    assert (stats["cards"], stats["interview_questions"], stats["labs"]) == (19, 4, 5)
    assert stats["questions"]["total"] == 8 + 3 + 0 + 1 + 2
