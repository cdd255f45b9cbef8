"""Typed answers, filter, practice, flags and edits on the command line."""

from __future__ import annotations

import io
import shlex
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from studyctl.container import open_container
from studyctl.domain.cards import Rating
from studyctl.paths import resolve_paths
from studyctl.storage.undo import digest
from tests.cli.conftest import Cli
from tests.helpers import write

DECK = """
    schema = 1
    deck = "mine"
    title = "Mine"

    [[card]]
    id = "own-type"
    kind = "type"
    front = "Which command lists the pods?"
    answer = "kubectl get pods"
    source = "me"

    [[card]]
    id = "own-number"
    kind = "numeric"
    front = "How large is a token's cache?"
    answer = 512
    unit = "KiB"
    source = "me"

    [[card]]
    id = "own-plain"
    front = "What is plain?"
    back = "This."
    source = "me"

    [[card]]
    id = "own-other"
    front = "What is other?"
    back = "That."
    source = "me"
"""
Type = Callable[..., None]


@pytest.fixture
def deck(home: Path) -> Path:
    """An own deck with a card of each kind that matters."""
    return write(home / "cards" / "mine.toml", DECK)


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch) -> Type:
    """Type these lines on stdin."""

    def feed(*lines: str) -> None:
        monkeypatch.setattr("sys.stdin", io.StringIO("".join(f"{line}\n" for line in lines)))

    return feed


@pytest.fixture
def editor(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[[str, str], None]:
    """Make the editor one that puts a text in another's place."""
    script = write(
        tmp_path / "editor.py",
        """
        import sys
        old, new, path = sys.argv[1:]
        text = open(path).read()
        open(path, "w").write(text.replace(old, new))
        """,
    )

    def replacing(old: str, new: str) -> None:
        monkeypatch.delenv("VISUAL", raising=False)
        monkeypatch.setenv("EDITOR", shlex.join([sys.executable, str(script), old, new]))

    return replacing


def test_a_typed_answer_is_compared_and_its_rating_offered(cli: Cli, deck: Path, typed: Type) -> None:
    typed("kubectl get pod -A", "", "524288 B", "", ":q")
    out = cli("review", "--plain", "--filter", "id:own-type or id:own-number").out
    assert "Type it exactly; case counts." in out
    assert "It differs.\nkubectl get pod{+ -A+}[-s-]\n[-missing-]  {+too much+}" in out
    assert "(enter: Again) > \nAgain: next in" in out
    assert "Type a number in KiB; 2 % off is allowed." in out
    assert "\nRight.\n" in out
    assert "(enter: Good) > \nGood: next in" in out
    assert out.endswith("2 answered, 0 practised; answers of practice are not stored.\n")


def test_an_empty_line_reveals_without_a_verdict(cli: Cli, deck: Path, typed: Type) -> None:
    typed("", "4")
    out = cli("review", "--plain", "--filter", "id:own-type").out
    assert "It differs" not in out
    assert "Easy: next in" in out


def test_letters_are_an_answer_and_a_colon_makes_them_a_command(cli: Cli, deck: Path, typed: Type) -> None:
    typed("q", ":q")
    assert "It differs." in cli("review", "--plain", "--filter", "id:own-type").out
    typed(":?", ":q")
    out = cli("review", "--plain", "--filter", "id:own-type").out
    assert "-: suspend" in out
    assert "0 answered" in out


def test_practice_stores_nothing_and_asks_again_what_was_not_recalled(cli: Cli, home: Path, typed: Type) -> None:
    container = open_container(resolve_paths())
    asked = []
    while len(asked) < 5 and (prompt := container.review.next()) is not None:
        container.review.answer(prompt.card.id, Rating.EASY)
        asked.append(prompt.card.id)

    def state() -> tuple[str, int, int]:
        with container.context.database.read() as connection:
            lines = connection.exec_driver_sql("SELECT count(*) FROM review_log").scalar_one()
            acts = connection.exec_driver_sql("SELECT count(*) FROM journal").scalar_one()
            return digest(connection), lines, acts

    before = state()
    typed("", "1", "", "3", "", "3", "", "3", "", "2", "", "4")
    out = cli("review", "--plain", "--practice").out
    fronts = [out.count(container.review.prompt(card).card.front) for card in asked]
    assert sorted(fronts) == [1, 1, 1, 1, 2]
    assert out.startswith("Practice\n")
    assert "(practice: the answer is not stored)" in out
    assert out.endswith("0 answered, 6 practised; answers of practice are not stored.\n")
    assert state() == before
    container.close()


def test_undo_in_practice_asks_the_card_again_and_leaves_stored_answers_alone(
    cli: Cli, deck: Path, typed: Type
) -> None:
    for card in ("own-plain", "own-other"):
        cli("review", "due")
        cli("review", "answer", card, "easy")
    typed("", "3", "u", "", "3", "", "3")
    out = cli("review", "--plain", "--filter", "id:own-plain or id:own-other").out
    assert "Undone: an answer for practice" in out
    assert sorted(out.count(back) for back in ("\nThis.\n", "\nThat.\n")) == [1, 2]
    assert cli("review", "undo").out == "Undone: rate own-other Easy\n"


def test_undo_in_a_filter_takes_a_stored_answer_back_and_asks_its_card(cli: Cli, deck: Path, typed: Type) -> None:
    typed("", "3", "u", "q")
    out = cli("review", "--plain", "--filter", "id:own-plain or id:own-other").out
    assert out.count("What is plain?") == 2
    assert "Undone: rate own-plain Good" in out
    assert cli("review", "undo").code == 2


def test_undo_steps_back_through_flags_and_practice_in_turn(cli: Cli, deck: Path, typed: Type) -> None:
    cli("review", "due")
    for card in ("own-plain", "own-other"):
        cli("review", "answer", card, "easy")
    typed("", "3", "!", "odd", "u", "u", "", "3", "q")
    out = cli("review", "--plain", "--filter", "id:own-plain or id:own-other").out
    flag, practised = out.index("Undone: flag own-"), out.index("Undone: an answer for practice")
    assert flag < practised
    assert out.endswith("0 answered, 1 practised; answers of practice are not stored.\n")
    assert cli("review", "undo").out == "Undone: rate own-other Easy\n"


def test_a_card_that_another_program_answered_is_passed_over(
    cli: Cli, deck: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Meanwhile(io.StringIO):
        """Before the rating comes, another program rates the card."""

        lines = 0

        def readline(self, *_: object) -> str:
            Meanwhile.lines += 1
            if Meanwhile.lines == 2:
                container = open_container(resolve_paths())
                container.review.answer("own-plain", Rating.EASY)
                container.close()
            return super().readline()

    monkeypatch.setattr("sys.stdin", Meanwhile("\n3\n\n3\n"))
    done = cli("review", "--plain", "--filter", "id:own-plain or id:own-other")
    assert done.code == 0
    assert "Card own-plain is due in" in done.out
    assert "Good: next in" in done.out
    assert done.out.endswith("1 answered, 0 practised; answers of practice are not stored.\n")
    assert cli("review", "undo").out == "Undone: rate own-other Good\n"
    assert cli("review", "undo").out == "Undone: rate own-plain Easy\n"


def test_a_flag_can_be_left_alone(cli: Cli, deck: Path, typed: Type) -> None:
    typed("!", "q", "!", "", "q")
    out = cli("review", "--plain", "--filter", "id:own-plain").out
    assert out.count("Flagged: own-plain") == 1
    assert "! flagged\n" in out


def test_a_filter_that_is_wrong_or_finds_nothing_says_so(cli: Cli, deck: Path) -> None:
    for arguments, why in (
        (("--filter", "tga:x"), "tga"),
        (("--filter", "id:nothing-at-all"), "No card matches id:nothing-at-all."),
        (("--filter", " "), "The filter is empty."),
        (("--filter", "x", "--practice"), "exclude each other"),
        (("--practice",), "There is no card to practise"),
    ):
        done = cli("review", "--plain", *arguments)
        assert (done.code, done.out) == (2, "")
        assert why in done.err


def test_flag_suspend_and_edit_from_the_conversation(
    cli: Cli, deck: Path, typed: Type, editor: Callable[[str, str], None]
) -> None:
    editor("What is plain?", "What is simple?")
    typed("!", "wrong unit", "e", "!", "-")
    out = cli("review", "--plain", "--filter", "id:own-plain").out
    assert "Flagged: own-plain" in out
    assert "! flagged: wrong unit\nWhat is plain?" in out
    assert "Stored: own-plain." in out
    assert "What is simple?" in out
    assert "The flag of own-plain is taken off." in out
    assert "Suspended: own-plain" in out
    for summary in ("suspend", "unflag", "edit", "flag"):
        assert cli("review", "undo").out == f"Undone: {summary} own-plain\n"
    assert deck.read_text().count("What is plain?") == 1


def test_a_card_is_edited_by_a_command(cli: Cli, deck: Path, editor: Callable[[str, str], None]) -> None:
    editor("kubectl get pods", "kubectl get pods -A")
    done = cli("cards", "edit", "own-type")
    assert (done.code, done.out, done.err) == (0, "", "Stored: own-type.\n")
    editor("[[card]]", "[[crad]]")
    done = cli("cards", "edit", "own-type")
    assert done.code == 4
    assert "own-type.toml:1: " in done.err
    assert "Your text is kept" in done.err
    editor("[[crad]]", "[[card]]")
    done = cli("cards", "edit", "own-type")
    assert "opened again" in done.err
    assert "Nothing was changed." in done.err


def test_a_card_is_added_by_a_command(cli: Cli, home: Path, editor: Callable[[str, str], None]) -> None:
    editor('= ""', "= 'my-card'")
    done = cli("cards", "add", "--deck", "notes")
    assert (done.code, done.err) == (0, "Stored: my-card.\n")
    assert cli("cards", "show", "my-card", "--json").json["card"]["deck"] == "notes"
    assert cli("undo").out.startswith("Undone: add my-card")


def test_without_an_editor_it_is_explained(cli: Cli, deck: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in ("VISUAL", "EDITOR"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("PATH", "/nowhere")
    done = cli("cards", "edit", "own-type")
    assert done.code == 3
    assert "neither VISUAL nor EDITOR is set" in done.err
    monkeypatch.setenv("VISUAL", "/nowhere/editor --wait")
    done = cli("cards", "edit", "own-type")
    assert done.code == 3
    assert "cannot be started" in done.err
    monkeypatch.setenv("VISUAL", "/bin/false")
    done = cli("cards", "edit", "own-type")
    assert done.code == 2
    assert "ended with code 1: nothing was stored" in done.err


def test_a_leech_is_told_when_it_becomes_one(cli: Cli, deck: Path, typed: Type) -> None:
    container = open_container(resolve_paths())
    container.review.queue()
    with container.context.database.write("review", "prepare") as transaction:
        from studyctl.domain.cards import Memory, Phase
        from studyctl.storage.repositories.memory import Subject, save_memory

        today = container.context.moment(container.context.settings()).day
        memory = Memory(Phase.REVIEW, 5.0, 5.0, due_day=today, last_day=today - 5, reps=20, lapses=7)
        save_memory(transaction, Subject.CARD, "own-plain", memory)
    container.close()
    typed("", "1")
    out = cli("review", "--plain", "--filter", "id:own-plain").out
    assert "Lapse 8 of own-plain: suspended as a leech. u shows it again, e then mends it." in out
