"""Reads a file of earlier progress."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from studyctl.content.toml_file import TomlTable, load_toml
from studyctl.domain.earlier import Claim

SCHEMA = 1
EARLIER_PROGRESS = "earlier-progress.toml"  # the example that ships


def read_claims(path: Path) -> tuple[Claim, ...]:
    """The claims of a file, in order.

    Raises:
        ContentError: with file and line.
    """
    file = load_toml(path, path.name)
    file.only("schema", "claimed")
    if file.integer("schema") != SCHEMA:
        raise file.error(f"schema must be {SCHEMA}.", "schema")
    claims = tuple(_claim(table) for table in file.tables("claimed"))
    if not claims:
        raise file.error("the file claims nothing: it has no [[claimed]].")
    return claims


def _claim(table: TomlTable) -> Claim:
    table.only("what", "note", "on")
    on = table.values.get("on")
    if on is not None and type(on) is not date:
        raise table.error("'on' is a date, written on = 2026-03-02 without quotes.", "on")
    line = table.lines.of(table.name, table.index, "what")
    return Claim(table.text("what").strip(), table.text("note", ""), on, f"{table.file}:{line}")
