"""From checks and the machine's quietness to one verdict."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

from graders.checks import Check
from graders.errors import Verdict
from graders.scheduling import Scheduling
from graders.statistics import Interval

LEAST_NOISE = 0.05
CONTROL_TOLERANCE = 0.03  # two copies of the baseline may differ by this much
MAX_CONTROL_WIDTH = 0.15  # a wider A/A interval cannot decide anything
MAX_FOREIGN_SHARE = 0.15
MAX_INVOLUNTARY_PER_S = 100.0

WHAT_TO_DO = "close what else runs on this machine and run the lab again, or use --profile full for more samples"


@dataclass(frozen=True)
class Quietness:
    """Evidence about the machine.

    ``control`` is the A/A ratio of two copies of the baseline, ``scheduling`` the kernel's counters, ``gpu`` says what
    NVML saw disturb the GPU.
    """

    control: Interval | None = None
    scheduling: Scheduling = field(default_factory=Scheduling)
    gpu: str | None = None

    @property
    def contradiction(self) -> str | None:
        """Why no ratio of this run can be trusted, or None."""
        tolerance = CONTROL_TOLERANCE
        if self.control is not None and not self.control.overlaps(1 - tolerance, 1 + tolerance):
            return (
                f"two copies of the same baseline came out {self.control.estimate:.3f}x apart "
                f"[{self.control.low:.3f}, {self.control.high:.3f}]"
            )
        return None

    @property
    def busy(self) -> str | None:
        """Why the machine could not decide a close call, or None when it was quiet."""
        if self.contradiction is not None:
            return self.contradiction
        if self.control is not None and self.control.relative_width > MAX_CONTROL_WIDTH:
            return f"two copies of the same baseline agree only within {self.control.relative_width:.0%}"
        if self.gpu is not None:
            return self.gpu
        if self.scheduling.foreign_share > MAX_FOREIGN_SHARE:
            return f"other programs took {self.scheduling.foreign_share:.0%} of the time on the workers' cores"
        if self.scheduling.involuntary_per_s > MAX_INVOLUNTARY_PER_S:
            return f"the workers lost their core {self.scheduling.involuntary_per_s:.0f} times per second"
        return None

    @property
    def noise(self) -> float:
        """How far two copies of the same baseline may differ here, as a fraction; infinite without a control."""
        if self.control is None:
            return math.inf
        return max(LEAST_NOISE, abs(1 - self.control.low), abs(self.control.high - 1))


def decide(checks: Sequence[Check], quietness: Quietness) -> tuple[Verdict, str]:
    """Return verdict and reason.

    A time that physics forbids tops everything. A wrong answer always wins over noise. A missed time wins over noise
    only when it misses by more than twice what two copies of the same baseline differ by here; else noise wins.
    """
    impossible = [check for check in checks if check.state == "impossible"]
    if impossible:
        return "impossible", impossible[0].message
    wrong = [check for check in checks if check.state == "failed" and not check.timing]
    if wrong:
        return "failed", wrong[0].message
    if not checks:
        return "error", "the experiment came to no check"
    clear = [check for check in checks if check.state == "failed" and check.clearance > 1 + 2 * quietness.noise]
    if clear:
        return "failed", clear[0].message
    if quietness.contradiction is not None:
        return "noisy", f"{quietness.contradiction}: {WHAT_TO_DO}"
    open_checks = [check for check in checks if not check.passed]
    if not open_checks:
        return "passed", f"all {len(checks)} checks passed"
    # A clear miss is the more useful sentence than an open question.
    worst = min(open_checks, key=lambda check: check.state != "failed")
    if quietness.busy is not None:
        return "noisy", f"{worst.message}, but {quietness.busy}: {WHAT_TO_DO}"
    return "failed", worst.message
