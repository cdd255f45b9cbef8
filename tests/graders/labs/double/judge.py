"""One exact check over the samples of the test lab."""

from __future__ import annotations

from graders import checks
from graders.outcome import Outcome, Samples


def judge(samples: Samples) -> Outcome:
    return Outcome(checks=[checks.same_output("doubled", samples["wrong"], samples["calls"], what="arrays")])
