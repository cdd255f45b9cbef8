"""Reads Anki's packages (.apkg, .colpkg), from schema 11 to the newest, ours and everybody else's."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from studyctl.domain.clock import from_millis
from studyctl.domain.collection import Collection, CollectionCard, LoggedReview, offset_zone
from studyctl.errors import DataError
from studyctl.storage.exchange import limits, protobuf
from studyctl.storage.exchange.anki_meta import Meta, read_meta
from studyctl.storage.exchange.anki_note import NoteReader
from studyctl.storage.exchange.anki_rows import review_of, state_of
from studyctl.storage.exchange.exact_times import with_exact_times
from studyctl.storage.exchange.foreign_database import ForeignDatabase, open_foreign
from studyctl.storage.exchange.limits import refusal
from studyctl.storage.exchange.package import Package, escapes, open_package

_NEWEST = "collection.anki21b"
_DATABASES = (_NEWEST, "collection.anki21", "collection.anki2")
_EXPORT_AGAIN = "Check the collection in Anki (Tools > Check Database), then export it again."
_CARDS = """SELECT c.id, c.did, c.odid, c.odue, c.ord, n.guid, n.mid, n.tags, n.flds, c.type, c.queue, c.due, c.ivl,
  c.factor, c.reps, c.lapses, c.left, c.data
  FROM cards c JOIN notes n ON n.id = c.nid ORDER BY c.type, c.due, c.id"""
_CARD_COLUMNS = frozenset(
    {"id", "nid", "did", "ord", "type", "queue", "due", "ivl", "factor", "reps", "lapses", "left", "odue", "odid"}
)
_NEW, _REVIEW = 0, 2


def read_package(path: Path) -> Collection:
    """Everything in a package; nothing of it is run, and nothing stays behind on the disk.

    Raises:
        NotFoundError: no such file.
        DataError: damaged, hostile, too large, or no package of Anki's; names the file and what to do.
        CannotRunHereError: the newest format, and zstandard is not installed.
    """
    with open_package(path) as package, TemporaryDirectory(prefix="studyctl-") as folder:
        name = next((name for name in _DATABASES if name in package), None)
        if name is None:
            raise refusal(path, "it holds no collection of Anki's.", "Choose an .apkg or .colpkg that Anki exported.")
        database = Path(folder) / "foreign"
        with database.open("xb") as file:
            package.unpack(name, file, limits.MAX_DATABASE_BYTES, zstandard=name == _NEWEST)
        media = _media(package, newest=name == _NEWEST)
        with open_foreign(database, path) as foreign:
            return _collection(foreign, media)


def _collection(database: ForeignDatabase, media: tuple[str, ...]) -> Collection:
    meta = read_meta(database)
    database.require("notes", "id", "guid", "mid", "tags", "flds")
    database.require("cards", *_CARD_COLUMNS, "data")
    database.require("revlog", "id", "cid", "ease", "ivl", "lastIvl", "factor", "time", "type")
    database.count("cards", limits.MAX_CARDS)
    database.count("notes", limits.MAX_CARDS)
    database.count("revlog", limits.MAX_REVIEWS)
    zone = offset_zone(meta.zone_offset)
    # Anki's day 0 is the calendar day of the creation, whatever the rollover hour
    first_day = from_millis(meta.created * 1000, zone).toordinal()
    numbered = dict(_cards(database, meta, first_day))
    ids = {number: card.id for number, card in numbered.items()}
    reviews = tuple(_reviews(database, ids))
    return Collection(
        cards=with_exact_times(tuple(numbered.values()), reviews),
        reviews=reviews,
        created_at=meta.created * 1000 if meta.exact_ms is None else meta.exact_ms,
        changed_at=meta.changed_ms,
        rollover_hour=meta.rollover_hour,
        zone_offset=meta.zone_offset,
        media=media,
    )


def _cards(database: ForeignDatabase, meta: Meta, first_day: int) -> Iterator[tuple[int, CollectionCard]]:
    reader = NoteReader(database.path, meta)
    for number, deck, old_deck, old_due, order, guid, model, tags, fields, *schedule in database.rows(_CARDS):
        texts = (guid, tags, fields, schedule[-1])
        wholes = (number, deck, old_deck, old_due, order, model, *schedule[:-1])
        if not all(isinstance(text, str) for text in texts) or not all(isinstance(whole, int) for whole in wholes):
            raise _broken(database, number, "a text where a number belongs, or a number where a text does")
        if old_deck and old_due and schedule[0] in (_NEW, _REVIEW):
            schedule[2] = old_due
        card = reader.card(guid, model, order, old_deck or deck, tags, fields)
        try:
            state = state_of(tuple(schedule), first_day, leech=reader.is_leech(tags))
        except ValueError as error:
            raise _broken(database, number, f"an unknown {error}") from error
        yield number, replace(card, state=state)


def _reviews(database: ForeignDatabase, ids: dict[int, str]) -> Iterator[LoggedReview]:
    query = "SELECT cid, id, ease, ivl, lastIvl, factor, time, type FROM revlog ORDER BY id"
    for number, *row in database.rows(query):
        if not all(isinstance(value, int) for value in row):
            raise _broken(database, number, "an answer in its log that is no number")
        if number not in ids:
            continue
        try:
            yield review_of(ids[number], tuple(row))
        except ValueError as error:
            raise _broken(database, number, f"an answer in its log that Anki does not have ({error})") from error


def _media(package: Package, *, newest: bool) -> tuple[str, ...]:
    """Names of the files that the texts refer to.

    Raises:
        DataError: a broken list, or a name that leads out of the media folder.
    """
    if "media" not in package:
        return ()
    raw = package.read("media", limits.MAX_MEDIA_MAP_BYTES, zstandard=newest)
    try:
        names = _newest_names(raw) if newest else [str(name) for name in dict(json.loads(raw or b"{}")).values()]
    except (ValueError, TypeError, RecursionError) as error:
        raise refusal(package.path, "its list of media cannot be read.", _EXPORT_AGAIN) from error
    for name in names:
        if escapes(name) or len(name.encode("utf-8", "replace")) > 255:
            what = f"its list of media names {name[:60]!r}, which points outside of the media folder."
            raise refusal(package.path, what, "Do not open it. Ask for a package that Anki itself exported.")
    return tuple(sorted(set(names)))


def _newest_names(raw: bytes) -> list[str]:
    entries = [value for number, value in protobuf.fields_of(raw) if number == 1]
    return [protobuf.text_of(entry, 1) for entry in entries if isinstance(entry, bytes)]


def _broken(database: ForeignDatabase, number: object, what: str) -> DataError:
    return refusal(database.path, f"card {str(number)[:30]} in it has {what}.", _EXPORT_AGAIN)
