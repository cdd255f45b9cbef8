"""The user's choices."""

from __future__ import annotations

import json
from dataclasses import asdict, fields, replace
from datetime import date
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, select

from studyctl.domain.breaks import parse_breaks
from studyctl.domain.settings import Settings
from studyctl.storage.tables import SettingRow, table_of
from studyctl.storage.unit_of_work import Transaction


def load_settings(connection: Connection) -> Settings:
    """All choices; what was never chosen has its default."""
    table = table_of(SettingRow)
    return settings_of(tuple((name, value) for name, value in connection.execute(select(table.c.name, table.c.value))))


@lru_cache(maxsize=8)
def settings_of(rows: tuple[tuple[str, str], ...]) -> Settings:
    """Choices out of names and JSON values; an unknown name is left alone."""
    stored: dict[str, Any] = {name: json.loads(value) for name, value in rows}
    known = {field.name for field in fields(Settings)}
    chosen = {name: value for name, value in stored.items() if name in known}
    if chosen.get("start_date"):
        chosen["start_date"] = date.fromisoformat(chosen["start_date"])
    for name in ("fsrs_weights", "easy_days"):
        if chosen.get(name) is not None:
            chosen[name] = tuple(float(number) for number in chosen[name])
    if "breaks" in chosen:
        chosen["breaks"] = parse_breaks(chosen["breaks"])
    return replace(Settings(), **chosen)


def save_settings(transaction: Transaction, settings: Settings) -> None:
    """Store every choice."""
    for name, value in asdict(settings).items():
        transaction.put(SettingRow, {"name": name, "value": json.dumps(value, default=date.isoformat)})


def load_document(connection: Connection, name: str) -> Any:
    """A JSON value that is kept beside the choices, or None where there is none."""
    table = table_of(SettingRow)
    text = connection.execute(select(table.c.value).where(table.c.name == name)).scalar_one_or_none()
    return None if text is None else json.loads(text)


def save_document(transaction: Transaction, name: str, value: Any) -> None:
    """Keep a JSON value under the name of a choice, or beside the choices."""
    transaction.put(SettingRow, {"name": name, "value": json.dumps(value)})
