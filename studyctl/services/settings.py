"""First start, the active track, and every other choice of the user."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from studyctl.domain.outcome import Area, Outcome
from studyctl.domain.plan import Track
from studyctl.domain.scheduling import ALGORITHM
from studyctl.domain.setting_rules import DEFAULT, RULES, SettingRule, rule_of
from studyctl.domain.settings import Settings, parse_hours, parse_start_date
from studyctl.services.context import Context
from studyctl.storage.repositories.settings import load_settings, save_document, save_settings

_CHANGED = frozenset({Area.SETTINGS, Area.CARDS, Area.DAYS})


@dataclass(frozen=True)
class Setting:
    """One setting as it stands; `shown` and `shown_default` are its values in words."""

    name: str
    value: Any
    default: Any
    unit: str
    meaning: str
    shown: str
    shown_default: str


class SettingsService:
    """Reads and changes what the user chose."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def get(self) -> Settings:
        """The user's choices."""
        return self._context.settings()

    def is_first_start(self) -> bool:
        """True until the start date is set."""
        return self.get().start_date is None

    def first_start(self, start_date: str = "", hours: str = "") -> Outcome[Settings]:
        """Store the two answers of the first start; empty text takes the default.

        Raises:
            UsageError: not a date, or not a number of hours.
        """
        context = self._context
        with context.database.write("settings", "first start") as transaction:
            settings = load_settings(transaction.connection)
            chosen = replace(
                settings,
                start_date=parse_start_date(start_date, context.today(settings)),
                hours_per_day=parse_hours(hours),
            )
            save_settings(transaction, chosen)
        return Outcome(chosen, frozenset({Area.SETTINGS}))

    def use_track(self, track_id: str) -> Outcome[Track]:
        """Make a track the active one.

        Raises:
            NotFoundError: no such track.
        """
        track = self._context.library.track(track_id)
        with self._context.database.write("settings", f"use track {track_id}") as transaction:
            save_settings(transaction, replace(load_settings(transaction.connection), active_track=track.id))
        return Outcome(track, frozenset({Area.SETTINGS, Area.DAYS}))

    def all(self) -> list[Setting]:
        """Every setting that can be changed by its name."""
        settings = self.get()
        return [_setting(rule, settings) for rule in RULES.values()]

    def change(self, name: str, text: str) -> Outcome[Setting]:
        """Set one by what was typed, `default` for its default. The deadline has its own service, which looks first.

        Raises:
            NotFoundError: no such setting.
            UsageError: the value is none that it can have.
        """
        rule = rule_of(name)
        if text.strip().lower() == DEFAULT:
            return self.reset(name)
        return self._store(rule, rule.parse(text), f"set {name}")

    def reset(self, name: str) -> Outcome[Setting]:
        """Take the default, whatever is stored.

        Raises:
            NotFoundError: no such setting.
        """
        rule = rule_of(name)
        return self._store(rule, getattr(Settings(), name), f"reset {name}")

    def _store(self, rule: SettingRule, value: Any, summary: str) -> Outcome[Setting]:
        with self._context.database.write("settings", summary) as transaction:
            save_document(transaction, rule.name, value)
            if rule.name == "fsrs_weights":
                save_document(transaction, "fsrs_algorithm", ALGORITHM)
        return Outcome(_setting(rule, replace(Settings(), **{rule.name: value})), _CHANGED)


def _setting(rule: SettingRule, settings: Settings) -> Setting:
    value, default = getattr(settings, rule.name), getattr(Settings(), rule.name)
    return Setting(rule.name, value, default, rule.unit, rule.meaning, rule.show(value), rule.show(default))
