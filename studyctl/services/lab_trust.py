"""Whether a result can be trusted: records verified by the referee, and the ceilings of this machine."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from studyctl.domain.labs import LabRecord
from studyctl.errors import CannotRunHereError, DataError, UsageError
from studyctl.services.context import Context
from studyctl.services.lab_runner import Event, call_referee

Call = Callable[[Path, list[str]], tuple[int, str, str]]


class TrustService:
    """Asks the referee for more than a verdict."""

    def __init__(self, context: Context, call: Call = call_referee) -> None:
        self._context = context
        self._call = call

    def verify(self, record: LabRecord, solution: Path) -> Event:
        """Derive the verdict of a record again from the samples in its file.

        The file is also compared with what the database keeps of the same run. `trusted` sums it up.

        Raises:
            DataError: the file is gone.
        """
        path = Path(record.path)
        if not path.is_file():
            raise DataError(f"The record's file {path} is gone.", "Run the lab again to have a new record.")
        words = ["verify", str(path)]
        if solution.is_file():
            words += ["--solution", str(solution)]
        found = self._ask(words, (0, 1, 4))
        found["matches_database"] = _content(path) == record.document
        found["trusted"] = bool(found["sealed"] and found["matches_database"] and found["holds"] is not False)
        return found

    def calibrate(self, device: str) -> Event:
        """Measure what this machine can do at most and keep it.

        Raises:
            UsageError, CannotRunHereError: no such device, or numpy is missing.
        """
        return self._ask(["calibrate", "--device", device, "--save", str(self._context.paths.ceilings)], (0,))

    def _ask(self, words: list[str], good: tuple[int, ...]) -> Event:
        code, told, talk = self._call(self._context.paths.bundle, words)
        if code in good and told:
            answer: Event = json.loads(told)
            return answer
        reason = talk.strip().splitlines()[-1].removeprefix("graders: ") if talk.strip() else f"exit status {code}"
        if code == 2:
            raise UsageError(reason)
        if code == 3 or "No module named" in reason:
            raise CannotRunHereError(reason, "`studyctl doctor` says what is missing.")
        raise DataError(f"The referee did not answer: {reason}", "`studyctl doctor` checks the installation.")


def _content(path: Path) -> object:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
