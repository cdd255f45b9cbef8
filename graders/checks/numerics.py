"""Checks of floating-point outputs against a float64 reference with an error budget."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graders.checks.base import Check, decided

Floats = NDArray[Any]
SHOWN_WORST = 1e30  # JSON has no infinity


@dataclass(frozen=True)
class Comparison:
    """One output against its reference. ``worst`` is the largest error over the allowed error; above 1 is wrong.

    ``case`` names the input in words; ``where`` is the index of the worst element.
    """

    case: str
    worst: float
    where: tuple[int, ...] = ()
    got: float = math.nan
    right: float = math.nan

    def as_dict(self) -> dict[str, Any]:
        """Return the JSON form for a record's samples."""
        worst, got, right = min(self.worst, SHOWN_WORST), self.got, self.right
        return {"case": self.case, "worst": worst, "where": list(self.where), "got": got, "right": right}

    @classmethod
    def parse(cls, data: dict[str, Any]) -> Comparison:
        """Rebuild it; a number that JSON had no form for (null) was not finite."""
        got, right = (math.nan if data[key] is None else float(data[key]) for key in ("got", "right"))
        return cls(data["case"], float(data["worst"]), tuple(data["where"]), got, right)


def compare(case: str, output: Floats, reference: Floats, *, relative: float, absolute: float | Floats) -> Comparison:
    """Compare with ``|output - reference| <= absolute + relative * |reference|`` for each element.

    ``reference`` is float64. ``absolute`` scales with the inputs, not with the output: for a sum of n products of
    magnitude s it is about n * eps * s (Higham 2002, section 3.1), so that neither tiny nor huge inputs change what is
    accepted. NaN, infinity and a wrong shape are infinitely wrong.
    """
    right = np.asarray(reference, dtype=np.float64)
    if output.shape != right.shape:
        return Comparison(f"{case} (shape {output.shape}, expected {right.shape})", math.inf)
    if right.size == 0:
        return Comparison(case, 0.0)
    got = np.asarray(output, dtype=np.float64)
    with np.errstate(invalid="ignore", over="ignore", divide="ignore"):
        error = np.abs(got - right) / (absolute + relative * np.abs(right))
    error = np.where((got == right) | np.isnan(got) & np.isnan(right), 0.0, error)
    error = np.where(np.isfinite(error), error, np.inf)
    where = np.unravel_index(int(error.argmax()), error.shape)
    return Comparison(case, float(error[where]), tuple(int(i) for i in where), float(got[where]), float(right[where]))


def within_error_budget(check_id: str, comparisons: Sequence[Comparison], *, what: str) -> Check:
    """Every output lies within its error budget; the first wrong one is shown, so put the smallest input first."""
    wrong = [each for each in comparisons if not each.worst <= 1]
    worst = max((each.worst for each in comparisons), default=math.inf)
    text = f"{len(comparisons) - len(wrong)} of {len(comparisons)} {what} within the error budget"
    if wrong:
        first = wrong[0]
        text += f"; first wrong: {first.case} at {list(first.where)}: {first.got:.6g}, right is {first.right:.6g}"
    else:
        text += f", the worst used {worst:.0%} of it" if comparisons else ""
    return Check(check_id, decided(bool(comparisons) and not wrong), text, min(worst, SHOWN_WORST), 1, "of the budget")
