"""The exported page: the same database gives the same bytes, and nothing in it can break its tables."""

from __future__ import annotations

from pathlib import Path

import pytest
from markdown_it import MarkdownIt
from markdown_it.token import Token

from studyctl.container import Container
from studyctl.domain.cards import Rating
from studyctl.domain.interview import AnswerMode
from studyctl.errors import DataError, UsageError
from studyctl.services.days import OpenItems
from studyctl.services.export import table_cell
from tests.helpers import FakeClock, House, card_toml, small_bundle, verdict_document

MARKDOWN = MarkdownIt("commonmark").enable("table")
NASTY = "a | b || c \\| d\n| --- |\n# e `x | y`"


def a_studied_day(container: Container, clock: FakeClock, **observation: object) -> None:
    """A bit of everything."""
    container.settings.first_start()
    container.ticks.tick("p90/1/objective/1")
    container.ticks.tick("s3/wall/row/1")
    container.sprints.start("draw")
    clock.advance(minutes=10)
    container.sprints.stop()
    for card, rating in zip(container.review.queue().ids[:4], Rating, strict=True):
        container.review.answer(card, rating, duration_ms=3000)
    container.interview.answer(
        "p90/1/question/1", ticked=frozenset({0, 1}), confidence=4, seconds=75, mode=AnswerMode.SPOKEN
    )
    lab = container.library.labs["redis-toy"]
    container.labs.start(lab)
    seen = verdict_document()["observation"] | observation
    container.labs.store(
        container.resolve.lab("redis-toy"), container.labs.request(lab), verdict_document(observation=seen)
    )
    container.days.close(OpenItems.CARRY)


def tables(page: str) -> list[list[list[str]]]:
    """Cells of every table of the page, as a Markdown parser sees them."""
    found: list[list[list[str]]] = []
    tokens: list[Token] = MARKDOWN.parse(page)
    for n, token in enumerate(tokens):
        if token.type == "table_open":
            found.append([])
        elif token.type == "tr_open":
            found[-1].append([])
        elif token.type in ("th_open", "td_open"):
            found[-1][-1].append(tokens[n + 1].content)
    return found


def headings(page: str) -> list[str]:
    """Headings of the page, as a Markdown parser sees them."""
    tokens = MARKDOWN.parse(page)
    return [tokens[n + 1].content for n, token in enumerate(tokens) if token.type == "heading_open"]


def test_the_same_database_gives_the_same_bytes_however_late_it_is(house: House, clock: FakeClock) -> None:
    container = house.open()
    a_studied_day(container, clock)
    page = container.export.markdown()
    assert container.export.markdown() == page
    for days in (1, 40, 400):
        clock.next_day(days)
        assert house.reopened().export.markdown() == page


def test_the_page_changes_when_something_is_done(container: Container, clock: FakeClock) -> None:
    a_studied_day(container, clock)
    page = container.export.markdown()
    clock.next_day()
    container.ticks.tick("p90/2/objective/1")
    assert container.export.markdown() != page


def test_an_unused_database_has_a_page_too_and_always_the_same(house: House, clock: FakeClock) -> None:
    page = house.open().export.markdown()
    clock.next_day(100)
    assert house.reopened().export.markdown() == page
    assert "None yet." in page


def test_the_page_tells_the_day_the_wall_and_the_counts(container: Container, clock: FakeClock) -> None:
    a_studied_day(container, clock)
    page = container.export.markdown()
    assert page.startswith("# Progress, 2026-11-02\n")
    assert "Plan p90: 1 of 90 days closed, streak 1 day." in page
    assert "#>" in page
    tracks, wall, labs, _checks, answers, attempts = tables(page)
    assert tracks[1] == ["Plan p90", "1 of 4 written (90 planned)", "3 of 36"]
    assert [row[1:] for row in wall[1:]] == [
        ["row 1 of s3/wall", "claimed", "none"],
        ["row 2 of s3/wall", "open", "none"],
    ]
    assert ["Lab redis-toy (`redis-toy`)", "1", "passed", "redis-toy-20261102-081000"] in labs
    assert [row[1] for row in answers[1:]] == ["Again", "Hard", "Good", "Easy"]
    assert attempts[1] == ["2026-11-02", "Why p90/1/question/1?", "75 %", "4 of 5", "75 s", "spoken"]
    assert "4 answers in all, 4 on 2026-11-02; 4 of 19 cards seen" in page
    assert headings(page)[:4] == ["Progress, 2026-11-02", "Progress wall", "Labs", "Lab records of 2026-11-02"]


def test_a_lab_record_shows_all_thirteen_fields_of_the_template(container: Container, clock: FakeClock) -> None:
    a_studied_day(container, clock, batch_size=[1, 4, 8], no_such_field="hidden")
    page = container.export.markdown()
    block = page.split("## Lab records of")[1].split("```")[1]
    lines = [line for line in block.splitlines() if line.strip()]
    assert [line.split(":")[0].strip() for line in lines] == [field.label for field in container.library.template]
    assert len(lines) == 13
    shown = dict(line.split(":", 1) for line in lines)
    assert shown[f"{'Hardware':18}"].strip() == "a CPU"
    assert sum(value.strip() == "n/a" for value in shown.values()) >= 10
    assert "hidden" not in page


def test_a_value_with_newlines_or_fences_cannot_leave_its_field(container: Container, clock: FakeClock) -> None:
    a_studied_day(container, clock, hardware="a CPU\n```\n# not a heading\n```")
    page = container.export.markdown()
    assert "not a heading" in page
    assert not [heading for heading in headings(page) if "not a heading" in heading]


def test_pipes_and_newlines_cannot_break_a_table(tmp_path: Path, clock: FakeClock) -> None:
    bundle = small_bundle(tmp_path / "bundle")
    deck = bundle / "curriculum" / "decks" / "a-first.toml"
    front = NASTY.replace("\\", "\\\\").replace("\n", "\\n")
    deck.write_text('schema = 1\ndeck = "d"\ntitle = "d"\n' + card_toml("nasty", "p90/1", front))
    house = House(tmp_path / "learner", bundle, clock)
    container = house.open()
    assert container.library.cards["nasty"].front == NASTY
    a_studied_day(container, clock)
    found = tables(container.export.markdown())
    house.close()
    assert len(found) == 6
    for table in found:
        assert len({len(row) for row in table}) == 1
    assert len(found[4]) == 1 + 4
    assert "# e" in found[4][1][0]
    assert found[3][1] == ["fast", "passed", "2 | 3 times faster"]


@pytest.mark.parametrize("text", ["a|b", "a\nb", "a\r\n| --- |", "\\|", "\\\\|", "`|`", "", " x "])
def test_any_text_stays_in_its_cell(text: str) -> None:
    page = f"| one | two |\n| --- | --- |\n| {table_cell(text)} | end |\n"
    ((_head, row),) = tables(page)
    assert len(row) == 2
    assert row[1] == "end"


def test_undone_answers_are_not_told(container: Container, clock: FakeClock) -> None:
    a_studied_day(container, clock)
    container.undo.undo("review")
    assert "3 answers in all" in container.export.markdown()


def test_the_page_is_written_whole_and_replaces_an_old_one(container: Container, tmp_path: Path) -> None:
    target = tmp_path / "progress.md"
    target.write_text("old")
    exported = container.export.write(target)
    assert exported.path == target
    assert exported.bytes == target.stat().st_size
    assert target.read_text(encoding="utf-8") == container.export.markdown()
    assert [path.name for path in tmp_path.glob("*.part")] == []


@pytest.mark.parametrize("name", ["", "no-such-folder/progress.md"])
def test_a_place_that_cannot_be_a_file_is_refused(container: Container, tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError, match="cannot be a file") as caught:
        container.export.write(tmp_path / name)
    assert "--out" in caught.value.hint


def test_a_page_that_cannot_be_written_leaves_the_old_one(
    container: Container, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "progress.md"
    target.write_text("old")

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("studyctl.services.files.os.fsync", full)
    with pytest.raises(DataError, match="No space left on device"):
        container.export.write(target)
    assert target.read_text() == "old"
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".progress")] == []
