"""What a card of a file is as a table of a deck."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from unicodedata import normalize

from studyctl.content.deck_writer import Value
from studyctl.domain.cards import CardKind
from studyctl.services.card_import.notes import NewNote

NO_FRONT = "it has no text in front"
NO_BACK = "it has no text on its back"
Table = dict[str, Value]
_NO_TOPIC = re.compile(r"[^\w]+")
_ESCAPED = re.compile(r"\\([\\`*_{}\[\]()<>#+\-.!|~$&])")
_NUMBER = re.compile(r"-?\d{1,20}(?:\.\d{1,20})?(?:e[+-]?\d{1,3})?", re.IGNORECASE)


def table_of(note: NewNote, source: str, has_day: Callable[[str], bool]) -> Table | str:
    """The table of a new note, or why there can be none. `source` stands for one that the card does not tell.

    `has_day` says whether an address is a day of a plan.
    """
    card = note.card
    extra = dict(card.extra)
    asked = _question(note, extra)
    if isinstance(asked, str):
        return asked
    table: Table = {"id": note.id}
    if has_day(extra.get("day", "")):
        table["day"] = extra["day"]
    table |= asked
    table["source"] = extra.get("source", "").strip() or source
    topics = [tag.strip() if "source" in extra else topic_of(tag) for tag in card.tags]
    if named := [topic for topic in dict.fromkeys(topics) if topic]:
        table["topics"] = named
    if near := [*extra.get("near", "").split(), *note.siblings]:
        table["near"] = near
    return table


def topic_of(tag: str) -> str:
    """A tag as a topic is written: `GPU::Tensor cores` becomes `gpu-tensor-cores`."""
    return _NO_TOPIC.sub("-", normalize("NFC", tag).lower()).strip("-")


def _question(note: NewNote, extra: dict[str, str]) -> Table | str:
    """Kind, texts and answer."""
    card = note.card
    front, back = card.front.strip(), card.back.strip()
    if note.cloze is not None:
        why = extra.get("back", "") if "place" in extra else _without(back, f"**{extra.get('answer', '')}**")
        return _told({"kind": CardKind.CLOZE.value, "text": note.cloze.text}, why)
    if not front:
        return NO_FRONT
    if card.kind is CardKind.NUMERIC and (number := _number(extra.get("answer", back))) is not None:
        return _numeric(front, back, number, extra)
    answer = extra.get("answer") or _ESCAPED.sub(r"\1", back)
    if card.kind is CardKind.TYPE and answer and "\n" not in answer:
        why = _without(back, f"`{answer}`") if "answer" in extra else ""
        return _told({"kind": CardKind.TYPE.value, "front": front, "answer": answer}, why)
    if not back:
        return NO_BACK
    kind: Table = {"kind": CardKind.CODE.value} if card.kind is CardKind.CODE else {}
    return {**kind, "front": front, "back": back}


def _numeric(front: str, back: str, number: int | float, extra: dict[str, str]) -> Table:
    unit = extra.get("unit", "").strip()
    table: Table = {"kind": CardKind.NUMERIC.value, "front": front, "answer": number}
    if unit:
        table["unit"] = unit
    tolerance = _number(extra.get("tolerance", ""))
    if tolerance is not None and tolerance >= 0:
        table["tolerance"] = tolerance
    return _told(table, _without(back, f"{number:,} {unit}".strip()) if "answer" in extra else "")


def _told(table: Table, why: str) -> Table:
    return {**table, "back": why.strip()} if why.strip() else table


def _without(back: str, answer: str) -> str:
    """The back without the answer that the reader of decks puts before it."""
    first, _, rest = back.partition("\n\n")
    return rest if first == answer else back


def _number(text: str) -> int | float | None:
    text = text.strip()
    if not _NUMBER.fullmatch(text):
        return None
    number = float(text)
    if not math.isfinite(number):
        return None
    return int(text) if text.lstrip("-").isdecimal() else number
