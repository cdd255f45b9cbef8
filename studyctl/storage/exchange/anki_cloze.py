"""Anki's cloze texts in our syntax: `{{c1::warp::group}}` becomes `{{warp::group}}`, a card for each gap."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from studyctl.storage.exchange.anki_templates import front_and_back
from studyctl.storage.exchange.html_in import markdown_of

_GAP = re.compile(r"\{\{c(\d{1,3})::((?:(?!\{\{c\d|\}\}|::).)*+)(?:::((?:(?!\{\{c\d|\}\}).)*+))?\}\}", re.DOTALL)
_OPEN, _HINT, _CLOSE = "\ue000", "\ue001", "\ue002"
_TAG = re.compile(r"<[^<>]*>")
_BREAKING = re.compile(r"<(?:br|div|p|li|ul|ol|img|table|tr|td|pre)\b", re.IGNORECASE)
_FILLED = re.compile(f"{_OPEN}([^{_OPEN}{_CLOSE}]*){_CLOSE}")
_ESCAPED = re.compile(r"\\([\\`*_{}\[\]()<>#+\-.!|~$&])")


@dataclass(frozen=True)
class ClozeSource:
    """A text with all its gaps, what stands in the card's own, what else is shown, and its place from 1 on."""

    text: str
    answer: str
    back: str
    place: int


def cloze_source(templates: tuple[str, str], fields: Mapping[str, str], number: int) -> ClozeSource | None:
    """The text behind the card of gap `number`; None where ours cannot say it.

    Ours has a card for each gap and no gaps inside of gaps: numbers that stand twice, gaps in several fields, and
    nested ones stay with the filled texts, and so do gaps with pictures or line breaks.

    Raises:
        ValueError: templates that grow beyond every card.
    """
    found = [(name, gap) for name, value in fields.items() for gap in _GAP.finditer(value)]
    numbers = [int(gap[1]) for _, gap in found]
    marked = {name: _GAP.sub(_marked, value) for name, value in fields.items()}
    if number not in numbers or len(set(numbers)) < len(numbers) or len({name for name, _ in found}) > 1:
        return None
    if any("{{c" in value for value in marked.values()) or any(_BREAKING.search(gap[0]) for _, gap in found):
        return None
    blank = {name: "" if _OPEN in value else value for name, value in marked.items()}
    front, _ = front_and_back(templates, marked, number)
    _, back = front_and_back(templates, blank, number)
    pieces = _FILLED.split(markdown_of(front))
    gaps = [_ESCAPED.sub(r"\1", gap) for gap in pieces[1::2]]
    if len(gaps) != len(numbers) or not all(_sayable(gap) for gap in gaps):
        return None
    if any("{{" in piece or "}}" in piece or piece.endswith("{") for piece in pieces[::2]):
        return None
    opened = (f"{{{{{gap.replace(_HINT, '::')}}}}}{after}" for gap, after in zip(gaps, pieces[2::2], strict=True))
    place = numbers.index(number)
    return ClozeSource(pieces[0] + "".join(opened), gaps[place].partition(_HINT)[0], markdown_of(back), place + 1)


def _sayable(gap: str) -> bool:
    answer, _, hint = gap.partition(_HINT)
    return bool(answer.strip()) and not any(mark in answer + hint for mark in ("{", "}", "::", _HINT))


def _marked(found: re.Match[str]) -> str:
    answer, hint = (_TAG.sub("", part or "").strip() for part in (found[2], found[3]))
    return f"{_OPEN}{answer}{_HINT + hint if hint else ''}{_CLOSE}"
