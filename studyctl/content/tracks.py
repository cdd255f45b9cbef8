"""Reads track.toml files."""

from __future__ import annotations

from studyctl.content.toml_file import TomlTable
from studyctl.domain.address import Address
from studyctl.domain.plan import Track


def read_track(file: TomlTable, folder: str, labels: list[str]) -> Track:
    """The track described in `file`; `labels` are the days that lie beside it.

    Raises:
        ContentError: with file and line.
    """
    if file.text("id") != folder:
        raise file.error(f"the id is {file.text('id')!r}, but the folder is {folder!r}.", "id")
    headings = file.tables("week") or file.tables("chapter")
    return Track(
        id=folder,
        title=file.text("title"),
        description=file.text("description"),
        length=file.integer("length"),
        unit=file.text("unit"),
        order=file.integer("order"),
        default=file.flag("default", False),
        hours_per_day=file.number("hours_per_day", 0.0),
        weeks=tuple(heading.text("title") for heading in headings),
        days=tuple(sorted((Address(folder, label) for label in labels), key=lambda address: address.sort_key)),
    )
