"""Ticking items, with evidence where there is some."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from studyctl.domain.labs import Verdict
from studyctl.domain.outcome import Area, Outcome
from studyctl.domain.plan import Item
from studyctl.domain.ticks import EvidenceKind, Tick, TickStatus
from studyctl.errors import NotFoundError, UsageError
from studyctl.services.context import Context
from studyctl.storage.repositories.items import all_ticks, save_tick
from studyctl.storage.repositories.lab_records import find_record
from studyctl.storage.unit_of_work import Connection

_CHANGED = frozenset({Area.ITEMS})


@dataclass(frozen=True)
class Ticked:
    """An item and its new state."""

    item: Item
    tick: Tick


class TickService:
    """Claims and proofs of single items."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def tick(self, item_id: str, evidence: str = "") -> Outcome[Ticked]:
        """Mark an item as done: `claimed`, or `proved` with a passed lab record or a file as evidence.

        Raises:
            NotFoundError: no such item, record or file.
            UsageError: the record did not pass, or the item cannot be ticked.
        """
        item = self._item(item_id)
        with self._context.database.write("items", f"tick {item_id}") as transaction:
            kind, shown = self._evidence(transaction.connection, evidence)
            status = TickStatus.PROVED if kind is not EvidenceKind.NONE else TickStatus.CLAIMED
            before = all_ticks(transaction.connection).get(item_id, Tick(item_id))
            if before.status is TickStatus.PROVED and status is TickStatus.CLAIMED:
                return Outcome(Ticked(item, before))  # a bare tick takes no proof away
            tick = replace(before, status=status, evidence=shown, evidence_kind=kind)
            save_tick(transaction, tick, self._context.now_ms())
        return Outcome(Ticked(item, tick), _CHANGED)

    def untick(self, item_id: str) -> Outcome[Ticked]:
        """Open an item again; it stays on the day that it was carried to.

        Raises:
            NotFoundError: no such item.
        """
        item = self._item(item_id)
        with self._context.database.write("items", f"untick {item_id}") as transaction:
            before = all_ticks(transaction.connection).get(item_id, Tick(item_id))
            tick = Tick(item_id, carried_to=before.carried_to)
            save_tick(transaction, tick, self._context.now_ms())
        return Outcome(Ticked(item, tick), _CHANGED)

    def toggle(self, item_id: str) -> Outcome[Ticked]:
        """Tick an open item, untick a done one.

        Raises:
            NotFoundError: no such item.
        """
        with self._context.database.read() as connection:
            done = all_ticks(connection).get(item_id, Tick(item_id)).status.done
        return self.untick(item_id) if done else self.tick(item_id)

    def _item(self, item_id: str) -> Item:
        item = self._context.library.item(item_id)
        if not item.kind.tickable:
            raise UsageError(f"{item_id} is there to be read, not ticked.", "`studyctl plan show` marks what counts.")
        return item

    def _evidence(self, connection: Connection, evidence: str) -> tuple[EvidenceKind, str]:
        if not evidence:
            return EvidenceKind.NONE, ""
        record = find_record(connection, evidence)
        if record is not None:
            if record.verdict is not Verdict.PASSED:
                raise UsageError(
                    f"Record {record.id} came out as {record.verdict.value}: it proves nothing.",
                    "`studyctl lab records` lists the runs that passed.",
                )
            return EvidenceKind.RECORD, record.id
        path = Path(evidence).expanduser()
        if not path.exists():
            raise NotFoundError(
                f"{evidence!r} is neither a lab record nor a file.",
                "`studyctl lab records` lists records; a path is read from the current folder.",
            )
        return EvidenceKind.FILE, str(path.absolute())
