"""Undo of acts on cards on SQLite by plain statements; rows and log as `undo.undo_act` would leave them."""

from __future__ import annotations

import json
from typing import Any

from studyctl.domain.replay import replayed
from studyctl.storage.act_images import memory_before, only_lines
from studyctl.storage.answer_path import APPEND, LINE, SqliteDesk, write_memory
from studyctl.storage.repositories.review_log import entry_from
from studyctl.storage.undo import Act, expect
from studyctl.storage.unit_of_work import Database

_LAST = """SELECT id, at, scope, summary, changes FROM journal
WHERE undone_at IS NULL AND (scope = :scope OR :scope IS NULL) ORDER BY id DESC LIMIT 1"""
_LINE = f"SELECT id, {', '.join(LINE)} FROM review_log WHERE id = ?"


def undo_lines(database: Database, scope: str | None, now: int) -> Act | None:
    """Take the newest act back where it is lines of the review log with the memory behind them, and nothing else.

    None where it is something else, or on another database than SQLite: then nothing was done.

    Raises:
        ConflictError: a later act changed the same cards.
    """
    if database.engine.dialect.name != "sqlite":
        return None
    with database.desk as execute:
        row = execute(_LAST, {"scope": scope}).fetchone()
        if row is None:
            return None
        *known, text = row
        changes = json.loads(text)
        if not only_lines(changes):
            return None
        act = Act(*known)
        desk = SqliteDesk(execute, database)
        for image in reversed(changes):
            _take_back(execute, desk, act, image, now)
        execute("UPDATE journal SET undone_at = ? WHERE id = ?", (now, act.id))
    return act


def _take_back(execute: Any, desk: SqliteDesk, act: Act, image: dict[str, Any], now: int) -> None:
    line = dict(zip(("id", *LINE), execute(_LINE, (image["line"],)).fetchone(), strict=True))
    card, before = line["card_id"], memory_before(image)
    expect(act, desk.memory(card) == replayed(before, entry_from(line)))
    write_memory(execute, card, before)
    copy = {**line, "undoes": line.pop("id"), "at": now}
    execute(APPEND, tuple(copy[name] for name in LINE))
