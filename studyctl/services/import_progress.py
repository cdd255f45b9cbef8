"""Takes over what was done before studyctl: as `claimed`, in one act that undo takes back."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime, time
from pathlib import Path

from studyctl.content.earlier import EARLIER_PROGRESS, read_claims
from studyctl.domain.address import Address, parse_address, parse_item_id
from studyctl.domain.clock import to_millis
from studyctl.domain.earlier import Claim
from studyctl.domain.outcome import Area, Outcome
from studyctl.domain.plan import Day, Item
from studyctl.domain.ticks import Tick, TickStatus
from studyctl.errors import DataError, NotFoundError, StudyError, UsageError
from studyctl.services.context import Context
from studyctl.storage.repositories.items import all_ticks, close_day, closed_days, save_tick
from studyctl.storage.unit_of_work import Transaction

_PART = re.compile(r"^(?P<track>[a-z][a-z0-9]*)/(?P<unit>chapter|week)/(?P<number>[1-9]\d*)$")
_KINDS_OF_CLAIMS = "A claim is a day (p28/1), an item (p90/16/deliverable/2), or a part (guide/chapter/1, p90/week/2)."


@dataclass(frozen=True)
class Imported:
    """What one claim changed. `items` were open and are claimed now; `days` were open and are closed now."""

    claim: Claim
    items: tuple[str, ...]
    days: tuple[Address, ...]


@dataclass(frozen=True)
class Import:
    """The whole file; `stored` is False for a look beforehand."""

    path: Path
    lines: tuple[Imported, ...]
    stored: bool

    @property
    def items(self) -> int:
        """Items that became claimed."""
        return sum(len(line.items) for line in self.lines)

    @property
    def days(self) -> int:
        """Days that became closed."""
        return sum(len(line.days) for line in self.lines)


class ImportService:
    """Imports into the plan. Proofs, ticks and decisions that are there already stay as they are."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def example(self) -> str:
        """The file that ships as an example."""
        return (self._context.library.examples / EARLIER_PROGRESS).read_text(encoding="utf-8")

    def progress(self, path: Path, *, look_only: bool = False) -> Outcome[Import]:
        """Claim what a file says, all of it or nothing; `look_only` says what would change and stores nothing.

        Raises:
            NotFoundError: no such file.
            DataError: a line that cannot be read, or names what no plan has; the message begins with file:line.
        """
        if not path.is_file():
            raise NotFoundError(
                f"There is no file {path}.", "`studyctl import progress --example` prints one to start from."
            )
        meant = [(claim, *self._meaning(claim)) for claim in read_claims(path)]
        if look_only:
            with self._context.database.read() as connection:
                ticks, closed = all_ticks(connection), closed_days(connection)
            return Outcome(Import(path, _changes(meant, ticks, closed), stored=False))
        with self._context.database.write("items", f"import progress from {path.name}") as transaction:
            lines = _changes(meant, all_ticks(transaction.connection), closed_days(transaction.connection))
            for line in lines:
                self._store(transaction, line)
        return Outcome(Import(path, lines, stored=True), frozenset({Area.ITEMS, Area.DAYS, Area.CARDS, Area.INTERVIEW}))

    def _store(self, transaction: Transaction, line: Imported) -> None:
        at, day = self._moment(line.claim)
        ticks = all_ticks(transaction.connection)
        for item_id in line.items:
            save_tick(transaction, replace(ticks.get(item_id, Tick(item_id)), status=TickStatus.CLAIMED), at)
        for address in line.days:
            close_day(transaction, str(address), at, day)

    def _moment(self, claim: Claim) -> tuple[int, int]:
        if claim.on is None:
            moment = self._context.moment(self._context.settings())
            return moment.millis, moment.day
        noon = datetime.combine(claim.on, time(12), self._context.clock.now().tzinfo)
        return to_millis(noon), claim.on.toordinal()

    def _meaning(self, claim: Claim) -> tuple[tuple[Item, ...], tuple[Day, ...]]:
        """Items to claim and days to close.

        Raises:
            DataError: with file and line.
        """
        try:
            if part := _PART.match(claim.what):
                days = self._part(part["track"], part["unit"], int(part["number"]))
            elif claim.what.count("/") > 1:
                parse_item_id(claim.what)
                item = self._context.library.item(claim.what)
                if not item.kind.tickable:
                    raise UsageError(f"{claim.what} is there to be read, not done.")
                return (item,), ()
            else:
                days = (self._context.library.day(parse_address(claim.what)),)
        except StudyError as error:
            raise DataError(f"{claim.place}: {error.message}", _KINDS_OF_CLAIMS) from error
        return tuple(item for day in days for item in day.tickable), tuple(day for day in days if day.sequence)

    def _part(self, track_id: str, unit: str, number: int) -> tuple[Day, ...]:
        days = self._context.library.days(track_id)
        if unit == "week":
            found = tuple(day for day in days if day.week == number)
        else:
            found = tuple(day for day in days if day.address.label.startswith(f"{number}."))
        if not found:
            raise NotFoundError(f"{track_id} has no {unit} {number}.")
        return found


def _changes(
    meant: list[tuple[Claim, tuple[Item, ...], tuple[Day, ...]]], ticks: dict[str, Tick], closed: dict[str, int]
) -> tuple[Imported, ...]:
    items_taken: set[str] = set()
    days_taken: set[str] = set(closed)
    lines = []
    for claim, items, days in meant:
        fresh = tuple(
            item.id
            for item in items
            if item.id not in items_taken and ticks.get(item.id, Tick(item.id)).status is TickStatus.OPEN
        )
        ended = tuple(day.address for day in days if str(day.address) not in days_taken)
        items_taken.update(fresh)
        days_taken.update(str(address) for address in ended)
        lines.append(Imported(claim, fresh, ended))
    return tuple(lines)
