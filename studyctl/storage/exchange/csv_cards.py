"""CSV of cards, one a row, for spreadsheets: with or without the schedule, never with the log."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from studyctl.domain.collection import CardState, Collection, CollectionCard
from studyctl.storage.exchange import limits
from studyctl.storage.exchange.clean import Refuse
from studyctl.storage.exchange.limits import refusal
from studyctl.storage.exchange.records import STATE_NAMES, card_of, check_card, record_of, state_of, state_record
from studyctl.storage.exchange.text_file import at_line, id_of, lines_of
from studyctl.storage.exchange.whole_file import whole_file

_TEXTS = ("id", "note", "deck", "kind", "front", "back")
_LISTS = ("tags", "extra")
_DELIMITERS = ",;\t"
_FORMULA = re.compile(r"'*[=+\-@\t]")
_GUARDED = re.compile(r"'+[=+\-@\t]")
_WHOLE = re.compile(r"-?[0-9]{1,15}")
_WORDS = {"true": True, "false": False}


def write_csv(path: Path, collection: Collection, *, schedule: bool = True) -> None:
    """Write cards, and with `schedule` their states; whole or not at all.

    A text that a spreadsheet would take for a formula gets an apostrophe in front, which reading takes away.

    Raises:
        DataError: the place cannot be written, or a card that could not be read again.
    """
    names = (*_TEXTS, *_LISTS, *(STATE_NAMES if schedule else ()))
    with whole_file(path) as part, part.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(names)
        for card in collection.cards:
            check_card(card)
            record = record_of(card)
            if schedule and card.state is not None:
                record |= state_record(card.state)
            writer.writerow([_cell(name, record.get(name)) for name in names])


def read_csv(path: Path) -> Collection:
    """The cards of a file with a head row; only `front` and `back` are needed. Comma, semicolon and tab divide.

    Raises:
        NotFoundError: no such file.
        DataError: a row that cannot be read; the message names file and line.
    """
    cards: dict[str, CollectionCard] = {}
    for number, record in _rows(path):
        refuse = at_line(path, number)
        card = card_of(record, refuse, deck=path.stem, fallback_id=id_of)
        if card.id in cards:
            raise refuse(f"the card {card.id!r} is there twice.")
        if len(cards) >= limits.MAX_CARDS:
            raise refuse(f"more than {limits.MAX_CARDS:,} cards.")
        cards[card.id] = replace(card, state=_state(record, refuse))
    return Collection(cards=tuple(cards.values()))


def _rows(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    lines = lines_of(path)
    head = next(lines, "")
    delimiter = max(_DELIMITERS, key=head.count)
    names = [name.strip().casefold() for name in next(csv.reader([head], delimiter=delimiter), [])]
    if not {"front", "back"} <= set(names) or len(set(names)) < len(names):
        raise refusal(
            path, "its first line does not name the columns front and back, each once.", "Add a line: front,back"
        )
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    try:
        for row in reader:
            if any(row):
                refuse = at_line(path, reader.line_num + 1)
                if len(row) != len(names):
                    raise refuse(f"it has {len(row)} columns; the first line names {len(names)}.")
                cells = zip(names, row, strict=True)
                yield reader.line_num + 1, {name: _value(name, cell, refuse) for name, cell in cells}
    except csv.Error as error:
        raise at_line(path, reader.line_num + 1)(f"{error}.") from error


def _state(record: dict[str, Any], refuse: Refuse) -> CardState | None:
    return state_of(record, refuse) if record.get("phase") else None


def _cell(name: str, value: object) -> str:
    if value is None:
        return ""
    if name in _LISTS:
        return json.dumps(value, ensure_ascii=False) if value else ""
    if isinstance(value, bool):
        return str(value).lower()
    text = value if isinstance(value, str) else repr(value)
    return f"'{text}" if name in _TEXTS and _FORMULA.match(text) else text


def _value(name: str, cell: str, refuse: Refuse) -> Any:
    """The cell as JSON would have it."""
    if name in _TEXTS:
        return cell[1:] if _GUARDED.match(cell) else cell
    if name in _LISTS:
        return _listed(name, cell, refuse)
    if name not in STATE_NAMES or cell == "":
        return None
    if cell.casefold() in _WORDS:
        return _WORDS[cell.casefold()]
    if _WHOLE.fullmatch(cell):
        return int(cell)
    try:
        return float(cell)
    except ValueError:
        return cell


def _listed(name: str, cell: str, refuse: Refuse) -> Any:
    """JSON, or for tags written by hand words with blanks between."""
    if not cell.startswith(("[", "{")):
        return cell.split() if name == "tags" else {}
    try:
        return json.loads(cell)
    except (ValueError, RecursionError) as error:
        raise refuse(f"{name} is not JSON.") from error
