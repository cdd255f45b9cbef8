"""The checks that every lab makes of its launches: right outputs, no address outside, no race, no missed barrier."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from graders import checks
from graders.checks import Check, Comparison

HAZARDS = {
    "in-bounds": (("out_of_bounds",), "accesses outside their array"),
    "races": (("races", "unset_reads"), "elements raced for, or read before they were written"),
    "barriers": (("divergent_barriers",), "barriers that not every thread reaches"),
}


def soundness(launches: Sequence[dict[str, Any]]) -> list[Check]:
    """Judge launches in their JSON form: ``kernel``, ``shape``, ``comparison`` and ``report`` each; smallest first."""
    compared = [Comparison.parse(each["comparison"]) for each in launches]
    outputs = checks.within_error_budget("outputs", compared, what="launches")
    return [outputs, *(_hazard(check_id, launches) for check_id in HAZARDS)]


def _hazard(check_id: str, launches: Sequence[dict[str, Any]]) -> Check:
    kinds, what = HAZARDS[check_id]
    counts = [sum(each["report"][kind] for kind in kinds) for each in launches]
    text = f"{sum(counts)} {what} in {len(launches)} launches"
    for each, count in zip(launches, counts, strict=True):
        if count:
            examples = each["report"]["examples"]
            example = next((examples[kind] for kind in kinds if kind in examples), "")
            text += f"; first: {each['kernel']}, {each['shape']}" + (f": {example}" if example else "")
            break
    return checks.holds(check_id, bool(launches) and not sum(counts), text, value=sum(counts), bound=0, unit="times")
