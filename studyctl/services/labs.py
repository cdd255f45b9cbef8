"""Labs: the learner's copy, a graded run, and its record."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from studyctl.domain.address import Address
from studyctl.domain.clock import from_millis
from studyctl.domain.labs import EvidenceLevel, Lab, LabRecord, Verdict
from studyctl.domain.outcome import Area, Outcome
from studyctl.domain.ticks import EvidenceKind, Tick, TickStatus
from studyctl.errors import DataError, NotFoundError, UsageError
from studyctl.services.context import Context
from studyctl.services.files import write_atomically
from studyctl.services.lab_cards import mark_stale
from studyctl.services.lab_runner import Event, LocalReferee, RunRequest
from studyctl.services.plan import LabView, lab_view
from studyctl.services.predictions import settle
from studyctl.services.resolve import LabChoice
from studyctl.storage.repositories.hint_log import hints_taken
from studyctl.storage.repositories.items import all_ticks, save_tick
from studyctl.storage.repositories.lab_records import add_record, find_record, records
from studyctl.storage.unit_of_work import Transaction


@dataclass(frozen=True)
class Started:
    """The learner's file; `created` is False where it was there already and was left as it is."""

    lab: Lab
    path: Path
    created: bool


class LabService:
    """Lists, starts, runs and records labs."""

    def __init__(self, context: Context, referee: Callable[[Path, list[str]], LocalReferee] = LocalReferee) -> None:
        self._context = context
        self._referee = referee

    def all(self) -> tuple[LabView, ...]:
        """Every lab with its standing."""
        with self._context.database.read() as connection:
            return tuple(lab_view(connection, lab) for lab in self._context.library.labs.values())

    def view(self, lab: Lab) -> LabView:
        """One lab with its standing."""
        with self._context.database.read() as connection:
            return lab_view(connection, lab)

    def readme(self, lab: Lab) -> str:
        """The lab's page: its question, the theory, what is measured."""
        return _read(self._context.library.lab_folder(lab.slug) / "README.md")

    def solution_path(self, lab: Lab) -> Path:
        """Where the learner's file lies, whether it exists or not."""
        return self._context.paths.workspace / "labs" / lab.slug / "solution.py"

    def start(self, lab: Lab) -> Started:
        """Copy the starter into the workspace; an existing file is never touched.

        Raises:
            DataError: the workspace cannot be written.
        """
        path = self.solution_path(lab)
        source = self._context.library.lab_folder(lab.slug)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source / "README.md", path.parent / "README.md")
            with path.open("xb") as file:
                file.write((source / "starter.py").read_bytes())
        except FileExistsError:
            return Started(lab, path, created=False)
        except OSError as error:
            raise DataError(
                f"Cannot write the workspace {path.parent}: {error.strerror}.",
                "Make it writable, or point STUDYCTL_HOME at a folder that is.",
            ) from error
        return Started(lab, path, created=True)

    def request(
        self,
        lab: Lab,
        *,
        solution: Path | None = None,
        device: str = "auto",
        profile: str = "quick",
        seed: int | None = None,
        options: dict[str, str] | None = None,
    ) -> RunRequest:
        """A checked request to grade a file.

        Raises:
            NotFoundError: there is no file to grade.
        """
        path = (solution or self.solution_path(lab)).expanduser().absolute()
        if not path.is_file():
            hint = f"`studyctl lab start {lab.slug}` puts a starter there." if solution is None else "Check the path."
            raise NotFoundError(f"There is no file {path} to grade.", hint)
        if profile not in ("quick", "full"):
            raise UsageError(f"There is no profile {profile!r}.", "Profiles: quick, full.")
        with self._context.database.read() as connection:
            hints = min(hints_taken(connection, lab.slug), len(lab.hints))
        return RunRequest(lab.slug, path, device, profile, seed, options or {}, self._context.paths.ceilings, hints)

    def run(self, request: RunRequest) -> tuple[LocalReferee, Iterator[Event]]:
        """Start grading: the referee, to cancel it, and its events, the verdict last."""
        referee = self._referee(self._context.paths.bundle, request.arguments)
        return referee, referee.events()

    def store(self, choice: LabChoice, request: RunRequest, verdict: Event) -> Outcome[LabRecord]:
        """Keep a graded run: the document as a file, its row, and what a pass brings.

        A pass proves items, settles what was predicted, and marks the cards that it contradicts as stale.

        Raises:
            DataError: the record file cannot be written.
        """
        settings = self._context.settings()
        moment = self._context.moment(settings)
        record_id = self._free_id(choice.lab.slug, moment.millis)
        record = LabRecord(
            id=record_id,
            slug=choice.lab.slug,
            address=str(choice.address),
            verdict=Verdict(verdict["verdict"]),
            evidence=EvidenceLevel(verdict["evidence"]),
            at=moment.millis,
            day=moment.day,
            seconds=float(verdict.get("seconds", 0.0)),
            device=str(verdict.get("record", {}).get("device", request.device)),
            profile=request.profile,
            path=str(self._context.paths.records / f"{record_id}.json"),
            solution_hash=str(verdict.get("record", {}).get("sha256", {}).get("solution", "")),
            document=verdict,
        )
        write_atomically(Path(record.path), json.dumps(verdict, indent=1, sort_keys=True, ensure_ascii=False) + "\n")
        with self._context.database.write("labs", f"record {record.id}") as transaction:
            add_record(transaction, record)
            if record.verdict is Verdict.PASSED:
                self._prove(transaction, choice.lab, record, moment.millis)
                figures = self._context.library.figures.get(choice.lab.slug, ())
                settle(transaction, figures, record)
                mark_stale(transaction, figures, record)
        return Outcome(record, frozenset({Area.LABS, Area.ITEMS}))

    def records(self, slug: str | None = None) -> tuple[LabRecord, ...]:
        """Stored runs, oldest first."""
        with self._context.database.read() as connection:
            return tuple(records(connection, slug))

    def record(self, record_id: str) -> LabRecord:
        """One stored run.

        Raises:
            NotFoundError: no such record.
        """
        with self._context.database.read() as connection:
            found = find_record(connection, record_id)
        if found is None:
            raise NotFoundError(f"There is no record {record_id!r}.", "`studyctl lab records` lists them.")
        return found

    def document(self, choice_also: tuple[Address, ...], record: LabRecord) -> Event:
        """The run as the JSON document that `studyctl lab run --json` prints."""
        shown = record.document
        return {
            "lab": record.slug,
            "address": record.address,
            "also": [str(address) for address in choice_also],
            "verdict": record.verdict.value,
            "evidence": record.evidence.value,
            "reason": shown.get("reason", ""),
            "checks": shown.get("checks", []),
            "metrics": shown.get("metrics", {}),
            "record": record.id,
            "record_path": record.path,
        }

    def _prove(self, transaction: Transaction, lab: Lab, record: LabRecord, at: int) -> None:
        ticks = all_ticks(transaction.connection)
        for item_id in lab.proves:
            before = ticks.get(item_id, Tick(item_id))
            proof = replace(before, status=TickStatus.PROVED, evidence=record.id, evidence_kind=EvidenceKind.RECORD)
            save_tick(transaction, proof, at)

    def _free_id(self, slug: str, millis: int) -> str:
        stamp = from_millis(millis).strftime("%Y%m%d-%H%M%S")
        base = f"{slug}-{stamp}"
        candidate, n = base, 1
        while (self._context.paths.records / f"{candidate}.json").exists():
            n += 1
            candidate = f"{base}-{n}"
        return candidate


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror}.", "Reinstall studyctl.") from error
