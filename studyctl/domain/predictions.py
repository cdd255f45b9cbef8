"""What the learner expected of a lab's figures, beside what was measured."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite

from studyctl.domain.figures import Figure, Measured
from studyctl.domain.units import parse_quantity, unit_of
from studyctl.errors import UsageError

LEAST_TOLERANCE = 0.02  # of the value: nothing measured is asked for more exactly
DIGITS = 4
_ALL_DIGITS = 1e15


@dataclass(frozen=True)
class Prediction:
    """An expected value in the figure's unit; `record` is the run that it was compared with, None before."""

    id: int
    slug: str
    figure: str
    value: float
    at: int
    record: str | None


@dataclass(frozen=True)
class FigureResult:
    """A figure of one run, with what was predicted for that run."""

    figure: Figure
    measured: Measured
    predicted: float | None

    @property
    def surprise(self) -> bool:
        """True where the prediction lies outside the interval."""
        return self.predicted is not None and not self.measured.holds(self.predicted)

    @property
    def distance(self) -> float:
        """How far outside the prediction lies, in widths of the interval; 0 inside.

        An interval counts as at least 4 % of the estimate wide, as a card's tolerance of 2 % to both sides.
        """
        if self.predicted is None or not self.surprise:
            return 0.0
        found = self.measured
        gap = found.low - self.predicted if self.predicted < found.low else self.predicted - found.high
        width = max(found.high - found.low, 2 * LEAST_TOLERANCE * abs(found.estimate))
        return gap / width if width else float("inf")


def value_in(text: str, figure: Figure) -> float:
    """What was typed for a figure (`4x`, `800 KiB`, `70 %`) in its unit; a bare number is in that unit already.

    Raises:
        UsageError: not a number, or of another unit.
    """
    quantity = parse_quantity(text)
    if quantity is None:
        raise UsageError(
            f"{text!r} is no number.", f"{figure.name} is asked in {told_unit(figure)}, with a point for decimals: 1.5"
        )
    number, named = quantity
    asked, given = unit_of(figure.unit), unit_of(named or figure.unit)
    if given.base != asked.base:
        raise UsageError(f"{named!r} is another unit than {told_unit(figure)}.", "A bare number is taken in that unit.")
    value = number * given.factor / asked.factor
    if not isfinite(value):
        raise UsageError(f"{text!r} is out of range.", f"{figure.name} is asked in {told_unit(figure)}.")
    return value


def told_unit(figure: Figure) -> str:
    """The unit in words."""
    return figure.unit or "a plain number"


def amount(value: float, unit: str = "") -> str:
    """A number with its unit: whole ones below 10**15 with all digits, others with four."""
    text = f"{value:,.0f}" if abs(value) < _ALL_DIGITS and value == int(value) else f"{value:,.{DIGITS}g}"
    return f"{text} {unit}".strip()


def told(result: FigureResult) -> str:
    """One line: what was predicted, what was measured, and whether the one lies in the interval of the other."""
    figure, found = result.figure, result.measured
    interval = "" if found.low == found.high else f" [{amount(found.low)}, {amount(found.high)}]"
    told_measured = f"measured {amount(found.estimate, figure.unit)}{interval}"
    if result.predicted is None:
        return f"{figure.title}: {told_measured}"
    verdict = "surprise" if result.surprise else "as predicted"
    return f"{figure.title}: predicted {amount(result.predicted, figure.unit)}, {told_measured}: {verdict}"
