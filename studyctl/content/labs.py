"""Reads lab.toml files: the application's view of a lab."""

from __future__ import annotations

from studyctl.content.toml_file import TomlTable
from studyctl.domain.address import parse_address
from studyctl.domain.labs import EvidenceLevel, Hint, Lab, Requirement
from studyctl.errors import UsageError


def read_lab(file: TomlTable, slug: str) -> Lab:
    """The lab described in `file`; keys that only the referee reads are left to it.

    Raises:
        ContentError: with file and line.
    """
    if file.text("slug") != slug:
        raise file.error(f"the slug is {file.text('slug')!r}, but the folder is {slug!r}.", "slug")
    try:
        serves = tuple(parse_address(text) for text in file.texts("serves"))
    except UsageError as error:
        raise file.error(error.message, "serves") from error
    try:
        evidence = EvidenceLevel(file.text("evidence"))
    except ValueError as error:
        known = ", ".join(EvidenceLevel)
        raise file.error(f"unknown evidence {file.text('evidence')!r}; known are {known}.", "evidence") from error
    return Lab(
        slug=slug,
        title=file.text("title"),
        question=file.text("question"),
        serves=serves,
        evidence=evidence,
        minutes=file.integer("minutes"),
        devices=file.texts("devices"),
        requires=tuple(_requirement(table) for table in file.tables("requires")),
        proves=file.texts("proves", ()),
        topics=file.texts("topics", ()),
        hints=tuple(Hint(table.text("text").strip(), table.integer("cost")) for table in file.tables("hint")),
    )


def _requirement(table: TomlTable) -> Requirement:
    kind = "tool" if "tool" in table.values else "module"
    return Requirement(table.text(kind), kind, table.text("install"))
