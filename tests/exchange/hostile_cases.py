"""Hostile packages by name: how each is made, and what its refusal says."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path

from studyctl.storage.exchange import limits
from tests.exchange.hostile import Spoil, database, edit_json, package, run, spoiled, with_flag, with_member

Make = Callable[[Path], Path]

BOMB = b"\0" * (limits.RATIO_FREE_BYTES + 2**20)

FILES: dict[str, tuple[Make, str]] = {
    "empty": (lambda path: written(path, b""), "not a zip"),
    "text": (lambda path: written(path, b"front,back\n" * 50), "not a zip"),
    "only the end of a zip": (lambda path: written(path, b"PK\x05\x06" + b"\xff" * 18), "files than|not a zip"),
    "no collection": (lambda path: package(path, b"x", "notes.txt"), "no collection"),
    "a ratio like a bomb": (lambda path: package(path, BOMB), "zip bomb"),
    "a bomb as the list of media": (lambda path: package(path, database(path.parent), media=BOMB), "zip bomb"),
    "a path upwards": (lambda path: with_member(path, "../../evil"), "outside"),
    "an absolute path": (lambda path: with_member(path, "/etc/cron.d/evil"), "outside"),
    "a path of Windows": (lambda path: with_member(path, "..\\evil"), "outside"),
    "a drive of Windows": (lambda path: with_member(path, "C:evil"), "outside"),
    "a symbolic link": (lambda path: with_member(path, "7", link=True), "symbolic link"),
    "encrypted": (lambda path: with_flag(path, 8, 1), "is encrypted\\. "),
    "an unusual compression": (lambda path: with_flag(path, 10, 14), "compressed in a way"),
    "a wrong checksum": (lambda path: _flip(package(path, database(path.parent)), 2_000), "damaged"),
    "media upwards": (lambda path: package(path, database(path.parent), media=b'{"0": "../a.png"}'), "outside"),
    "media in folders": (lambda path: package(path, database(path.parent), media=b'{"0": "a/b.png"}'), "outside"),
    "media no JSON": (lambda path: package(path, database(path.parent), media=b"\xff{"), "list of media"),
    "media nested": (lambda path: package(path, database(path.parent), media=b"[" * 100_000), "list of media"),
    "no database": (lambda path: package(path, b"not a database at all" * 300), "database"),
    "half a database": (lambda path: package(path, database(path.parent)[:20_000]), "database|damaged"),
    "an empty database": (lambda path: package(path, b""), "no conf, crt"),
    "a table too few": (lambda path: spoiled(path, run("DROP TABLE revlog")), "table revlog"),
    "a column too few": (lambda path: spoiled(path, run("ALTER TABLE cards DROP COLUMN lapses")), "no lapses"),
    "no settings": (lambda path: spoiled(path, run("DELETE FROM col")), "empty table col"),
    "settings no JSON": (lambda path: spoiled(path, run("UPDATE col SET models = '{'")), "cannot be read"),
    "settings nested": (lambda path: spoiled(path, run(f"UPDATE col SET decks = '{'[' * 90_000}'")), "cannot be read"),
    "note types of another shape": (lambda path: spoiled(path, edit_json("models", lambda old: {"1": 7})), "cannot be"),
    "a note type gone": (lambda path: spoiled(path, edit_json("models", lambda old: {})), "note type"),
    "a creation out of range": (lambda path: spoiled(path, run("UPDATE col SET crt = 1 << 60")), "creation date"),
    "a trigger": (
        lambda path: spoiled(path, run("CREATE TRIGGER t AFTER INSERT ON notes BEGIN DELETE FROM cards; END")),
        "trigger",
    ),
    "a view": (lambda path: spoiled(path, run("CREATE VIEW v AS SELECT load_extension('x')")), "view"),
    "a view instead of a table": (
        lambda path: spoiled(
            path,
            run(
                "ALTER TABLE cards RENAME TO other",
                "CREATE VIEW cards AS WITH RECURSIVE n(id) AS (SELECT 1 UNION ALL SELECT id FROM n) SELECT id FROM n",
            ),
        ),
        "view",
    ),
    "a virtual table": (lambda path: spoiled(path, run("CREATE VIRTUAL TABLE v USING fts5(x)")), "VIRTUAL|of its own"),
    "a generated column": (
        lambda path: spoiled(
            path,
            run(
                "ALTER TABLE notes DROP COLUMN tags",
                "ALTER TABLE notes ADD COLUMN tags text AS (hex(zeroblob(30000000))) VIRTUAL",
            ),
        ),
        "cannot be read|no tags|larger|unknown|database",
    ),
    "a field of a megabyte": (
        lambda path: spoiled(path, run(f"UPDATE notes SET flds = '{'x' * 1_600_000}' || flds WHERE id % 2 = 0")),
        "limit",
    ),
    "a long visible field": (lambda path: spoiled(path, foreign("x" * 100_001)), "100,001 bytes"),
    "a NUL in a field": (lambda path: spoiled(path, foreign("a\0b")), "NUL"),
    "a colour of a terminal": (lambda path: spoiled(path, foreign("a\x1b[31mb")), "control sequence"),
    "a title of a terminal": (lambda path: spoiled(path, foreign("a\x1b]0;b\x07")), "control sequence"),
    "invalid UTF-8": (lambda path: spoiled(path, run("UPDATE notes SET flds = CAST(x'61ff62' AS TEXT)")), "UTF-8"),
    "bytes for a text": (lambda path: spoiled(path, run("UPDATE notes SET flds = x'6162'")), "text where a number"),
    "a text for a number": (lambda path: spoiled(path, run("UPDATE cards SET due = 'soon'")), "text where a number"),
    "a type that no card has": (lambda path: spoiled(path, run("UPDATE cards SET type = 9")), "type 9"),
    "an answer that Anki lacks": (lambda path: spoiled(path, run("UPDATE revlog SET ease = 7")), "answer"),
    "an answer before time began": (lambda path: spoiled(path, run("UPDATE revlog SET id = -id")), "answer"),
    "a card its type lacks": (lambda path: spoiled(path, _ord("UPDATE cards SET ord = -4")), "card -4"),
    "one note twice": (lambda path: spoiled(path, _ord("UPDATE notes SET guid = 'same'")), "twice"),
    "too many fields": (lambda path: spoiled(path, run("UPDATE notes SET flds = flds || char(31) || 'x'")), "4 fields"),
    "endless templates": (
        lambda path: spoiled(path, edit_json("models", _endless)),
        "template without end",
    ),
}


def written(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


def _flip(path: Path, at: int) -> Path:
    content = bytearray(path.read_bytes())
    content[at] ^= 0xFF
    return written(path, bytes(content))


def foreign(front: str) -> Spoil:
    """Make one note somebody else's, with this front."""

    def spoil(connection: sqlite3.Connection) -> None:
        edit_json("models", _renamed)(connection)
        connection.execute("UPDATE notes SET flds = ?", (f"{front}\x1fback\x1f",))
        connection.execute("DELETE FROM notes WHERE id > (SELECT min(id) FROM notes)")

    return spoil


def _ord(statement: str) -> Spoil:
    def spoil(connection: sqlite3.Connection) -> None:
        connection.execute("UPDATE notes SET flds = 'a' || char(31) || 'b' || char(31)")
        connection.execute(statement)

    return spoil


def _renamed(models: dict[str, dict[str, list[dict[str, object]]]]) -> object:
    for model in models.values():
        model["flds"][2]["name"] = "Extra"
    return models


def _endless(models: dict[str, dict[str, list[dict[str, object]]]]) -> object:
    _renamed(models)
    for model in models.values():
        model["tmpls"][0]["qfmt"] = "{{Front}}" * 600
    return models
