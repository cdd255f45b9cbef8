"""Exports progress as markdown: the same database gives the same bytes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from studyctl.domain.clock import from_millis, study_date
from studyctl.domain.labs import LabRecord
from studyctl.domain.settings import Settings
from studyctl.errors import UsageError
from studyctl.services.context import Context
from studyctl.services.files import write_atomically
from studyctl.services.progress import ProgressService
from studyctl.storage.repositories.cards import find_cards
from studyctl.storage.repositories.interview_log import attempts
from studyctl.storage.repositories.journal import last_activity
from studyctl.storage.repositories.lab_records import records
from studyctl.storage.repositories.review_log import reviews


@dataclass(frozen=True)
class Exported:
    """A written export."""

    path: Path
    bytes: int


@dataclass(frozen=True)
class Observation:
    """A lab record in the fields of the observation template."""

    record: LabRecord
    fields: tuple[tuple[str, str], ...]


class ExportService:
    """Renders one frozen snapshot of the database.

    The page is dated by the last activity in the database, not by the clock: "today" is the last day on which
    something was done, so the page does not change while nothing happens.
    """

    def __init__(self, context: Context) -> None:
        self._context = context

    def markdown(self) -> str:
        """The progress page."""
        self._context.shelf.sync()
        settings = self._context.settings()
        with self._context.database.read() as connection:
            last = last_activity(connection)
            answered = attempts(connection)
            runs = records(connection)
            day = self._day(last, settings)
            log = [entry for entry in reviews(connection, day.toordinal()) if entry.day == day.toordinal()]
            cards = find_cards(connection, {entry.card_id for entry in log})
        moment = from_millis(last or 0, self._context.clock.now().tzinfo)
        view = ProgressService(replace(self._context, clock=StoppedClock(moment))).view()
        environment = Environment(
            loader=PackageLoader("studyctl", "templates"),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
        )
        environment.filters["cell"] = table_cell
        return environment.get_template("progress.md.j2").render(
            day=day,
            view=view,
            settings=settings,
            observations=[self._observe(run) for run in runs if run.day == day.toordinal()],
            reviews_today=log,
            cards=cards,
            attempts=answered,
            questions=self._context.library.questions,
            date=date,
        )

    def write(self, path: Path) -> Exported:
        """Write the page; an existing file is replaced at once or left as it is.

        Raises:
            UsageError: the place is a folder, or its folder does not exist.
            DataError: the place cannot be written.
        """
        target = path.expanduser().absolute()
        if target.is_dir() or not target.parent.is_dir():
            raise UsageError(f"{target} cannot be a file.", "Name a file in a folder that exists: --out progress.md")
        text = self.markdown()
        write_atomically(target, text)
        return Exported(target, len(text.encode()))

    def _day(self, last: int | None, settings: Settings) -> date:
        if last is None:
            return settings.start_date or date(1970, 1, 1)
        return study_date(from_millis(last, self._context.clock.now().tzinfo), settings.rollover_hour)

    def _observe(self, record: LabRecord) -> Observation:
        seen: dict[str, Any] = record.document.get("observation", {})
        fields = []
        for template in self._context.library.template:
            value = seen.get(template.key)
            fields.append((template.label, _shown(value)))
        return Observation(record, tuple(fields))


@dataclass(frozen=True)
class StoppedClock:
    """A clock that stands at one moment."""

    moment: datetime

    def now(self) -> datetime:
        """That moment."""
        return self.moment


def _shown(value: Any) -> str:
    if value is None:
        return "n/a"
    if isinstance(value, float):
        return f"{value:.6g}"
    if isinstance(value, list):
        return ", ".join(_shown(entry) for entry in value)
    return " ".join(str(value).split())  # one line: a value must not leave its field


def table_cell(value: object) -> str:
    """Text that cannot break a markdown table."""
    return " ".join(str(value).split()).replace("|", "\\|")
