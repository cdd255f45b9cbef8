"""Reads the figures of a lab. They lie beside the lab, whose folder is part of every record's fingerprint."""

from __future__ import annotations

from typing import Any

from studyctl.content.toml_file import TomlTable
from studyctl.domain.figures import Basis, Figure

SCHEMA = 1
_BASES = tuple(Basis)


def read_figures(file: TomlTable, slug: str) -> tuple[Figure, ...]:
    """The figures of one lab, the headline first.

    Raises:
        ContentError: with file and line; also for a figure that stands twice.
    """
    file.only("schema", "lab", "figure")
    if file.integer("schema") != SCHEMA:
        raise file.error(f"schema must be {SCHEMA}.", "schema")
    if file.text("lab") != slug:
        raise file.error(f"the lab is {file.text('lab')!r}, but the file is of {slug!r}.", "lab")
    found: dict[str, Figure] = {}
    for table in file.tables("figure"):
        figure = _figure(table, slug)
        if figure.name in found:
            raise table.error(f"the figure {figure.name!r} stands twice.", "name")
        found[figure.name] = figure
    return tuple(found.values())


def _figure(table: TomlTable, slug: str) -> Figure:
    table.only("name", "title", "unit", "ask", "why", "scale", *_BASES)
    named = [basis for basis in _BASES if basis.value in table.values]
    if len(named) > 1:
        raise table.error(f"a figure rests on one of {', '.join(_BASES)}.", named[1].value)
    name = table.text("name")
    basis = named[0] if named else Basis.INTERVAL
    rest: dict[str, Any] = {}
    if basis is Basis.EXACT and not table.flag("exact"):
        raise table.error("'exact' is true or left out.", "exact")
    if basis is Basis.SPREAD:
        rest["spread"] = table.number("spread")
    elif basis is not Basis.EXACT:
        rest["key"] = table.text(basis.value, name)
    return Figure(
        lab=slug,
        name=name,
        title=table.text("title"),
        unit=table.text("unit", ""),
        ask=table.text("ask").strip(),
        why=table.text("why").strip(),
        basis=basis,
        scale=table.number("scale", 1.0),
        **rest,
    )
