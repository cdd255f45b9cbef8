"""Reads protocols, the glossary and the observation template."""

from __future__ import annotations

from dataclasses import dataclass

from studyctl.content.toml_file import TomlTable

KINDS = ("routine", "attention", "reset", "fallback", "card")


@dataclass(frozen=True)
class Step:
    """One step; `minutes` is 0 where none is set."""

    text: str
    minutes: float = 0.0


@dataclass(frozen=True)
class Claim:
    """A line about health or cognition, sourced or marked unproven."""

    text: str
    status: str
    source: str


@dataclass(frozen=True)
class Protocol:
    """A routine, attention protocol, reset, fallback or information card."""

    id: str
    title: str
    kind: str
    order: int
    default_on: bool
    summary: str
    evidence: str
    steps: tuple[Step, ...]
    claims: tuple[Claim, ...]


@dataclass(frozen=True)
class TemplateField:
    """One field of the observation template."""

    key: str
    label: str
    group: str
    unit: str


def read_protocol(file: TomlTable) -> Protocol:
    """One protocol.

    Raises:
        ContentError: with file and line.
    """
    kind = file.text("kind")
    if kind not in KINDS:
        raise file.error(f"unknown kind {kind!r}; known are {', '.join(KINDS)}.", "kind")
    claims = []
    for table in file.tables("claim"):
        status = table.text("status")
        if status not in ("sourced", "unproven"):
            raise table.error("a claim is 'sourced' or 'unproven'.", "status")
        claims.append(Claim(table.text("text"), status, table.text("source", "" if status == "unproven" else None)))
    return Protocol(
        id=file.text("id"),
        title=file.text("title"),
        kind=kind,
        order=file.integer("order"),
        default_on=file.flag("default_on"),
        summary=file.text("summary"),
        evidence=file.text("evidence"),
        steps=tuple(Step(table.text("text"), table.number("minutes", 0.0)) for table in file.tables("step")),
        claims=tuple(claims),
    )


def read_template(file: TomlTable) -> tuple[TemplateField, ...]:
    """The fields of the observation template, in order.

    Raises:
        ContentError: with file and line.
    """
    return tuple(
        TemplateField(table.text("key"), table.text("label"), table.text("group"), table.text("unit", ""))
        for table in file.tables("field")
    )
