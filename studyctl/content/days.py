"""Reads one day of a track."""

from __future__ import annotations

from studyctl.content.toml_file import TomlTable
from studyctl.domain.address import Address, parse_address
from studyctl.domain.plan import Day, Erratum, Item, ItemKind, Level, Problem, Warmup
from studyctl.errors import UsageError

SCHEMA = 1
_DAY_KEYS = (
    "schema",
    "address",
    "title",
    "summary",
    "week",
    "hours",
    "topics",
    "sequence",
    "twins",
    "gathers",
    "leetcode",
    "erratum",
    "warmup",
)
_ITEM_KEYS = (
    "text",
    "name",
    "title",
    "hours",
    "activity",
    "language",
    "code",
    "measure",
    "expect",
    "category",
    "note",
)
_ACTIVITIES = ("", "study", "build", "measure", "write", "leetcode")


def read_day(file: TomlTable, expected: Address) -> Day:
    """The day in `file`, which must say that it is `expected`.

    Raises:
        ContentError: with file and line.
    """
    file.only(*_DAY_KEYS, *(kind.value for kind in ItemKind))
    if file.integer("schema") != SCHEMA:
        raise file.error(f"schema must be {SCHEMA}.", "schema")
    address = _address(file, "address", file.text("address"))
    if address != expected:
        raise file.error(f"the address is {address}, but the file's place says {expected}.", "address")
    items = [item for kind in ItemKind for item in _items(file, address, kind)]
    if not items:
        raise file.error("the day has no items.")
    leetcode = file.table("leetcode")
    day = Day(
        address=address,
        title=file.text("title"),
        summary=file.text("summary"),
        items=tuple(items),
        topics=file.texts("topics", ()),
        week=file.integer("week") if "week" in file.values else None,
        hours=file.number("hours", 0.0),
        sequence=file.flag("sequence", True),
        leetcode=leetcode.text("topic") if leetcode else "",
        problems=tuple(_problem(table) for table in leetcode.tables("problem")) if leetcode else (),
        warmup=_warmup(file.table("warmup")),
        twins=tuple(_address(file, "twins", twin) for twin in file.texts("twins", ())),
        gathers=tuple(_address(file, "gathers", day) for day in file.texts("gathers", ())),
        errata=tuple(
            Erratum(table.text("says"), table.text("today"), table.text("source")) for table in file.tables("erratum")
        ),
    )
    planned = sum(item.hours for item in day.of_kind(ItemKind.BLOCK))
    if planned and planned != day.hours:
        raise file.error(f"the blocks add up to {planned:g} h, not {day.hours:g} h.", "hours")
    return day


def _items(file: TomlTable, address: Address, kind: ItemKind) -> list[Item]:
    items = []
    for number, table in enumerate(file.tables(kind.value), start=1):
        table.only(*_ITEM_KEYS)
        activity = table.text("activity", "")
        if activity not in _ACTIVITIES:
            raise table.error(f"unknown activity {activity!r}; known are {', '.join(_ACTIVITIES[1:])}.", "activity")
        items.append(
            Item(
                address=address,
                kind=kind,
                number=number,
                text=table.text("text", "" if kind is ItemKind.EXAMPLE else None).strip(),
                name=table.text("name", ""),
                title=table.text("title", ""),
                hours=table.number("hours", 0.0),
                activity=activity,
                language=table.text("language", ""),
                code=table.text("code", ""),
                measure=table.text("measure", ""),
                expect=table.text("expect", ""),
                category=table.text("category", ""),
                note=table.text("note", ""),
            )
        )
    return items


def _problem(table: TomlTable) -> Problem:
    table.only("number", "title", "level")
    level = table.text("level")
    if level not in list(Level):
        raise table.error(f"unknown level {level!r}; known are {', '.join(Level)}.", "level")
    return Problem(table.integer("number"), table.text("title"), Level(level))


def _warmup(table: TomlTable | None) -> Warmup | None:
    if table is None:
        return None
    table.only("search", "listen")
    return Warmup(table.text("search"), table.texts("listen"))


def _address(file: TomlTable, key: str, text: str) -> Address:
    try:
        return parse_address(text)
    except UsageError as error:
        raise file.error(error.message, key) from error
