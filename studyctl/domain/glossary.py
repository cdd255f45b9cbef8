"""Terms, with every sense that the field gives them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Sense:
    """One meaning of a term."""

    text: str
    source: str


@dataclass(frozen=True)
class Term:
    """A term; an ambiguous one has several senses. `aliases` are other names of the same thing."""

    name: str
    aliases: tuple[str, ...]
    senses: tuple[Sense, ...]
