"""Editing a card: its own lines change and nothing else; undo, upgrades and mistakes lose nothing."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from studyctl.container import Container
from studyctl.domain.cards import Rating
from studyctl.errors import ConflictError, ContentError, NotFoundError
from studyctl.storage.rebuild import compare
from studyctl.storage.undo import digest
from tests.helpers import FakeClock, House, card_toml, small_bundle, write

HEAD = '# My deck.\nschema = 1\ndeck = "mine"\ntitle = "Mine"\n'
ODD = '''
# --- first part
[[card]]   # odd on purpose
id = "first"   # never change
front = """
What does `[[card]]` begin?
[[card]]
id = "not-a-card"
"""
back = 'A "card".'
source = "me"

  # --- second part
[[card]]
id = "gaps"
kind = "cloze"
text = "A {{one}} and a {{two}}."
source = "me"
# the end
'''


@pytest.fixture
def house(tmp_path: Path, clock: FakeClock) -> Iterator[House]:
    """A home over a bundle of its own, so that decks may change."""
    house = House(tmp_path / "learner", small_bundle(tmp_path / "bundle"), clock)
    write(house.paths.cards / "mine.toml", HEAD + ODD)
    yield house
    house.close()


def edit(container: Container, card: str, old: str, new: str) -> None:
    """Edit a card as an editor would."""
    draft = container.edits.begin(card)
    text = draft.file.read_text()
    assert old in text
    draft.file.write_text(text.replace(old, new))
    container.edits.finish(draft)


def deck(house: House, name: str = "mine.toml") -> str:
    """Text of one of the user's files."""
    return (house.paths.cards / name).read_text()


def front(container: Container, card: str) -> str:
    """What a card asks."""
    return container.review.prompt(card).card.front


def state(container: Container) -> tuple[str, int]:
    """Digest of the database, and how many things do not follow from the log."""
    with container.context.database.read() as connection:
        return digest(connection), sum(each.differ for each in compare(connection))


def test_only_the_lines_of_the_card_change(house: House) -> None:
    container = house.open()
    before = deck(house)
    edit(container, "first", "back = 'A \"card\".'", 'back = "A table."')
    assert deck(house) == before.replace("'A \"card\".'", '"A table."')
    assert container.review.prompt("first").card.back == "A table."


def test_a_cloze_text_is_edited_whole_from_any_of_its_gaps(house: House) -> None:
    container = house.open()
    draft = container.edits.begin("gaps.2")
    assert draft.note == "gaps"
    assert draft.text.splitlines()[0] == "[[card]]"
    assert "one" in draft.text
    assert "# the end" not in draft.text
    edit(container, "gaps.2", "{{two}}", "two")
    assert front(container, "gaps.1") == "A [...] and a two."
    with pytest.raises(NotFoundError):
        container.review.prompt("gaps.2")


@pytest.mark.parametrize("card", ["first", "one-01"])
def test_undo_takes_an_edit_back_also_after_a_restart(house: House, card: str) -> None:
    container = house.open()
    container.review.queue()
    container.review.answer(card, Rating.GOOD)
    before, asked = state(container), front(container, card)
    files = {path.name: path.read_bytes() for path in house.paths.cards.iterdir()}
    edit(container, card, "What", "Which thing")
    assert front(container, card) != asked
    assert container.undo.last("review").summary == f"edit {card}"  # type: ignore[union-attr]
    container = house.reopened()
    assert container.review.prompt(card).memory.reps == 1
    container.undo.undo("review")
    container.review.queue()
    assert state(container) == before
    assert before[1] == 0
    assert front(container, card) == asked
    assert {path.name: path.read_bytes() for path in house.paths.cards.iterdir()} == files


def test_a_card_of_the_bundle_is_replaced_in_a_file_of_the_users(house: House) -> None:
    container = house.open()
    bundle = {path: path.read_bytes() for path in house.paths.bundle.rglob("*.toml")}
    order = container.review.queue().ids
    edit(container, "one-02", "It is one-02.", "It is better.")
    edit(container, "one-03", "It is one-03.", "It is better too.")
    assert {path: path.read_bytes() for path in house.paths.bundle.rglob("*.toml")} == bundle
    assert "replaces = true" in deck(house, "edited.toml")
    card = container.review.prompt("one-02").card
    assert (card.back, card.deck, str(card.day)) == ("It is better.", "small", "p90/1")
    assert container.review.queue().ids == order
    assert container.review.queue().problems == ()
    edit(container, "one-02", "better", "best")
    assert deck(house, "edited.toml").count("[[card]]") == 2
    (house.paths.cards / "edited.toml").unlink()
    assert container.review.queue().ids == order
    assert container.review.cards(["one-02"])["one-02"].back == "It is one-02."


def test_an_upgrade_changes_the_bundle_below_a_replacement(house: House) -> None:
    container = house.open()
    edit(container, "one-02", "It is one-02.", "It is mine.")
    small = house.paths.bundle / "curriculum" / "decks" / "small.toml"
    small.write_text(small.read_text().replace("It is one-0", "It is now one-0"))
    container = house.reopened()
    assert container.review.queue().problems == ()
    found = container.review.cards(["one-01", "one-02"])
    assert [found[card].back for card in ("one-01", "one-02")] == ["It is now one-01.", "It is mine."]


def test_a_replacement_of_what_is_gone_is_an_own_card_with_a_problem_at_each_start(house: House) -> None:
    container = house.open()
    edit(container, "other-plan", "It is other-plan.", "It is mine.")
    small = house.paths.bundle / "curriculum" / "decks" / "small.toml"
    small.write_text(small.read_text().replace(card_toml("other-plan", "p28/1"), ""))
    for _ in range(2):
        container = house.reopened()
        (problem,) = container.review.queue().problems
        assert "no card 'other-plan' to replace" in problem.message
        assert problem.message.startswith(f"{house.paths.cards / 'edited.toml'}:7: ")
        assert container.review.cards(["other-plan"])["other-plan"].back == "It is mine."


@pytest.mark.parametrize(
    "broken",
    ["replaces = true\nreplaces = true", "", "replaces = 1"],
    ids=["no TOML", "it does not replace any more", "not a flag"],
)
def test_a_replacement_that_becomes_wrong_stays_as_it_was_read_last(house: House, broken: str) -> None:
    container = house.open()
    edit(container, "one-02", "It is one-02.", "It is mine.")
    path = house.paths.cards / "edited.toml"
    path.write_text(path.read_text().replace("replaces = true", broken))
    for opened in (container, house.reopened()):
        assert len(opened.review.queue().problems) == 1
        assert opened.review.cards(["one-02"])["one-02"].back == "It is mine."


def test_fewer_gaps_in_a_replacement_hide_the_others_of_the_bundle(house: House) -> None:
    cloze = '\n[[card]]\nid = "gap"\nday = "p90/1"\nkind = "cloze"\ntext = "{{a}} and {{b}}"\nsource = "s"\n'
    small = house.paths.bundle / "curriculum" / "decks" / "small.toml"
    small.write_text(small.read_text() + cloze)
    container = house.open()
    edit(container, "gap.1", "{{b}}", "b")
    assert set(container.review.cards(["gap.1", "gap.2"])) == {"gap.1"}
    container.undo.undo("review")
    container.review.queue()
    assert set(container.review.cards(["gap.1", "gap.2"])) == {"gap.1", "gap.2"}


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ('id = "first"', 'id = "other"', ":2: the id stays 'first'"),
        ("source =", "sauce =", ":9: unknown key 'sauce'"),
        ('source = "me"', 'source = "me', ":9: "),
        ("[[card]]   # odd", '[[card]]\nid = "more"\n[[card]] # odd', ":1: one [[card]] is expected here, not 2"),
        ('source = "me"', 'source = "me"\nday = "p90/77"', ":10: there is no day p90/77"),
    ],
)
def test_a_text_that_is_wrong_is_told_with_its_line_and_opened_again(
    house: House, old: str, new: str, why: str
) -> None:
    container = house.open()
    before = deck(house)
    with pytest.raises(ContentError) as caught:
        edit(container, "first", old, new)
    draft = container.edits.begin("first")
    assert caught.value.message.startswith(f"{draft.file}{why}")
    assert str(draft.file) in caught.value.hint
    assert draft.kept
    assert new in draft.file.read_text()
    assert deck(house) == before
    draft.file.write_text(draft.text.replace("begin?", "start?"))
    assert container.edits.finish(draft).value.changed
    assert not draft.file.exists()
    assert "start?" in front(container, "first")


def test_a_file_that_changed_meanwhile_is_not_overwritten(house: House) -> None:
    container = house.open()
    for card, path in (
        ("first", house.paths.cards / "mine.toml"),
        ("one-01", house.paths.bundle / "curriculum/decks/small.toml"),
    ):
        draft = container.edits.begin(card)
        path.write_text(path.read_text() + "# by hand\n")
        draft.file.write_text(draft.text.replace("What", "Which"))
        with pytest.raises(ConflictError, match="was changed while"):
            container.edits.finish(draft)
        assert path.read_text().endswith("# by hand\n")
        assert "Which" in draft.file.read_text()
        assert container.undo.last("review") is None


@pytest.mark.parametrize("text", ["", "\n", None])
def test_an_empty_or_unchanged_text_stores_nothing(house: House, text: str | None) -> None:
    container = house.open()
    draft = container.edits.begin("first")
    if text is not None:
        draft.file.write_text(text)
    assert not container.edits.finish(draft).value.changed
    assert container.undo.last("review") is None
    assert not draft.file.exists()


def test_what_makes_a_card_hard_is_a_warning(house: House) -> None:
    container = house.open()
    draft = container.edits.begin("one-01")
    stored = container.edits.store(draft, draft.text.replace("What is", "Is it")).value
    assert stored.warnings == ("yes or no can be guessed: ask what, why or how much",)


def test_ends_of_lines_stay_as_the_file_has_them(house: House) -> None:
    path = house.paths.cards / "mine.toml"
    path.write_bytes((HEAD + ODD).replace("\n", "\r\n").encode())
    container = house.open()
    edit(container, "gaps.1", 'source = "me"', 'source = "you"\ntopics = ["one"]')
    text = path.read_bytes().decode()
    assert text.count("\n") == text.count("\r\n") == (HEAD + ODD).count("\n") + 1


def test_an_edit_by_hand_is_seen_and_keeps_the_progress(house: House) -> None:
    container = house.open()
    container.review.queue()
    container.review.answer("first", Rating.GOOD)
    path = house.paths.cards / "mine.toml"
    path.write_text(path.read_text().replace("What does", "What on earth does"))
    os.utime(path, ns=(1, 1))
    container.review.queue()
    prompt = container.review.prompt("first")
    assert "on earth" in prompt.card.front
    assert prompt.memory.reps == 1


@pytest.mark.parametrize(
    ("old", "new", "shifted"),
    [
        ("A {{one}} and", "A one and", "gaps.1 now has"),
        ("{{one}} and a {{two}}", "{{two}} and a {{one}}", "gaps.1, gaps.2 now have"),
        ("{{two}}", "{{zwei}}", ""),
        ("{{two}}", "two", ""),
        ("{{two}}", "{{two}} or {{three}}", ""),
    ],
)
def test_gaps_that_change_places_are_told_of(house: House, old: str, new: str, shifted: str) -> None:
    container = house.open()
    draft = container.edits.begin("gaps.1")
    draft.file.write_text(draft.text.replace(old, new))
    said = f"gaps are numbered by their place: {shifted} the progress of another gap"
    assert container.edits.finish(draft).value.warnings == ((said,) if shifted else ())
