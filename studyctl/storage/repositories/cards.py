"""The cards of the decks as rows, and which deck files they were read from. Derived: written by the sync alone."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    JSON,
    ColumnElement,
    Connection,
    Table,
    bindparam,
    cast,
    delete,
    func,
    insert,
    select,
    type_coerce,
    update,
)

from studyctl.domain.address import parse_address
from studyctl.domain.cards import Card, CardKind
from studyctl.storage.derived_tables import CardNearRow, CardRow, CardTopicRow, DeckFileRow
from studyctl.storage.tables import table_of

CARD, TOPIC, NEAR, FILE = (table_of(row) for row in (CardRow, CardTopicRow, CardNearRow, DeckFileRow))
_MANY = 500


@dataclass(frozen=True)
class StoredFile:
    """A deck file as it was read last: bytes, time of change in ns, digest."""

    path: str
    size: int
    mtime_ns: int
    sha256: str


@dataclass(frozen=True)
class PlacedCard:
    """A card with its place among new cards and the file that it stands in."""

    card: Card
    sort: str
    path: str


def stored_files(connection: Connection) -> dict[str, StoredFile]:
    """The deck files by path."""
    return {row["path"]: StoredFile(**row) for row in connection.execute(select(FILE)).mappings()}


def store_files(connection: Connection, files: Iterable[StoredFile], gone: Iterable[str]) -> None:
    """Note what was read, and forget the files that are gone."""
    rows = [asdict(file) for file in files]
    for path in {*gone, *(row["path"] for row in rows)}:
        connection.execute(delete(FILE).where(FILE.c.path == path))
    if rows:
        connection.execute(insert(FILE), rows)


def stored_in(connection: Connection, paths: Iterable[str]) -> dict[str, tuple[str, str, str]]:
    """Path, sort and document of the cards of some files, by card id."""
    found = {}
    for path in paths:
        query = select(CARD.c.id, CARD.c.path, CARD.c.sort, CARD.c.document).where(CARD.c.path == path)
        found.update({row.id: (row.path, row.sort, row.document) for row in connection.execute(query)})
    return found


def paths_of(connection: Connection, ids: Iterable[str]) -> dict[str, str]:
    """The file in which each of these cards stands."""
    wanted, found = list(ids), {}
    for start in range(0, len(wanted), _MANY):
        query = select(CARD.c.id, CARD.c.path).where(CARD.c.id.in_(wanted[start : start + _MANY]))
        found.update({row.id: row.path for row in connection.execute(query)})
    return found


def notes_of(connection: Connection, paths: Iterable[str]) -> set[str]:
    """The notes of some files."""
    found: set[str] = set()
    for path in paths:
        found.update(connection.execute(select(CARD.c.note).where(CARD.c.path == path).distinct()).scalars())
    return found


def own_places(connection: Connection, notes: Iterable[str]) -> dict[str, str]:
    """Those of these notes that the user's own files hold, with the file."""
    wanted, found = list(notes), {}
    for start in range(0, len(wanted), _MANY):
        query = select(CARD.c.note, CARD.c.path).where(
            CARD.c.note.in_(wanted[start : start + _MANY]), CARD.c.path.startswith("cards/")
        )
        found.update({row.note: row.path for row in connection.execute(query)})
    return found


def store_cards(connection: Connection, placed: list[PlacedCard], before: Mapping[str, tuple[str, str, str]]) -> None:
    """Make the cards of some files these; `before` is what `stored_in` gave for the files."""
    now = {each.card.id: each for each in placed}
    gone = [card for card in before if card not in now]
    changed = [each for each in placed if before.get(each.card.id) != (each.path, each.sort, document_of(each.card))]
    touched = [*gone, *(each.card.id for each in changed if each.card.id in before)]
    for table, column in ((TOPIC, "card_id"), (NEAR, "card_id"), (CARD, "id")):
        dropped = gone if table is CARD else touched
        if dropped:
            statement = delete(table).where(table.c[column] == bindparam("key"))
            connection.execute(statement, [{"key": card} for card in dropped])
    _write(connection, changed, before)


def _write(connection: Connection, changed: list[PlacedCard], before: Mapping[str, object]) -> None:
    rows = [_row(each) for each in changed]
    if old := [{"key": row["id"], **row} for row in rows if row["id"] in before]:
        names = [name for name in old[0] if name not in ("key", "id", "fresh")]
        values: dict[str, Any] = {name: bindparam(f"new_{name}") for name in names}
        parameters = [{"key": row["key"], **{f"new_{name}": row[name] for name in names}} for row in old]
        connection.execute(update(CARD).where(CARD.c.id == bindparam("key")).values(values), parameters)
    if new := [row for row in rows if row["id"] not in before]:
        connection.execute(insert(CARD), new)
    links: dict[Table, list[dict[str, str]]] = {
        TOPIC: [{"card_id": c.id, "topic": name} for c in _cards(changed) for name in dict.fromkeys(c.topics)],
        NEAR: [{"card_id": c.id, "note": name} for c in _cards(changed) for name in dict.fromkeys(c.near)],
    }
    for table, found in links.items():
        if found:
            connection.execute(insert(table), found)


def _cards(placed: list[PlacedCard]) -> list[Card]:
    return [each.card for each in placed]


def _row(placed: PlacedCard) -> dict[str, Any]:
    card = placed.card
    return {
        "id": card.id,
        "note": card.note or card.id,
        "day": str(card.day),
        "sort": placed.sort,
        "kind": card.kind.value,
        "path": placed.path,
        "fresh": 1,
        "document": document_of(card),
    }


def find_cards(connection: Connection, ids: Iterable[str]) -> dict[str, Card]:
    """Cards by id; those that no deck has are left out."""
    wanted, found = list(ids), {}
    for start in range(0, len(wanted), _MANY):
        query = select(CARD.c.id, CARD.c.document).where(CARD.c.id.in_(wanted[start : start + _MANY]))
        found.update({row.id: card_of(row.document) for row in connection.execute(query)})
    return found


def all_cards(connection: Connection) -> list[PlacedCard]:
    """Every card of the decks, in the order in which new ones come."""
    query = select(CARD.c.sort, CARD.c.path, CARD.c.document).order_by(CARD.c.sort, CARD.c.id)
    return [PlacedCard(card_of(row.document), row.sort, row.path) for row in connection.execute(query)]


def count_cards(connection: Connection) -> int:
    """Cards of all decks."""
    return int(connection.execute(select(func.count()).select_from(CARD)).scalar_one())


def cards_by_topic(connection: Connection) -> dict[str, tuple[str, ...]]:
    """Ids of the cards of each topic, as in the decks."""
    found: dict[str, list[str]] = {}
    query = select(TOPIC.c.topic, TOPIC.c.card_id).join(CARD, CARD.c.id == TOPIC.c.card_id)
    for topic, card in connection.execute(query.order_by(CARD.c.sort, CARD.c.id)):
        found.setdefault(topic, []).append(card)
    return {topic: tuple(cards) for topic, cards in found.items()}


def all_topics(connection: Connection) -> list[str]:
    """The topics that any card has."""
    return list(connection.execute(select(TOPIC.c.topic).distinct().order_by(TOPIC.c.topic)).scalars())


def card_texts(connection: Connection) -> Iterator[tuple[str, str, str]]:
    """Id, front and back of all cards, as in the decks."""
    dialect = connection.dialect.name
    query = select(CARD.c.id, card_text("front", dialect), card_text("back", dialect)).order_by(CARD.c.sort, CARD.c.id)
    for row in connection.execute(query):
        yield row[0], row[1], row[2]


def card_text(name: str, dialect: str) -> ColumnElement[str]:
    """One text of a card's JSON as a column."""
    document: Any = type_coerce(CARD.c.document, JSON) if dialect == "sqlite" else cast(CARD.c.document, JSON)
    text: ColumnElement[str] = document[name].as_string()
    return text


def document_of(card: Card) -> str:
    """A card as JSON."""
    values = {**vars(card), "day": str(card.day), "kind": card.kind.value}
    return json.dumps(values, sort_keys=True)


@lru_cache(maxsize=512)
def card_of(document: str) -> Card:
    """A card out of its JSON."""
    values = json.loads(document)
    lists = {name: tuple(values[name]) for name in ("topics", "near")}
    return Card(**{**values, **lists, "day": parse_address(values["day"]), "kind": CardKind(values["kind"])})
