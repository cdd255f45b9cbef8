"""Reads what the worker says after an operation: a stranger's words, so every type is checked."""

from __future__ import annotations

from dataclasses import dataclass

from graders.answers import integer, integers
from graders.errors import SolutionError
from graders.protocol import Body


@dataclass(frozen=True)
class Written:
    """Copies (source block, target block) that were asked for, and the slots of the new tokens."""

    copies: list[list[int]]
    slots: list[int]


@dataclass(frozen=True)
class Answer:
    """State after one operation. ``result`` is None for a refusal; ``refs`` has (block, count) of blocks involved."""

    result: Written | None
    table: list[int]
    free: int
    refs: list[list[int]]

    @classmethod
    def parse(cls, body: Body) -> Answer:
        """Read a message; raises SolutionError for any other form."""
        result = body.get("result")
        if result is not None and not isinstance(result, dict):
            raise SolutionError("the answer's 'result' is neither slots nor None")
        written = None if result is None else Written(_pairs(result, "copies"), integers(result, "slots"))
        return cls(written, integers(body, "table"), integer(body, "free"), _pairs(body, "refs"))


def tables_of(body: Body, count: int) -> list[list[int]]:
    """Return the ``count`` block tables of an inspection; raises SolutionError for anything else."""
    tables = _lists(body, "tables")
    if len(tables) != count:
        raise SolutionError(f"{len(tables)} block tables where {count} were asked for")
    return tables


def _pairs(body: Body, key: str) -> list[list[int]]:
    pairs = _lists(body, key)
    if any(len(pair) != 2 for pair in pairs):
        raise SolutionError(f"the answer's {key!r} is no list of pairs")
    return pairs


def _lists(body: Body, key: str) -> list[list[int]]:
    values = body.get(key)
    if not isinstance(values, list):
        raise SolutionError(f"the answer's {key!r} is no list")
    return [integers({key: value}, key) for value in values]
