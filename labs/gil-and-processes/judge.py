"""Reads the samples: right results, who worked at once, errors, the choice, and cores wanted per kind of work."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from report import plot, table
from visits import visit_checks

from graders import checks
from graders.checks import Check
from graders.outcome import Outcome, Samples
from graders.scheduling import Scheduling
from graders.statistics import Interval, median_interval, paired_ratio
from graders.verdict import Quietness

SERIALISED = 1.2  # CPU seconds for each second that threads under one lock can use
PARALLEL, MOST = 1.5, 3.0  # two workers want two cores, and the process that feeds them wants one for moments
CPU_COST = (0.75, 1.25)  # of what the referee's own processes spend on equal work


def judge(samples: Samples) -> Outcome:
    """Return checks, plots and tables."""
    outcome = Outcome(checks=[_cases("results", samples.get("results", []), "small cases")])
    if "visits" in samples:
        outcome.checks += visit_checks(samples["visits"])
    if "errors" in samples:
        outcome.checks.append(_cases("errors", samples["errors"], "exceptions that reached the caller"))
    outcome.checks.append(_left_over_check(samples["left"]))
    if "choices" in samples:
        outcome.checks.append(_choice_check(samples["choices"]))
    if "rounds" in samples:
        _judge_rounds(samples, outcome)
    elif all(check.passed for check in outcome.checks):
        outcome.checks.append(checks.holds("measured", False, "the run ended before any cores were counted"))
    return outcome


def _cases(check_id: str, cases: Sequence[Samples], what: str) -> Check:
    return checks.every_case(check_id, [(c["case"], str(c["got"]), str(c["right"])) for c in cases], what=what)


def _choice_check(choices: Sequence[Samples]) -> Check:
    """A computation that others held up looks like waiting, so a wrong answer to it decides nothing."""
    counted = [c for c in choices if c["answer"] == c["right"] or not c["disturbed"]]
    if len(counted) == len(choices):
        return checks.every_case("choice", [(c["case"], c["answer"], c["right"]) for c in counted], what="choose")
    right = sum(c["answer"] == c["right"] for c in counted) / len(choices)
    what = f"choose, {len(choices) - len(counted)} of {len(choices)} computations held up by other programs; right"
    return checks.ratio_at_least("choice", Interval(right, right, 1.0), 1.0, what=what)


def _left_over_check(told: Sequence[Sequence[Any]]) -> Check:
    left = [(what, count) for what, count in told if count]
    count = sum(count for _, count in left)
    text = f"after {len(told)} calls {count} threads or child processes were still there"
    text += f", first after {left[0][0]}" if left else ""
    return checks.holds("left-over", not left, text, value=count, bound=0)


def _judge_rounds(samples: Samples, outcome: Outcome) -> None:
    rounds, wrong = samples["rounds"], samples["wrong"]
    calls, example = sum(map(len, rounds.values())), f"first: {wrong[0]}" if wrong else ""
    outcome.checks.append(checks.same_output("timed-results", len(wrong), calls, what="timed calls", example=example))
    if wrong:
        return
    wanted = {arm: median_interval([(ran + ready) / wall for wall, ran, ready in each]) for arm, each in rounds.items()}
    used = {arm: median_interval([ran / wall for wall, ran, _ in each]) for arm, each in rounds.items()}
    wall = {arm: [seconds for seconds, _, _ in each] for arm, each in rounds.items()}
    cpu = {arm: [ran for _, ran, _ in each] for arm, each in rounds.items()}
    costs = {
        "cpu-cost": ("run_processes", paired_ratio(cpu["processes-crunch"], cpu["baseline"])),
        "cpu-cost-c": ("run_threads, hashing,", paired_ratio(cpu["threads-digest"], cpu["baseline-digest"])),
    }
    speedup = paired_ratio(wall["serial"], wall["processes-crunch"])
    outcome.checks += _core_checks(samples["gil"], used, wanted)
    for check_id, (who, cost) in costs.items():
        what = f"CPU seconds of {who} over those of the referee's processes"
        outcome.checks.append(checks.quantity_between(check_id, cost, *CPU_COST, what=what, unit="x"))
    outcome.intervals = {f"wanted {arm}": each for arm, each in wanted.items()}
    outcome.intervals |= {"cpu_cost": costs["cpu-cost"][1], "cpu_cost_c": costs["cpu-cost-c"][1], "speedup": speedup}
    outcome.metrics = {f"cores_{arm}": each.estimate for arm, each in used.items()} | {"speedup": speedup.estimate}
    outcome.tables, outcome.plots = [table(rounds)], [plot(wanted, used)]
    outcome.observation = {
        "model": "a linear congruential generator in pure Python; SHA-256 in C",
        "batch_size": 2,
        "observations": f"2 threads used {used['threads-crunch'].estimate:.2f} cores on pure Python and "
        f"{used['threads-digest'].estimate:.2f} on hashing, 2 processes {used['processes-crunch'].estimate:.2f}; "
        f"one thread took {speedup.estimate:.2f} times as long as 2 processes",
    }
    control = paired_ratio(cpu["baseline"], cpu["control"])
    outcome.quietness = Quietness(control=control, scheduling=Scheduling(**samples["scheduling"]))


def _core_checks(gil: bool, used: Mapping[str, Interval], wanted: Mapping[str, Interval]) -> list[Check]:
    """A busy machine only lowers the cores used, bounded from above, and not those wanted, bounded from below."""
    what = "2 threads, pure Python"
    if gil:
        used_by_threads = used["threads-crunch"]
        text = f"{what}: cores used at once"
        found = [checks.quantity_between("threads-python", used_by_threads, 0.0, SERIALISED, what=text, unit="cores")]
    else:
        found = [_parallel("threads-python", "threads-crunch", f"{what}, interpreter without a GIL", used, wanted)]
    return [
        *found,
        _parallel("threads-c", "threads-digest", "2 threads, hashing in C that lets go of the GIL", used, wanted),
        _parallel("processes-python", "processes-crunch", "2 processes, pure Python", used, wanted),
    ]


def _parallel(
    check_id: str, arm: str, what: str, used: Mapping[str, Interval], wanted: Mapping[str, Interval]
) -> Check:
    text = f"{what}: cores wanted at once ({used[arm].estimate:.2f} got)"
    return checks.quantity_between(check_id, wanted[arm], PARALLEL, MOST, what=text, unit="cores")
