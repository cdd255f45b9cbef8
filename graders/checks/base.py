"""The finding that every check returns, and how a state is read off an interval."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from graders.statistics import Interval

State = Literal["passed", "failed", "undecided", "impossible"]
Number = float | int | str | None


@dataclass(frozen=True)
class Check:
    """One finding. ``timing`` marks those that a busy machine can spoil; all others are right or wrong.

    ``clearance`` says by what factor, at least 1, the near end of a failed check's interval misses the bound: a miss
    that the machine's own noise cannot explain is a failure even on a busy machine. The state ``impossible`` belongs
    to a time that no machine of this kind can reach.
    """

    id: str
    state: State
    message: str
    value: Number = None
    bound: Number = None
    unit: str = ""
    timing: bool = False
    clearance: float = 1.0

    @property
    def passed(self) -> bool:
        """Whether the check is decided in the learner's favour."""
        return self.state == "passed"

    def as_dict(self) -> dict[str, Any]:
        """Return the fields of the verdict event."""
        return {
            "id": self.id,
            "passed": self.passed,
            "state": self.state,
            "timing": self.timing,
            "message": self.message,
            "value": self.value,
            "bound": self.bound,
            "unit": self.unit,
        }


def decided(truth: bool) -> State:
    """The state of a check that knows no doubt."""
    return "passed" if truth else "failed"


def shown(value: Interval, unit: str) -> str:
    """An interval as learners read it: estimate, unit, [low, high]."""
    return f"{value.estimate:.3g} {unit} [{value.low:.3g}, {value.high:.3g}]"


def factor(larger: float, smaller: float) -> float:
    """``larger / smaller``, at least 1; infinite over zero."""
    return max(1.0, larger / smaller) if smaller > 0 else float("inf")


def bounded(check_id: str, value: Interval, bound: float, what: str, unit: str, *, at_least: bool) -> Check:
    """Compare a whole interval with a bound: all of it on the right side, all of it on the wrong side, or astride."""
    word = "at least" if at_least else "at most"
    text = f"{what} = {shown(value, unit)}, {word} {bound:g} {unit} needed"
    good, bad = (value.low >= bound, value.high < bound) if at_least else (value.high <= bound, value.low > bound)
    if good:
        return Check(check_id, "passed", text, value.estimate, bound, unit, timing=True)
    if bad:
        clearance = factor(bound, value.high) if at_least else factor(value.low, bound)
        return Check(check_id, "failed", text, value.estimate, bound, unit, timing=True, clearance=clearance)
    text += "; the interval straddles the bound"
    return Check(check_id, "undecided", text, value.estimate, bound, unit, timing=True)
