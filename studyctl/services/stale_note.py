"""What is said of a card whose figure a later run of its lab has left."""

from __future__ import annotations

from studyctl.domain.figures import measured
from studyctl.domain.predictions import amount
from studyctl.services.context import Context
from studyctl.storage.repositories.lab_cards import find_lab_cards
from studyctl.storage.repositories.lab_records import find_record
from studyctl.storage.repositories.settings import load_settings
from studyctl.storage.unit_of_work import Connection


def stale_note(context: Context, connection: Connection, card: str) -> str:
    """One line: what the later run measured, when, in which record; empty where the card is up to date or no lab's."""
    kept = find_lab_cards(connection, [card]).get(card)
    record = find_record(connection, kept.stale) if kept is not None and kept.stale is not None else None
    if kept is None or record is None:
        return ""
    figure = next((each for each in context.library.figures.get(kept.slug, ()) if each.name == kept.figure), None)
    found = None if figure is None else measured(figure, record.document)
    value = "another value" if figure is None or found is None else amount(found.estimate, figure.unit)
    date = context.date_of(record.at, load_settings(connection))
    return f"stale: measured {value} on {date.isoformat()}, record {record.id}"
