"""Compares what was typed with what a card asks for: text with a diff, numbers with tolerance and units."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from math import isfinite

from studyctl.domain.cards import Card, CardKind, Rating
from studyctl.domain.units import parse_quantity, unit_of


class Mark(StrEnum):
    """What a piece of a diff is: typed and right, typed and wrong, or not typed."""

    SAME = "same"
    EXTRA = "extra"
    MISSING = "missing"


_WANTED = {
    CardKind.TYPE: "Type it exactly; case counts.",
    CardKind.CLOZE: "Type what stands in the gap.",
    CardKind.CODE: "Work it out from the code.",
}


@dataclass(frozen=True)
class Piece:
    """A run of characters with one mark."""

    mark: Mark
    text: str


@dataclass(frozen=True)
class Comparison:
    """How a typed answer came out: `said` in a sentence, `diff` for texts that differ."""

    right: bool
    said: str
    diff: tuple[Piece, ...] = ()


_SIGNS = {Mark.SAME: ("", ""), Mark.EXTRA: ("{+", "+}"), Mark.MISSING: ("[-", "-]")}
_ALIKE = 0.5  # share of characters in common, below which the two are shown whole
_EXACT = 1e-12  # relative error that conversion of units may leave
_EDGE = 1e-9  # so that 0.306 is still 2 % off 0.3
SIGNS = "[-missing-]  {+too much+}"


def signed(piece: Piece) -> str:
    """A piece as it reads without colour: `[-not typed-]`, `{+typed too much+}`, or the text alone."""
    before, behind = _SIGNS[piece.mark]
    return f"{before}{piece.text}{behind}"


def suggested(comparison: Comparison | None) -> Rating:
    """The rating that is offered first: Good, and Again where what was typed is not right."""
    return Rating.GOOD if comparison is None or comparison.right else Rating.AGAIN


def wanted(card: Card) -> str:
    """A line on what a card wants; empty where its question says all."""
    if card.kind is CardKind.NUMERIC:
        unit = f" in {card.unit}" if card.unit else ""
        return f"Type a number{unit}; {card.tolerance * 100:g} % off is allowed."
    return _WANTED.get(card.kind, "") if typed(card) or card.kind is CardKind.CODE else ""


def typed(card: Card) -> bool:
    """True where the card wants its answer typed; one of several lines is only shown."""
    return card.kind in (CardKind.TYPE, CardKind.NUMERIC, CardKind.CLOZE) and "\n" not in card.answer


def compare(card: Card, text: str) -> Comparison:
    """Compare what was typed for a card that has an `answer`."""
    if card.kind is CardKind.NUMERIC:
        return compare_number(text, float(card.answer), card.unit, card.tolerance)
    return compare_text(text, card.answer, exact=card.kind is CardKind.TYPE)


def compare_text(text: str, answer: str, *, exact: bool = True) -> Comparison:
    """Spaces at the ends and their number never count; case only where `exact`."""
    given, wanted = _plain(text), _plain(answer)
    if given == wanted or (not exact and given.casefold() == wanted.casefold()):
        return Comparison(True, "Right.")
    if not given:
        return Comparison(False, f"Nothing was typed; it is {wanted}.")
    near = given.casefold() == wanted.casefold()
    return Comparison(False, "Only the case differs." if near else "It differs.", _diff(given, wanted))


def compare_number(text: str, answer: float, unit: str, tolerance: float) -> Comparison:
    """Right within the relative `tolerance` (an answer of 0 has to be 0); the unit may be left out, or be related."""
    wanted = f"{answer:,g} {unit}".strip()
    if not text.strip():
        return Comparison(False, f"Nothing was typed; it is {wanted}.")
    quantity = parse_quantity(text)
    if quantity is None:
        return Comparison(False, f"That is no number, such as 1.5 or 1,500; it is {wanted}.")
    number, named = quantity
    asked, given = unit_of(unit), unit_of(named) if named else unit_of(unit)
    if given.base != asked.base:
        return Comparison(False, f"{named!r} is another unit than {unit or 'a plain number'}; it is {wanted}.")
    error = _relative_error(number * given.factor, answer * asked.factor)
    if error < _EXACT:
        return Comparison(True, "Right.")
    if not isfinite(error):
        return Comparison(False, f"It is {wanted}, and nothing is allowed beside it.")
    off = f"{error * 100:,.1f} % off"
    if error <= tolerance + _EDGE:
        return Comparison(True, f"Right: {off}, {tolerance * 100:g} % is allowed.")
    return Comparison(False, f"{off}; it is {wanted}, and {tolerance * 100:g} % is allowed.")


def _relative_error(given: float, wanted: float) -> float:
    if given == wanted:
        return 0.0
    return abs(given - wanted) / abs(wanted) if wanted else float("inf")


def _plain(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split())


def _diff(given: str, wanted: str) -> tuple[Piece, ...]:
    matcher = SequenceMatcher(None, given, wanted, False)
    if matcher.ratio() < _ALIKE:
        return Piece(Mark.EXTRA, given), Piece(Mark.MISSING, wanted)
    pieces = []
    for operation, begin, end, other_begin, other_end in matcher.get_opcodes():
        if operation == "equal":
            pieces.append(Piece(Mark.SAME, given[begin:end]))
            continue
        pieces += [Piece(Mark.EXTRA, given[begin:end])] if end > begin else []
        pieces += [Piece(Mark.MISSING, wanted[other_begin:other_end])] if other_end > other_begin else []
    return tuple(pieces)
