"""Cards out of a run's figures: which are worth a card, and what stands on it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from math import ceil

from studyctl.domain.figures import Basis
from studyctl.domain.labs import Lab, LabRecord
from studyctl.domain.predictions import DIGITS, LEAST_TOLERANCE, FigureResult, amount

MOST = 5
ID_LENGTH = 40
_TAIL = 8
_USUAL_PROFILE = "quick"


class Reason(StrEnum):
    """Why a card is proposed, in the order in which they come."""

    STALE = "new value"
    SURPRISE = "surprise"
    FIGURE = "figure"


@dataclass(frozen=True)
class LabCard:
    """A card that was made from a figure. `stale` is the later record that left its interval."""

    card_id: str
    slug: str
    figure: str
    device: str
    record: str
    low: float
    high: float
    stale: str | None
    at: int


@dataclass(frozen=True)
class Proposal:
    """A card that a run could give; nothing is added before the learner says yes."""

    card_id: str
    reason: Reason
    result: FigureResult


@dataclass(frozen=True)
class MeasuredCard:
    """A numeric card as it stands in the deck file; `tolerance` is relative."""

    id: str
    day: str
    front: str
    answer: float
    unit: str
    tolerance: float
    back: str
    source: str
    topics: tuple[str, ...]


def card_id(slug: str, figure: str, device: str, profile: str) -> str:
    """The permanent id of the card of a figure on a device in a profile: the same for every run of that kind."""
    parts = ["m", slug, figure, device, *([] if profile == _USUAL_PROFILE else [profile])]
    plain = re.sub(r"[^a-z0-9]+", "-", "-".join(parts).lower()).strip("-")
    if len(plain) <= ID_LENGTH:
        return plain
    tail = sha256("/".join(parts).encode()).hexdigest()[:_TAIL]
    return f"{plain[: ID_LENGTH - _TAIL - 1].rstrip('-')}-{tail}"


def choose(record: LabRecord, results: Iterable[FigureResult], kept: Mapping[str, LabCard]) -> tuple[Proposal, ...]:
    """At most five cards that a run could give, the same for the same arguments.

    New values of stale cards come first, then surprises by their distance, then figures that have no card, in the order
    of the lab. `kept` are the cards that there are, by id. Results of a run that did not pass are none.
    """
    found: list[Proposal] = []
    for result in results:
        name = card_id(record.slug, result.figure.name, record.device, record.profile)
        reason = _reason(record.id, result, kept.get(name))
        if reason is not None:
            found.append(Proposal(name, reason, result))
    order = list(Reason)
    found.sort(key=lambda each: (order.index(each.reason), -each.result.distance))
    return tuple(found[:MOST])


def _reason(record_id: str, result: FigureResult, card: LabCard | None) -> Reason | None:
    if card is not None and card.stale == record_id:
        return Reason.STALE
    if card is not None and (card.stale is not None or card.record == record_id):
        return None
    if result.surprise:
        return Reason.SURPRISE
    return Reason.FIGURE if card is None else None


def card_of(proposal: Proposal, record: LabRecord, lab: Lab) -> MeasuredCard:
    """The card of a proposal: it asks for the estimate and quotes machine, profile and record."""
    result = proposal.result
    figure, found = result.figure, result.measured
    half_width = (found.high - found.low) / 2
    relative = half_width / abs(found.estimate) if found.estimate else 0.0
    where = f"Machine: {machine_of(record)} ({record.device}); profile {record.profile}; lab {record.slug}."
    return MeasuredCard(
        id=proposal.card_id,
        day=record.address,
        front=f"{figure.ask}\n\n{where}",
        answer=rounded(found.estimate),
        unit=figure.unit,
        tolerance=max(LEAST_TOLERANCE, ceil(relative * 1000) / 1000),
        back="\n\n".join(_back(result, record)),
        source=f"record {record.id}",
        topics=lab.topics,
    )


def _back(result: FigureResult, record: LabRecord) -> list[str]:
    figure, found = result.figure, result.measured
    if figure.basis is Basis.EXACT:
        told = f"Exact, record {record.id}."
    else:
        told = f"Interval [{amount(found.low)}, {amount(found.high)}] {figure.unit}".rstrip() + f", record {record.id}."
    if result.predicted is not None:
        inside = "outside the interval" if result.surprise else "inside the interval"
        told += f" You predicted {amount(result.predicted, figure.unit)}, {inside}."
    return [told, figure.why]


def machine_of(record: LabRecord) -> str:
    """Name of the GPU that was measured, else of the CPU; what a terminal would obey in it is a space."""
    machine = record.document.get("record", {}).get("machine") or {}
    gpu = machine.get("gpu") or {}
    name = str(gpu.get("name") or machine.get("cpu") or "unknown")
    return "".join(each if each.isprintable() else " " for each in name)


def rounded(value: float) -> float:
    """Four significant digits; whole numbers stay as they are."""
    if value == int(value):
        return int(value)
    return float(f"{value:.{DIGITS}g}")


def left(card: LabCard, estimate: float) -> bool:
    """True where a later estimate lies outside the interval of a card."""
    return not card.low <= estimate <= card.high
