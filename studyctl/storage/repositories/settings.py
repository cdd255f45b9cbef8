"""The user's choices."""

from __future__ import annotations

import json
import math
from dataclasses import asdict, fields, replace
from datetime import date
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, select

from studyctl.domain.breaks import parse_breaks
from studyctl.domain.deadline_choice import MAX_MINUTES, DeadlineChoice
from studyctl.domain.setting_rules import RULES, as_typed
from studyctl.domain.settings import Settings
from studyctl.errors import DataError, UsageError
from studyctl.storage.tables import SettingRow, table_of
from studyctl.storage.unit_of_work import Transaction

_OPTIONAL = ("start_date", "fsrs_weights")  # null where they were never chosen


def load_settings(connection: Connection) -> Settings:
    """All choices; what was never chosen has its default.

    Raises:
        DataError: a stored value is none that the setting can have.
    """
    table = table_of(SettingRow)
    return settings_of(tuple((name, value) for name, value in connection.execute(select(table.c.name, table.c.value))))


@lru_cache(maxsize=8)
def settings_of(rows: tuple[tuple[str, str], ...]) -> Settings:
    """Choices out of names and JSON values; an unknown name is left alone.

    Raises:
        DataError: a value is none that the setting can have.
    """
    known = {field.name for field in fields(Settings)}
    return replace(Settings(), **{name: _chosen(name, text) for name, text in rows if name in known})


def _chosen(name: str, text: str) -> Any:
    try:
        value = json.loads(text)
        if name == "breaks":
            return parse_breaks(value)
        if name == "deadline":
            return None if value is None else _deadline(value)
        if name in RULES and (value is not None or name not in _OPTIONAL):
            return RULES[name].parse(as_typed(value))
    except (UsageError, ValueError, TypeError, KeyError) as error:
        why = error.message if isinstance(error, UsageError) else "it cannot be read."
        raise DataError(
            f"The stored setting {name} cannot be used: {why}", f"`studyctl settings reset {name}` takes its default."
        ) from error
    return value


def _deadline(value: dict[str, Any]) -> DeadlineChoice:
    start, when = date.fromisoformat(value["start"]), date.fromisoformat(value["date"])
    minutes, total, retention = (float(value[name]) for name in ("minutes", "total_minutes", "build_retention"))
    if not (start < when and 0 < minutes <= MAX_MINUTES and 0 <= total < math.inf and 0 < retention < 1):
        raise ValueError(value)
    return DeadlineChoice(when, minutes, start, total, retention)


def save_settings(transaction: Transaction, settings: Settings) -> None:
    """Store every choice."""
    for name, value in asdict(settings).items():
        save_document(transaction, name, value)


def load_document(connection: Connection, name: str) -> Any:
    """A JSON value that is kept beside the choices, or None where there is none."""
    table = table_of(SettingRow)
    text = connection.execute(select(table.c.value).where(table.c.name == name)).scalar_one_or_none()
    return None if text is None else json.loads(text)


def save_document(transaction: Transaction, name: str, value: Any) -> None:
    """Keep a value under the name of a choice, or beside the choices; dates in it as ISO text."""
    transaction.put(SettingRow, {"name": name, "value": json.dumps(value, default=date.isoformat)})
