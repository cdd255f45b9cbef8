"""What surrounds the notes in a collection of Anki's: decks, note types, settings; in schema 11 and in the newest."""

from __future__ import annotations

import json
import time
from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from studyctl.domain.clock import DEFAULT_ROLLOVER_HOUR
from studyctl.errors import DataError
from studyctl.storage.exchange import protobuf
from studyctl.storage.exchange.anki_schema import CREATED_KEY
from studyctl.storage.exchange.foreign_database import ForeignDatabase
from studyctl.storage.exchange.limits import refusal

_EXPORT_AGAIN = "Check the collection in Anki (Tools > Check Database), then export it again."
_MAX_OFFSET = 24 * 60 - 1
_MAX_SECONDS = 9_000_000_000
_CLOZE = 1


@dataclass(frozen=True)
class NoteType:
    """Names of the fields, and for each card the templates of its question and its answer."""

    fields: tuple[str, ...]
    templates: tuple[tuple[str, str], ...]
    cloze: bool


@dataclass(frozen=True)
class Meta:
    """Deck names and note types by number; `created` and `changed` in epoch seconds and milliseconds.

    `zone_offset` is minutes ahead of UTC; `exact_ms` is the creation that we wrote ourselves, None elsewhere.
    """

    decks: dict[int, str]
    note_types: dict[int, NoteType]
    created: int
    changed_ms: int
    rollover_hour: int
    zone_offset: int
    exact_ms: int | None


def read_meta(database: ForeignDatabase) -> Meta:
    """Decks, note types and settings.

    Raises:
        DataError: no collection of Anki's, or a broken one.
    """
    database.require("col", "crt", "mod", "conf", "models", "decks")
    row = next(database.rows("SELECT crt, mod, conf, models, decks FROM col"), None)
    if row is None:
        raise _broken(database, "an empty table col")
    created, changed = (value if isinstance(value, int) else -1 for value in row[:2])
    if not 0 <= created <= _MAX_SECONDS or not 0 <= changed <= _MAX_SECONDS * 1000:
        raise _broken(database, "a creation date out of range")
    try:
        if database.columns("notetypes"):
            decks, note_types, conf = _newest(database)
        else:
            conf, models, named = (_json_object(value) for value in row[2:])
            decks = {int(number): str(deck["name"]) for number, deck in named.items()}
            note_types = {int(number): _old_note_type(model) for number, model in models.items()}
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise _broken(database, "decks, note types or settings that cannot be read") from error
    return Meta(
        decks,
        note_types,
        created,
        changed,
        rollover_hour=_whole(conf.get("rollover"), 0, 23, DEFAULT_ROLLOVER_HOUR),
        zone_offset=_offset(conf.get("creationOffset"), created),
        exact_ms=_whole(conf.get(CREATED_KEY), 0, _MAX_SECONDS * 1000, -1) if CREATED_KEY in conf else None,
    )


def _newest(database: ForeignDatabase) -> tuple[dict[int, str], dict[int, NoteType], dict[str, Any]]:
    decks = {
        int(number): str(name).replace("\x1f", "::") for number, name in database.rows("SELECT id, name FROM decks")
    }
    fields: dict[int, list[str]] = defaultdict(list)
    for number, name in database.rows("SELECT ntid, name FROM fields ORDER BY ntid, ord"):
        fields[int(number)].append(str(name))
    templates: dict[int, list[tuple[str, str]]] = defaultdict(list)
    for number, config in database.rows("SELECT ntid, config FROM templates ORDER BY ntid, ord"):
        templates[int(number)].append((protobuf.text_of(bytes(config), 1), protobuf.text_of(bytes(config), 2)))
    note_types = {
        int(number): NoteType(
            tuple(fields[int(number)]), tuple(templates[int(number)]), protobuf.whole_of(bytes(config), 1) == _CLOZE
        )
        for number, config in database.rows("SELECT id, config FROM notetypes")
    }
    wanted = ("rollover", "creationOffset", CREATED_KEY)
    conf = {
        str(key): json.loads(bytes(value))
        for key, value in database.rows("SELECT key, val FROM config")
        if key in wanted
    }
    return decks, note_types, conf


def _old_note_type(model: dict[str, Any]) -> NoteType:
    fields = sorted(model["flds"], key=_order)
    templates = sorted(model["tmpls"], key=_order)
    return NoteType(
        tuple(str(field["name"]) for field in fields),
        tuple((str(template["qfmt"]), str(template["afmt"])) for template in templates),
        model["type"] == _CLOZE,
    )


def _order(entry: dict[str, Any]) -> int:
    return int(entry.get("ord") or 0)


def _json_object(text: object) -> dict[str, Any]:
    value = json.loads(text) if isinstance(text, str) else None
    if not isinstance(value, dict):
        raise ValueError("no JSON object")
    return value


def _whole(value: object, low: int, high: int, default: int) -> int:
    plain = isinstance(value, int) and not isinstance(value, bool)
    return value if plain and isinstance(value, int) and low <= value <= high else default


def _offset(minutes_west: object, created: int) -> int:
    """Minutes ahead of UTC; collections from before Anki kept it take this machine's zone."""
    if minutes_west is None:
        return (time.localtime(created).tm_gmtoff or 0) // 60
    return -_whole(minutes_west, -_MAX_OFFSET, _MAX_OFFSET, 0)


def _broken(database: ForeignDatabase, what: str) -> DataError:
    return refusal(database.path, f"its collection has {what}.", _EXPORT_AGAIN)
