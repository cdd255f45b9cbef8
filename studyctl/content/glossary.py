"""Reads the glossary."""

from __future__ import annotations

from studyctl.content.toml_file import TomlTable
from studyctl.domain.glossary import Sense, Term

SCHEMA = 1


def read_glossary(file: TomlTable) -> dict[str, Term]:
    """Terms by name, in the order of the file.

    Raises:
        ContentError: with file and line; also for a name or alias that stands for two terms.
    """
    file.only("schema", "term")
    if file.integer("schema") != SCHEMA:
        raise file.error(f"schema must be {SCHEMA}.", "schema")
    terms: dict[str, Term] = {}
    taken: set[str] = set()
    for table in file.tables("term"):
        table.only("name", "aliases", "sense")
        senses = tuple(Sense(entry.text("text"), entry.text("source")) for entry in table.tables("sense"))
        if not senses:
            raise table.error("a term needs at least one [[term.sense]].", "name")
        term = Term(table.text("name"), table.texts("aliases", ()), senses)
        for name in {term.name.casefold(), *(alias.casefold() for alias in term.aliases)}:
            if name in taken:
                raise table.error(f"{name!r} is already a name of another term.", "name")
            taken.add(name)
        terms[term.name] = term
    return terms


def find_term(terms: dict[str, Term], name: str) -> Term | None:
    """The term with this name or alias, whatever the case; None where there is none."""
    wanted = name.casefold()
    for term in terms.values():
        if wanted in {term.name.casefold(), *(alias.casefold() for alias in term.aliases)}:
            return term
    return None
