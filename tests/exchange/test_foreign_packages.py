"""What foreign packages may hold without being refused, and what reading them cannot do."""

from __future__ import annotations

import sqlite3
import time
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from studyctl.domain.cards import Phase
from studyctl.domain.collection import CardState, Collection, CollectionCard
from studyctl.errors import DataError
from studyctl.services.exchange import export_collection, read_collection
from studyctl.storage.exchange import foreign_database
from studyctl.storage.exchange.anki_names import guid_of
from studyctl.storage.exchange.anki_rows import schedule_row, state_of
from studyctl.storage.exchange.foreign_database import open_foreign
from tests.exchange.hostile import database, edit_json, package, refused, run, spoiled
from tests.exchange.hostile_cases import foreign
from tests.exchange.samples import by_id, rounded, sample


def test_control_and_override_characters_are_taken_out(tmp_path: Path) -> None:
    front = "a\u202eb\x07c\u2066d\x1be &#8238;f&#x7;&#27;[31mg"
    path = spoiled(tmp_path / "overrides.apkg", foreign(front))
    (card,) = read_collection(path).cards
    assert card.front == "abcde f\\[31mg"


def test_our_own_field_is_not_trusted_either(tmp_path: Path) -> None:
    cards = (CollectionCard("c\u202ed", "n", "deck", "f", "b"),)
    with pytest.raises(DataError, match="cannot be the id"):
        export_collection(tmp_path / "c.apkg", Collection(cards))
    cards = (CollectionCard("cd", "n\u202e\x07", "de\nck", "f\u202e\x1b", "b\u2067", tags=("a\u202e",)),)
    export_collection(tmp_path / "c.apkg", Collection(cards))
    (card,) = read_collection(tmp_path / "c.apkg").cards
    assert (card.note_id, card.front, card.back) == ("n", "f", "b")
    assert card.tags == ("a",)


def test_sql_in_names_is_text(tmp_path: Path) -> None:
    name = "x'); DROP TABLE cards; --"
    card = CollectionCard(name, name, name, name, name, tags=(name,), extra=((name, name),))
    export_collection(tmp_path / "c.apkg", Collection((card,)))
    (read,) = read_collection(tmp_path / "c.apkg").cards
    assert replace(read, state=None) == card


def test_a_copy_made_in_anki_does_not_pass_as_the_original(tmp_path: Path) -> None:
    def copy(connection: sqlite3.Connection) -> None:
        connection.execute("UPDATE notes SET guid = 'copied' WHERE id = (SELECT min(id) FROM notes)")

    read = read_collection(spoiled(tmp_path / "copy.apkg", copy))
    ours = {card.id for card in sample(6).cards}
    assert len({card.id for card in read.cards} & ours) == 5
    assert sum(card.id.startswith("anki-") for card in read.cards) == 1


def test_nothing_can_be_written_or_attached_through_the_open_database(tmp_path: Path) -> None:
    path = tmp_path / "good"
    path.write_bytes(database(tmp_path))
    before = path.read_bytes()
    for statement in (
        "DELETE FROM cards",
        "CREATE TABLE t (x)",
        "ATTACH ':memory:' AS other",
        "PRAGMA query_only=OFF",
        "SELECT load_extension('x')",
        "SELECT randomblob(9)",
        "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x FROM n) SELECT x FROM n",
    ):
        with open_foreign(path, path) as opened, pytest.raises(DataError, match="cannot be read"):
            list(opened.rows(statement))
    assert path.read_bytes() == before


def test_a_query_without_end_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("studyctl.storage.exchange.foreign_database._MAX_LOOKS", 0)
    monkeypatch.setattr("studyctl.storage.exchange.foreign_database._STEPS_BETWEEN_LOOKS", 10)
    refused(package(tmp_path / "busy.apkg", database(tmp_path)), "interrupted")


def test_cards_in_a_filtered_deck_keep_their_own_deck_and_due_day(tmp_path: Path) -> None:
    moved = "UPDATE cards SET odid = did, odue = due, did = 77, due = -100000 WHERE type IN (0, 2) AND due > 0"
    read = read_collection(spoiled(tmp_path / "filtered.apkg", run(moved)))
    assert by_id(read) == rounded(sample(6)).cards


def test_buried_cards_are_not_suspended(tmp_path: Path) -> None:
    read = read_collection(spoiled(tmp_path / "buried.apkg", run("UPDATE cards SET queue = -2")))
    assert not any(card.state.suspended for card in read.cards if card.state)


@pytest.mark.parametrize("zone", ["Europe/Berlin", "Asia/Kathmandu"])
def test_a_collection_that_names_no_zone_takes_the_machine_s(tmp_path: Path, zone: str) -> None:
    def forget(conf: dict[str, object]) -> object:
        del conf["creationOffset"]
        return conf

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TZ", zone)
        time.tzset()
        read = read_collection(spoiled(tmp_path / "old.apkg", edit_json("conf", forget)))
    time.tzset()
    assert read.zone_offset == {"Europe/Berlin": 60, "Asia/Kathmandu": 345}[zone]
    assert by_id(read) == rounded(sample(6)).cards


def test_broken_memory_states_and_numbers_out_of_range_are_brought_into_range(tmp_path: Path) -> None:
    state = '{"s": 1e999, "d": -3, "dr": "x", "decay": true, "lrt": 1e30}'
    set_all = "UPDATE cards SET data = ?, ivl = -5, reps = 1 << 40, due = 1 << 62, queue = 2, type = 2"

    def spoil(connection: sqlite3.Connection) -> None:
        connection.execute(set_all, (state,))

    for card in read_collection(spoiled(tmp_path / "odd.apkg", spoil)).cards:
        assert card.state is not None
        assert (card.state.stability, card.state.difficulty, card.state.retention) == (36_500.0, 1.0, None)
        assert (card.state.interval, card.state.decay, card.state.due_day) == (0, None, 3_000_000)


def test_a_guid_never_changes() -> None:
    assert guid_of("card-1.2") == "sc-e7b5f6ef75b6b2fd2953"


def test_a_database_with_a_write_ahead_log_is_read_without_files_beside_it(tmp_path: Path) -> None:
    folder = tmp_path / "alone"
    folder.mkdir()
    path = folder / "wal"
    path.write_bytes(database(tmp_path, run("PRAGMA journal_mode=WAL")))
    with open_foreign(path, path) as opened:
        assert opened.count("cards", 100) == 6
        assert [file.name for file in folder.iterdir()] == ["wal"]


def test_damage_where_nothing_is_read_is_found_too(tmp_path: Path) -> None:
    roots: list[int] = []

    def look(connection: sqlite3.Connection) -> None:
        query = "SELECT rootpage FROM sqlite_master WHERE name = 'ix_revlog_usn'"
        roots.extend(row[0] for row in connection.execute(query))

    content = bytearray(database(tmp_path, look))
    content[(roots[0] - 1) * 4096 + 8 : roots[0] * 4096] = b"\xff" * 4088
    refused(package(tmp_path / "hidden.apkg", bytes(content)), "damaged|malformed")


def test_a_value_beyond_sqlite_s_own_limit_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = spoiled(tmp_path / "value.apkg", foreign("x" * 20_000))
    assert len(read_collection(path).cards) == 1
    smaller = {**foreign_database.LIMITS, sqlite3.SQLITE_LIMIT_LENGTH: 10_000}
    monkeypatch.setattr(foreign_database, "LIMITS", smaller)
    refused(path, "too big")


def test_a_text_or_deck_changed_in_the_package_is_taken_over(tmp_path: Path) -> None:
    def edit(connection: sqlite3.Connection) -> None:
        front = "substr(flds, instr(flds, char(31)))"
        connection.execute(f"UPDATE notes SET flds = 'What <b>now</b>?' || {front}")
        connection.execute("UPDATE cards SET did = 1")

    read = read_collection(spoiled(tmp_path / "edited.apkg", edit))
    assert {(card.front, card.deck) for card in read.cards} == {("What **now**?", "Default")}
    assert {card.id for card in read.cards} == {card.id for card in sample(6).cards}


def test_a_suspended_card_in_learning_waits_for_a_moment_in_anki() -> None:
    state = CardState(Phase.RELEARNING, due_day=739_910, suspended=True)
    row = schedule_row(state, position=1, first_day=739_631)
    assert row[1:3] == (-1, (739_910 - date(1970, 1, 1).toordinal()) * 86_400 + 43_200)
    assert state_of(row, first_day=5, leech=False) == state
