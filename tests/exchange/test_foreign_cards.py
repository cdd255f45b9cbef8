"""Cards of other people become decks of one's own: kinds, ids that last, schedules by whatever the file tells."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import fsrs_rs_python
import pytest

from studyctl.container import Container
from studyctl.domain.cards import Card, CardAct, CardKind, Memory, Phase, Rating
from studyctl.domain.clock import to_millis
from studyctl.domain.collection import CardState, Collection, CollectionCard, LoggedReview, ReviewType
from studyctl.domain.fitting import Answer, memories
from studyctl.domain.forgetting import DEFAULT_WEIGHTS, Forgetting
from studyctl.errors import ConflictError, ContentError, DataError, NotFoundError, UsageError
from studyctl.services.exchange import export_collection
from studyctl.storage.repositories.review_log import card_acts
from tests.exchange.homes import files_of, imported, rebuilt, state_of, undone_whole
from tests.helpers import BERLIN

DAY = datetime(2026, 7, 1).toordinal()


def csv(folder: Path, *rows: str, name: str = "other.csv") -> Path:
    """A CSV file of front and back, or with the columns of its first row."""
    path = folder / name
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return path


def jsonl(folder: Path, *cards: CollectionCard, reviews: tuple[LoggedReview, ...] = (), **head: Any) -> Path:
    """A file as studyctl writes it."""
    path = folder / "other.jsonl"
    export_collection(path, Collection(cards=cards, reviews=reviews, **head))
    return path


def own_cards(container: Container) -> dict[str, Card]:
    """The cards of the user's own decks."""
    return {card.id: card for card in state_of(container).cards.values() if card.day.track == "own"}


def test_rows_of_a_table_become_a_deck(container: Container, tmp_path: Path) -> None:
    path = csv(tmp_path, "front,back,tags", 'What is "it"?,"So\nand so",GPU::SM two', "Other?,Back\\slash,")
    with undone_whole(container, container.context.paths.cards):
        done = imported(container, path)
        assert (done.new, done.scheduled, done.files) == (2, 0, ("imported-other.toml",))
        one, two = own_cards(container).values()
        assert (one.front, one.back, one.topics) == ('What is "it"?', "So\nand so", ("gpu-sm", "two"))
        assert (two.front, two.back, two.source) == ("Other?", "Back\\slash", "imported from other.csv")
        assert imported(container, path).same == 2


def test_two_programs_that_import_the_same_file_do_not_double_it(
    container: Container, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = csv(tmp_path, "front,back", "One?,1", "Two?,2")
    imported(container, path)
    deck = container.context.paths.cards / "imported-other.toml"
    theirs = deck.read_text(encoding="utf-8")
    container.undo.undo("review")
    shelf, look = container.context.shelf, container.context.shelf.sync

    def overtaken() -> tuple[ContentError, ...]:
        problems = look()
        deck.write_text(theirs, encoding="utf-8")
        return problems

    with monkeypatch.context() as patch:
        patch.setattr(shelf, "sync", overtaken)
        with pytest.raises(ConflictError, match="another program just now"):
            imported(container, path)
    assert deck.read_text(encoding="utf-8") == theirs
    assert imported(container, path).same == 2


def test_a_later_row_is_added_to_the_deck_and_what_was_edited_there_stays(container: Container, tmp_path: Path) -> None:
    imported(container, csv(tmp_path, "front,back", "One?,1"))
    deck = container.context.paths.cards / "imported-other.toml"
    deck.write_text(deck.read_text().replace('back = "1"', 'back = "one" # by hand').rstrip("\n"))
    path = csv(tmp_path, "front,back", "One?,1", "Two?,2")
    with undone_whole(container, deck.parent):
        done = imported(container, path)
        assert (done.new, done.same, done.kept_text) == (1, 1, 1)
        assert {card.back for card in own_cards(container).values()} == {"one", "2"}
        assert "# by hand" in deck.read_text()


def test_a_deck_with_the_line_ends_of_windows_keeps_them(container: Container, tmp_path: Path) -> None:
    imported(container, csv(tmp_path, "front,back", "One?,1"))
    deck = container.context.paths.cards / "imported-other.toml"
    deck.write_bytes(deck.read_bytes().replace(b"\n", b"\r\n"))
    assert imported(container, csv(tmp_path, "front,back", "One?,1", 'Two?,"2\nb"')).new == 1
    assert deck.read_bytes().count(b"\n") == deck.read_bytes().count(b"\r\n") > 14
    assert [card.back for card in own_cards(container).values()] == ["1", "2\nb"]


def test_cards_of_several_decks_come_into_a_file_each_or_into_one(container: Container, tmp_path: Path) -> None:
    path = csv(tmp_path, "front,back,deck", "1,1,Physics::Heat", "2,2,物理", "3,3,Physics  heat", "4,4,Physics::Heat")
    with undone_whole(container, container.context.paths.cards):
        files = imported(container, path).files
        assert files == ("imported-a454f178.toml", "imported-physics-heat-2.toml", "imported-physics-heat.toml")
        decks = [card.deck for card in own_cards(container).values()]
        assert sorted(decks) == ["Physics heat", "Physics::Heat", "Physics::Heat", "物理"]
    assert imported(container, path, deck=" My own ").files == ("imported-my-own.toml",)
    assert {card.deck for card in own_cards(container).values()} == {"My own"}


@pytest.mark.parametrize("name", ["", "  ", "two\nlines"])
def test_a_name_that_is_none_is_refused(container: Container, tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError, match="name of a deck"):
        imported(container, csv(tmp_path, "front,back", "1,1"), deck=name)


def test_every_kind_written_by_hand(container: Container, tmp_path: Path) -> None:
    path = csv(
        tmp_path,
        "kind,front,back",
        "cloze,The {{warp}} has {{32::a number}} threads.,Since Tesla.",
        "cloze,No gap,but a back",
        "type,The command?,nvidia\\_smi",
        'type,Two lines?,"a\nb"',
        "numeric,How many?,1024",
        "numeric,How much?,a lot",
        "code,Write it.,```x```",
        "qa,,nothing in front",
        "qa,nothing behind,",
    )
    with undone_whole(container, container.context.paths.cards):
        done = imported(container, path)
        found = [(card.kind, card.front, card.answer, card.back) for card in own_cards(container).values()]
        assert found == [
            (CardKind.CLOZE, "The [...] has 32 threads.", "warp", "**warp**\n\nSince Tesla."),
            (CardKind.CLOZE, "The warp has [a number] threads.", "32", "**32**\n\nSince Tesla."),
            (CardKind.QA, "No gap", "", "but a back"),
            (CardKind.TYPE, "The command?", "nvidia_smi", "`nvidia_smi`"),
            (CardKind.QA, "Two lines?", "", "a\nb"),
            (CardKind.NUMERIC, "How many?", "1024", "1,024"),
            (CardKind.QA, "How much?", "", "a lot"),
            (CardKind.CODE, "Write it.", "", "```x```"),
        ]
        assert [each.why for each in done.skipped] == ["it has no text in front", "it has no text on its back"]
        again = imported(container, path)
        assert (again.new, again.same, again.kept_text) == (0, 7, 0)


def test_ids_that_are_none_here_get_one_that_lasts(container: Container, tmp_path: Path) -> None:
    path = csv(tmp_path, "id,front,back", "Größe 1,1,1", "good-id,2,2", "one.two,3,3", "note.2,4,4")
    imported(container, path)
    ids = list(own_cards(container))
    assert ids == ["card-3852322f07e05eb0", "good-id", "card-a5ff44b38fccfd4b", "note-2"]
    assert imported(container, path).same == 4


def test_a_card_whose_note_is_here_with_another_text_is_left_out(container: Container, tmp_path: Path) -> None:
    def notes(*places: int, text: str) -> Path:
        gaps = {1: "a", 2: "b", 3: "c"}
        cards = [
            CollectionCard(
                f"n.{n}",
                "n",
                "D",
                "f",
                "b",
                CardKind.CLOZE,
                extra=(("text", text), ("answer", gaps[n]), ("place", str(n))),
            )
            for n in places
        ]
        return jsonl(tmp_path, *cards)

    imported(container, notes(1, 2, text="{{a}} {{b}}"))
    done = imported(container, notes(1, 2, 3, text="{{a}} {{b}} {{c}}"))
    assert [(each.card, each.why) for each in done.skipped] == [("n.3", "its note is here with another text")]
    assert (done.same, done.kept_text, done.new) == (2, 2, 0)


def at(day: int, hour: int = 12) -> int:
    """Epoch milliseconds at an hour of a study day in Berlin."""
    return to_millis(datetime.fromordinal(day).replace(hour=hour, tzinfo=BERLIN))


def answers(*given: tuple[int, Rating, ReviewType], factor: int = 0) -> tuple[LoggedReview, ...]:
    """Answers to the card `foreign`, each on a day."""
    return tuple(
        LoggedReview("foreign", at(day), rating, before=0, after=3, factor=factor, took_ms=900, type=kind)
        for day, rating, kind in given
    )


LEARN, REVIEW = ReviewType.LEARN, ReviewType.REVIEW
HISTORY = ((DAY, Rating.GOOD, LEARN), (DAY + 3, Rating.AGAIN, REVIEW), (DAY + 9, Rating.EASY, REVIEW))
HEAD = {"created_at": at(DAY), "zone_offset": 120}


def foreign(state: CardState | None) -> CollectionCard:
    return CollectionCard("foreign", "foreign", "D", "front", "back", state=state)


def test_a_schedule_without_stability_follows_from_the_answers(container: Container, tmp_path: Path) -> None:
    state = CardState(Phase.REVIEW, due_day=DAY + 30, interval=21, reps=3, lapses=1, last_ms=at(DAY + 9), leech=True)
    with undone_whole(container, container.context.paths.cards):
        imported(container, jsonl(tmp_path, foreign(state), reviews=answers(*HISTORY), **HEAD))
        memory, log = state_of(container).memory["foreign"], state_of(container).log
        (wanted,) = memories([[Answer(day, int(rating)) for day, rating, _ in HISTORY]], DEFAULT_WEIGHTS)
        assert (memory.stability, memory.difficulty) == wanted
        assert memory == Memory(Phase.REVIEW, *wanted, due_day=DAY + 30, last_day=DAY + 9, reps=3, lapses=1, leech=True)
        assert [(line.day, line.elapsed_days, line.phase, line.hour) for line in log] == [
            (DAY, 0, Phase.NEW, 12),
            (DAY + 3, 3, Phase.REVIEW, 12),
            (DAY + 9, 6, Phase.REVIEW, 12),
        ]
        assert (log[-1].stability, log[-1].difficulty) == wanted


@pytest.mark.parametrize(("ease", "factor", "wanted"), [(None, 1900, 1.9), (2.2, 1900, 2.2), (None, 0, 2.5)])
def test_without_first_answers_it_follows_from_interval_and_ease(
    container: Container, tmp_path: Path, ease: float | None, factor: int, wanted: float
) -> None:
    state = CardState(Phase.REVIEW, due_day=DAY + 30, interval=21, reps=9, last_ms=at(DAY + 9), ease=ease)
    path = jsonl(tmp_path, foreign(state), reviews=answers(*HISTORY[1:], factor=factor), **HEAD)
    imported(container, path)
    memory, log = state_of(container).memory["foreign"], state_of(container).log
    model = fsrs_rs_python.FSRS(parameters=list(DEFAULT_WEIGHTS))
    by_ease = model.memory_state_from_sm2(wanted, 21.0, 0.9)
    assert (memory.stability, memory.difficulty) == (by_ease.stability, pytest.approx(by_ease.difficulty))
    assert [line.stability for line in log] == [None, None]
    assert rebuilt(container) == []


def test_answers_alone_give_a_date(container: Container, tmp_path: Path) -> None:
    imported(container, jsonl(tmp_path, foreign(None), reviews=answers(*HISTORY), **HEAD))
    memory = state_of(container).memory["foreign"]
    assert memory.stability is not None
    assert memory.due_day == DAY + 9 + round(Forgetting().interval(memory.stability, 0.9))
    assert (memory.phase, memory.reps, memory.lapses) == (Phase.REVIEW, 3, 1)


def test_what_is_no_answer_is_not_counted_and_a_reset_counts(container: Container, tmp_path: Path) -> None:
    crammed = LoggedReview("foreign", at(DAY + 4), Rating.GOOD, type=ReviewType.FILTERED)
    by_hand = LoggedReview("foreign", at(DAY + 5), None, factor=2500, type=ReviewType.MANUAL)
    reset = LoggedReview("foreign", at(DAY + 6), None, before=3, type=ReviewType.MANUAL)
    relearnt = LoggedReview("foreign", at(DAY + 8), Rating.EASY, after=8, type=LEARN)
    log = (*answers(*HISTORY[:2]), crammed, by_hand, reset, relearnt)
    state = CardState(Phase.REVIEW, due_day=DAY + 16, interval=8, reps=1, last_ms=at(DAY + 8))
    path = jsonl(tmp_path, foreign(state), reviews=log, **HEAD)
    with undone_whole(container, container.context.paths.cards):
        assert imported(container, path).answers == 3
        with container.context.database.read() as connection:
            acts = [(act.act, act.day, act.phase) for act in card_acts(connection)]
        assert acts[:4] == [
            (CardAct.ANSWER, DAY, Phase.NEW),
            (CardAct.ANSWER, DAY + 3, Phase.REVIEW),
            (CardAct.FORGET, DAY + 6, Phase.REVIEW),
            (CardAct.ANSWER, DAY + 8, Phase.NEW),
        ]
        (wanted,) = memories([[Answer(DAY + 8, 4)]], DEFAULT_WEIGHTS)
        memory = state_of(container).memory["foreign"]
        assert (memory.stability, memory.difficulty) == wanted
        assert imported(container, path).changed == 0


@pytest.mark.parametrize(
    ("rollover", "offset", "hour", "day", "shown"),
    [
        (4, 120, 3, DAY - 1, 3),
        (4, 120, 5, DAY, 5),
        (2, 120, 3, DAY, 3),
        (4, 540, 3, DAY, 10),
        (11, 540, 3, DAY - 1, 10),
    ],
)
def test_days_count_by_the_rollover_and_the_zone_of_the_file(
    container: Container, tmp_path: Path, rollover: int, offset: int, hour: int, day: int, shown: int
) -> None:
    """A file from Berlin counts with Berlin's summer and winter time, one from elsewhere by its own distance."""
    log = (LoggedReview("foreign", at(DAY, hour), Rating.EASY, after=8, type=LEARN),)
    head = {"created_at": at(DAY), "zone_offset": offset, "rollover_hour": rollover}
    imported(container, jsonl(tmp_path, foreign(None), reviews=log, **head))
    (line,) = state_of(container).log
    assert (line.day, line.hour) == (day, shown)


def test_a_card_in_learning_waits_for_its_moment_or_the_begin_of_its_day(container: Container, tmp_path: Path) -> None:
    by_moment = CardState(Phase.LEARNING, 1.0, 5.0, due_ms=at(DAY, 13), reps=1, steps_left=1, last_ms=at(DAY))
    by_day = CardState(Phase.RELEARNING, 1.0, 5.0, due_day=DAY + 2, reps=1, lapses=1, steps_left=1, last_ms=at(DAY))
    never = CardState(Phase.LEARNING, reps=1, steps_left=2)
    cards = [
        CollectionCard(name, name, "D", name, name, state=state)
        for name, state in (("moment", by_moment), ("day", by_day), ("never", never))
    ]
    imported(container, jsonl(tmp_path, *cards))
    memory = state_of(container).memory
    assert memory["moment"] == Memory(Phase.LEARNING, 1.0, 5.0, 1, DAY, at(DAY, 13), DAY, reps=1)
    assert memory["day"] == Memory(Phase.RELEARNING, 1.0, 5.0, 0, DAY + 2, at(DAY + 2, 4), DAY, reps=1, lapses=1)
    assert memory["never"].due_at == container.context.now_ms()
    assert {"moment", "day", "never"} <= set(container.review.queue().ids)


def test_a_suspended_new_card_stays_suspended(container: Container, tmp_path: Path) -> None:
    path = jsonl(tmp_path, foreign(CardState(suspended=True, leech=True)))
    with undone_whole(container, container.context.paths.cards):
        imported(container, path)
        assert state_of(container).memory == {"foreign": Memory(suspended=True, leech=True)}
        assert "foreign" not in container.review.queue().ids
    assert rebuilt(container) == []


def test_media_are_named(container: Container, tmp_path: Path) -> None:
    assert imported(container, jsonl(tmp_path, foreign(None), media=("a.png",))).media == ("a.png",)


def test_what_cannot_be_read_changes_nothing(container: Container, tmp_path: Path) -> None:
    cases = {"none.csv": NotFoundError, "cards.txt": UsageError, "bad.jsonl": DataError}
    (tmp_path / "bad.jsonl").write_text(json.dumps({"card": {"front": "x"}}))
    before = state_of(container)
    for name, error in cases.items():
        with pytest.raises(error):
            imported(container, tmp_path / name)
    assert (state_of(container), files_of(container.context.paths.cards)) == (before, {})
