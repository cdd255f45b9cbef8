"""The search language for cards, as in Anki: `tag:kv-cache is:due -kind:cloze (prop:r<0.9 or is:leech) "block table"`.

Terms beside each other must all hold; `or` joins groups of them, `-` or `not` turns one term or group round.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from studyctl.domain.query_terms import Pattern, QueryError, Term, Words, term_of

DEEPEST, MOST_TERMS, MOST_STARS, LONGEST = 40, 100, 4, 2000


@dataclass(frozen=True)
class All:
    """Every part holds; with no part, any card."""

    parts: tuple[Query, ...]


@dataclass(frozen=True)
class AnyOf:
    """At least one part holds."""

    parts: tuple[Query, ...]


@dataclass(frozen=True)
class Not:
    """The part does not hold."""

    part: Query


Query = All | AnyOf | Not | Term


def parse_query(text: str) -> Query:
    """The query behind a text; an empty one is any card.

    Raises:
        QueryError: says at which column, counted from 1, and what is known there.
    """
    tokens = list(_tokens(text))
    words = sum(token.sign == "" for token in tokens)
    if words > MOST_TERMS:
        raise QueryError(1, f"it has {words} terms, {MOST_TERMS} are the most", "Leave some out, or ask twice.")
    if not tokens:
        return All(())
    reader = _Reader(tokens, len(text) + 1)
    found = reader.any_of(0)
    if (left := reader.peek()) is not None:
        raise QueryError(left.column, "this bracket closes nothing", 'Brackets as text go into quotes: "f(x)".')
    return found


def terms_of(query: Query) -> Iterator[Term]:
    """All terms, in their order."""
    match query:
        case All(parts) | AnyOf(parts):
            for part in parts:
                yield from terms_of(part)
        case Not(part):
            yield from terms_of(part)
        case _:
            yield query


_NOTHING = Pattern(("",))


@dataclass(frozen=True)
class _Token:
    """A sign (`(`, `)`, `-`, `or`) or, with an empty one, a term."""

    sign: str
    column: int
    name: str = ""
    pattern: Pattern = _NOTHING
    value_column: int = 0


_NO_TEXT = re.compile("[\x00\ud800-\udfff]")
_KEYWORDS = {"or": "or", "and": "and", "not": "-"}


def _tokens(text: str) -> Iterator[_Token]:
    if len(text) > LONGEST:
        raise QueryError(LONGEST + 1, f"it is longer than {LONGEST} characters", "Leave some out, or ask twice.")
    if (stray := _NO_TEXT.search(text)) is not None:
        raise QueryError(stray.start() + 1, "this character is no text", "Leave it out.")
    place = 0
    while place < len(text):
        character = text[place]
        if character.isspace():
            place += 1
        elif character in "()" or (character == "-" and text[place + 1 : place + 2].strip()):
            yield _Token(character, place + 1)
            place += 1
        else:
            token, place = _word(text, place)
            yield token


def _word(text: str, start: int) -> tuple[_Token, int]:
    """The term or keyword at `start`, and where it ends. In quotes every character stands for itself."""
    name, value_column, quoted = "", start + 1, False
    pieces: list[str] = []
    piece, place = "", start
    while place < len(text) and not text[place].isspace() and text[place] not in "()":
        character = text[place]
        if character == '"':
            end = text.find('"', place + 1)
            if end < 0:
                raise QueryError(place + 1, "this quote is not closed", 'Close it: "block table".')
            piece, place, quoted = piece + text[place + 1 : end], end, True
        elif character == "*":
            pieces, piece = [*pieces, piece], ""
        elif character == ":" and not (name or quoted or pieces) and piece.isascii() and piece.isalpha():
            name, piece, value_column = piece.casefold(), "", place + 2
        else:
            piece += character
        place += 1
    if len(pieces) > MOST_STARS:
        raise QueryError(start + 1, f"it has {len(pieces)} stars, {MOST_STARS} are the most", "A*B finds A before B.")
    keyword = _KEYWORDS.get(piece.casefold()) if not (name or quoted or pieces) else None
    pattern = Pattern((*pieces, piece))
    return _Token(keyword or "", start + 1, name, pattern, value_column), place


class _Reader:
    """Recursive descent: groups joined by `or`, each a row of terms that `-` may turn round."""

    def __init__(self, tokens: list[_Token], end: int) -> None:
        self._tokens = tokens
        self._place = 0
        self._end = end

    def peek(self) -> _Token | None:
        """The next token."""
        return self._tokens[self._place] if self._place < len(self._tokens) else None

    def any_of(self, depth: int) -> Query:
        """Groups joined by `or`."""
        parts = [self._all(depth)]
        while (token := self.peek()) is not None and token.sign == "or":
            self._place += 1
            parts.append(self._all(depth))
        return parts[0] if len(parts) == 1 else AnyOf(tuple(parts))

    def _all(self, depth: int) -> Query:
        parts = [self._one(depth)]
        while (token := self.peek()) is not None and token.sign not in ("or", ")"):
            if token.sign == "and":
                self._place += 1
            parts.append(self._one(depth))
        return parts[0] if len(parts) == 1 else All(tuple(parts))

    def _one(self, depth: int) -> Query:
        token = self.peek()
        if token is None or token.sign in ("or", "and", ")"):
            column = self._end if token is None else token.column
            found = "the query ends" if token is None else f"{token.sign!r} stands"
            raise QueryError(column, f"{found} where a term is wanted", 'For example tag:kv-cache; as text: "or", ")".')
        if depth > DEEPEST:
            raise QueryError(token.column, "it is nested too deeply", f"{DEEPEST} levels are the most.")
        self._place += 1
        if token.sign == "-":
            return Not(self._one(depth + 1))
        if token.sign == "(":
            return self._bracket(token, depth)
        if token.name:
            return term_of(token.name, token.pattern, token.column, token.value_column)
        if not any(token.pattern.pieces):
            raise QueryError(token.column, "there is no word here", 'For example cache, or "block table".')
        return Words(token.pattern)

    def _bracket(self, opened: _Token, depth: int) -> Query:
        found = self.any_of(depth + 1)
        closing = self.peek()
        if closing is None:
            raise QueryError(opened.column, "this bracket is not closed", 'Brackets as text go into quotes: "f(x)".')
        self._place += 1
        return found
