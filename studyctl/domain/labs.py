"""Labs as the application sees them: what they serve, and the records of their runs."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from studyctl.domain.address import Address


class Verdict(StrEnum):
    """Outcome of a graded run."""

    PASSED = "passed"
    FAILED = "failed"
    NOISY = "noisy"
    ERROR = "error"
    TIMEOUT = "timeout"
    CRASHED = "crashed"
    REFUSED = "refused"
    IMPOSSIBLE = "impossible"


class EvidenceLevel(StrEnum):
    """How far a result can be trusted: by the referee, by a live probe, or as submitted."""

    MEASURED = "measured"
    PROBED = "probed"
    SUBMITTED = "submitted"


@dataclass(frozen=True)
class Requirement:
    """A module or tool that a lab needs, and the command that installs it."""

    name: str
    kind: str
    install: str


@dataclass(frozen=True)
class Hint:
    """One step towards the solution and what it costs; later ones cost more."""

    text: str
    cost: int


@dataclass(frozen=True)
class Lab:
    """One lab: a permanent slug and every day that it serves. `proves` are item ids that a pass proves."""

    slug: str
    title: str
    question: str
    serves: tuple[Address, ...]
    evidence: EvidenceLevel
    minutes: int
    devices: tuple[str, ...]
    requires: tuple[Requirement, ...] = ()
    proves: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    hints: tuple[Hint, ...] = ()


@dataclass(frozen=True)
class LabRecord:
    """One stored run. `document` is the referee's verdict document, `solution_hash` the sha256 of what was graded."""

    id: str
    slug: str
    address: str
    verdict: Verdict
    evidence: EvidenceLevel
    at: int
    day: int
    seconds: float
    device: str
    profile: str
    path: str
    solution_hash: str
    document: dict[str, Any]
