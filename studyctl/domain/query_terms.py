"""The terms of a search for cards: words, `name:value` terms, and what is said of those that nobody knows."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum

from studyctl.domain.cards import CardKind, Rating
from studyctl.errors import UsageError

_PROPERTY = re.compile(
    r"^(?P<name>[a-z]+)(?P<sign><=|>=|!=|<|>|=)(?P<value>-?\d+(?:\.(?P<digits>\d+))?)(?P<percent>%?)$"
)
_RATED = re.compile(r"^(?P<days>\d{1,5})(?::(?P<rating>[1-4]))?$")
_LARGEST = 1e9


@dataclass(frozen=True)
class Pattern:
    """Literal pieces of text with anything between them; one piece alone is the whole text."""

    pieces: tuple[str, ...]

    def __str__(self) -> str:
        return "*".join(self.pieces)


class Field(StrEnum):
    """What a `name:value` term looks at; the value is the name."""

    TAG = "tag"
    DECK = "deck"
    DAY = "day"
    LAB = "lab"
    KIND = "kind"
    ID = "id"
    NOTE = "note"


class State(StrEnum):
    """What `is:` asks. A buried card waits until tomorrow, as a sibling or a near one was answered today."""

    DUE = "due"
    NEW = "new"
    LEARN = "learn"
    REVIEW = "review"
    SUSPENDED = "suspended"
    BURIED = "buried"
    LEECH = "leech"
    FLAGGED = "flagged"
    STALE = "stale"
    OWN = "own"


class Property(StrEnum):
    """What `prop:` compares: recall probability, stability (days), difficulty, counts, interval and due day (days)."""

    RECALL = "r"
    STABILITY = "s"
    DIFFICULTY = "d"
    REPS = "reps"
    LAPSES = "lapses"
    INTERVAL = "ivl"
    DUE = "due"

    @property
    def real(self) -> bool:
        """True for a number that is no count: `=` then means equal to the digits that were typed."""
        return self in (Property.RECALL, Property.STABILITY, Property.DIFFICULTY)


@dataclass(frozen=True)
class Words:
    """A piece of text in front, back or answer, whatever its case."""

    pattern: Pattern


@dataclass(frozen=True)
class Named:
    """A field that equals a pattern; `column` is where its value stands, from 1."""

    field: Field
    pattern: Pattern
    column: int


@dataclass(frozen=True)
class Is:
    """A state."""

    state: State


@dataclass(frozen=True)
class Compare:
    """A property against a number; `=` and `!=` take what is nearer to `value` than `within` as equal (0: exactly)."""

    property: Property
    sign: str
    value: float
    within: float


@dataclass(frozen=True)
class Rated:
    """Answered within so many days, today being the first; with one rating, or any."""

    days: int
    rating: Rating | None


Term = Words | Named | Is | Compare | Rated

NAMES = (*(field.value for field in Field), "is", "prop", "rated")
_MEANT = {
    "topic": "tag:",
    "topics": "tag:",
    "tags": "tag:",
    "type": "kind:",
    "track": "day:",
    "card": "id:",
    "state": "is:",
    "flag": "is:flagged",
    "due": "is:due or prop:due<=3",
    "added": "is:new",
    "answered": "rated:",
    **{member.value: f"prop:{member.value}" for member in Property if member is not Property.DUE},
    **{member.value: f"is:{member.value}" for member in State if member is not State.DUE},
}


def term_of(name: str, pattern: Pattern, column: int, value_column: int) -> Term:
    """The term behind `name:value`; columns count from 1.

    Raises:
        QueryError: no such name or value; says where, what is known, and what was perhaps meant.
    """
    if name not in NAMES:
        raise QueryError(column, f"there is no term `{name}:`", _meant(name, NAMES, "{}:"))
    text = str(pattern)
    if not text:
        raise QueryError(value_column, f"`{name}:` needs a value", f"For example {_EXAMPLES[name]}.")
    match name:
        case "is":
            return Is(State(_known(text, tuple(State), "is", value_column)))
        case "prop":
            return _compare(text, value_column)
        case "rated":
            return _rated(text, value_column)
        case Field.KIND:
            _known(text, tuple(CardKind), name, value_column)
    return Named(Field(name), pattern, value_column)


class QueryError(UsageError):
    """A query that is wrong at a column, counted from 1."""

    def __init__(self, column: int, what: str, hint: str) -> None:
        super().__init__(f"The query is wrong at col {column}: {what}.", hint)
        self.column = column


_EXAMPLES = {
    "tag": "tag:kv-cache or tag:kv*",
    "deck": "deck:own",
    "day": "day:p90/16, day:16 or day:p90",
    "lab": "lab:kv-cache-table",
    "kind": "kind:cloze",
    "id": "id:week1*",
    "note": "note:week1-03",
    "is": "is:due",
    "prop": "prop:r<0.9",
    "rated": "rated:7 or rated:7:1",
}


def _known(text: str, known: tuple[StrEnum, ...], name: str, column: int) -> str:
    lowered = text.casefold()
    values = [each.value for each in known]
    if lowered not in values:
        raise QueryError(column, f"`{name}:` does not know {text!r}", _meant(lowered, values, f"{name}:{{}}"))
    return lowered


def _compare(text: str, column: int) -> Compare:
    match = _PROPERTY.match(text.casefold())
    properties = [each.value for each in Property]
    if match is None or match["name"] not in properties:
        name = re.split(r"[^a-z]", text.casefold(), maxsplit=1)[0]
        if name in properties:
            hint = f"A sign and a number follow: prop:{name}<3, prop:{name}>=0.5; signs are < <= = != >= >."
        else:
            hint = _meant(name, properties, "prop:{}")
        raise QueryError(column, f"`prop:` does not know {text!r}", hint)
    value = float(match["value"]) / (100 if match["percent"] else 1)
    named = Property(match["name"])
    if named is Property.RECALL and not 0 <= value <= 1:
        raise QueryError(column, f"{match['value']} is no recall probability", "From 0 to 1: prop:r<0.9 or 90%.")
    if (match["percent"] and named is not Property.RECALL) or abs(value) > _LARGEST:
        raise QueryError(column, f"{text!r} is out of range", "Only r is a share; the others are days or counts.")
    within = 10 ** -(len(match["digits"] or "") + (2 if match["percent"] else 0)) / 2 if named.real else 0.0
    return Compare(named, match["sign"], value, within)


def _rated(text: str, column: int) -> Rated:
    match = _RATED.match(text)
    if match is None or int(match["days"]) == 0:
        raise QueryError(
            column, f"`rated:` does not know {text!r}", "rated:7 is the last 7 days, rated:7:1 only Again in them."
        )
    return Rated(int(match["days"]), Rating(int(match["rating"])) if match["rating"] else None)


def _meant(text: str, known: list[str] | tuple[str, ...], shape: str) -> str:
    near = get_close_matches(text.casefold(), known, n=1, cutoff=0.6)
    listed = f"Known: {', '.join(shape.format(each) for each in known)}."
    guess = shape.format(near[0]) if near else _MEANT.get(text.casefold(), "") if shape == "{}:" else ""
    quoting = " Text with a colon goes into quotes." if shape == "{}:" else ""
    return f"Did you mean {guess}? {listed}{quoting}" if guess else f"{listed}{quoting}"
