"""Reads the samples: the cache's bytes and values, the tokens, then the times and their physical floors."""

from __future__ import annotations

import math

from design import DTYPE_BYTES, NEW_TOKENS, PROMPTS
from report import report

from graders import checks, statistics
from graders.ceilings import Ceilings
from graders.checks import Check
from graders.outcome import Outcome, Samples
from graders.scheduling import Scheduling
from graders.statistics import Interval
from graders.verdict import Quietness

CACHE_ERROR = 1e-3  # float32 keys and values of order 1 against float64
RATIO_AT = {50: 1.2, 200: 2.0}
FLAT_PER_DOUBLING = 0.15
# Both first tokens cost one pass over the prompt. Seven cached tokens on top of it would make 2.9x, 2.2x and 1.4x.
FIRST_TOKEN_AT_MOST = {10: 2.0, 50: 1.5, 200: 1.3}


def judge(samples: Samples) -> Outcome:
    """Return checks, plots and table; time is judged only when bytes, values and tokens were right."""
    outcome = Outcome(checks=[*_token_checks(samples), *size_checks(samples)])
    if not all(check.passed for check in outcome.checks):
        return outcome
    if not samples.get("orders"):
        outcome.checks.append(checks.holds("ratio-200", False, "the run ended before any time was measured"))
        return outcome
    outcome.quietness = Quietness(control(samples), Scheduling(**samples.get("scheduling", {})))
    outcome.checks += time_checks(samples) + _floor_checks(samples)
    report(outcome, samples, ratios(samples), growth(samples))
    return outcome


def size_checks(samples: Samples) -> list[Check]:
    """Check bytes and values of the cache, and the formula."""
    return [*_cache_checks(samples), *_formula_check(samples)]


def time_checks(samples: Samples) -> list[Check]:
    """Check ratios, their growth with the prompt, the flatness of a cached token and the first tokens."""
    gains, times = ratios(samples), samples["ttft_s"]
    return [
        *(
            checks.ratio_at_least(f"ratio-{t}", gains[t], bound, what=f"uncached/cached time per token at prompt {t}")
            for t, bound in RATIO_AT.items()
        ),
        checks.monotone_increasing("ratio-grows", PROMPTS, list(gains.values()), what="uncached/cached"),
        checks.slope_near_zero("cached-flat", growth(samples), FLAT_PER_DOUBLING, what="time per cached token"),
        *(
            checks.ratio_at_most(
                f"first-token-{t}",
                statistics.ratio_of_medians(times[f"solution cached {t}"], times[f"baseline uncached {t}"]),
                bound,
                what=f"TTFT cached/uncached at prompt {t}",
            )
            for t, bound in FIRST_TOKEN_AT_MOST.items()
        ),
    ]


def control(samples: Samples) -> Interval:
    """Ratio of the two copies of the referee's own decoding, over all prompts."""
    times = samples["tpot_s"]
    pairs = [zip(times[f"uncached {t}"], times[f"control {t}"], strict=True) for t in PROMPTS]
    return statistics.median_interval([b / a for pair in pairs for a, b in pair])


def ratios(samples: Samples) -> dict[int, Interval]:
    """Uncached over cached time per token, by prompt length."""
    times = samples["tpot_s"]
    return {t: statistics.paired_ratio(times[f"uncached {t}"], times[f"cached {t}"]) for t in PROMPTS}


def growth(samples: Samples) -> Interval:
    """Growth of the cached inter-token time per doubling of T, 0.1 = 10 %. T counts half of the new tokens."""
    lengths = [length + NEW_TOKENS / 2 for length in PROMPTS]
    # The median gap, because a long prefill uses up the time slice: on a busy machine the mean of a generation then
    # holds a pause of the scheduler more often the longer its prompt was.
    rows = zip(*(samples["typical_gap_s"][f"solution cached {length}"] for length in PROMPTS), strict=True)
    slope = statistics.slope_interval(lengths, [list(row) for row in rows], statistics.log_log_slope)
    return Interval(2**slope.estimate - 1, 2**slope.low - 1, 2**slope.high - 1)


def _token_checks(samples: Samples) -> list[Check]:
    found = samples.get("generations")
    if found is None:
        return []
    wrong = found["wrong"]
    example = "; ".join(wrong[:1])
    return [checks.same_output("greedy-tokens", len(wrong), found["judged"], what="generations", example=example)]


def _cache_checks(samples: Samples) -> list[Check]:
    sizes: list[Check] = []
    error = 0.0
    for case in samples.get("cache", []):
        parts = [2, *(samples["config"][name] for name in ("layers", "heads", "head_dim"))]
        parts += [case["length"], DTYPE_BYTES, case["batch"]]
        formula = "*".join(str(part) for part in parts)
        sizes.append(checks.exact("cache-bytes", case["bytes"], math.prod(parts), unit="bytes", formula=formula))
        error = max(error, math.inf if case["error"] is None or math.isnan(case["error"]) else case["error"])
    if not sizes:
        return []
    message = f"keys and values differ from float64 by at most {error:.1e}, {CACHE_ERROR:.0e} allowed"
    values = checks.holds("cache-values", error <= CACHE_ERROR, message, value=min(error, 1e9), bound=CACHE_ERROR)
    return [next((check for check in sizes if not check.passed), sizes[-1]), values]


def _formula_check(samples: Samples) -> list[Check]:
    asked = samples.get("formula")
    if asked is None:
        return []
    order = ("layers", "heads", "head_dim", "tokens", "dtype_bytes", "batch")
    formula = "2*L*H*D*T*dtype*b = 2*" + "*".join(str(asked["sizes"][name]) for name in order)
    expected = 2 * math.prod(asked["sizes"].values())
    return [checks.exact("bytes-formula", asked["answer"], expected, unit="bytes", formula=formula)]


def _floor_checks(samples: Samples) -> list[Check]:
    """The prompt and each further token read all matrices. Whole generations: single tokens may be computed ahead."""
    if not samples.get("ceilings"):
        return []
    ceilings, parameters = Ceilings.parse(samples["ceilings"]), samples["matrix_parameters"]
    nbytes = parameters * DTYPE_BYTES
    step = ceilings.floor_seconds(nbytes, 2 * parameters)
    found = []
    for t in PROMPTS:
        # The unembedding is due for one position only: counting a position less keeps the floor below the truth.
        prompt = ceilings.floor_seconds(nbytes, 2 * parameters * (t - 1))
        formula = (
            f"{prompt * 1e6:.3g} us for the prompt + {NEW_TOKENS - 1} steps * {step * 1e6:.3g} us, "
            f"each reading {nbytes / 1e6:.3g} MB"
        )
        seconds = statistics.median_interval(samples["whole_s"][f"solution cached {t}"])
        floor, what = prompt + (NEW_TOKENS - 1) * step, f"{NEW_TOKENS} tokens after a prompt of {t}"
        found.append(checks.not_faster_than_floor(f"floor-{t}", seconds, floor, what=what, formula=formula))
    return found
