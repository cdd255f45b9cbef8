"""Reads the samples: right results, who worked at once, errors, the choice, and cores wanted per kind of work."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from report import plot, table

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
        outcome.checks += _visit_checks(samples["visits"])
    if "errors" in samples:
        outcome.checks.append(_cases("errors", samples["errors"], "exceptions that reached the caller"))
    left = [(what, count) for what, count in samples["left"] if count]
    text = f"after {len(samples['left'])} calls {sum(n for _, n in left)} threads or processes were still there"
    outcome.checks.append(
        checks.holds(
            "left-over", not left, text + (f", first after {left[0][0]}" if left else ""), value=len(left), bound=0
        )
    )
    if "choices" in samples:
        outcome.checks.append(_choice_check(samples["choices"]))
    if "rounds" in samples:
        _judge_rounds(samples, outcome)
    elif all(check.passed for check in outcome.checks):
        outcome.checks.append(checks.holds("measured", False, "the run ended before any cores were counted"))
    return outcome


def _cases(check_id: str, cases: Sequence[Samples], what: str) -> Check:
    return checks.every_case(check_id, [(c["case"], str(c["got"]), str(c["right"])) for c in cases], what=what)


def _visit_checks(visits: Sequence[Samples]) -> list[Check]:
    found = []
    for visit in visits:
        how, n, worker = visit["how"], visit["n"], visit["worker"]
        largest = max(visit["waves"], key=len, default=[])
        asked = {pid for wave in visit["waves"] for pid in wave}
        wanted = f"{n} at once, from {'this process' if how == 'threads' else f'{n} other processes'}"
        places = len(set(largest))
        right = len(largest) == n and (asked == {worker} if how == "threads" else places == n and worker not in asked)
        where = (
            "the worker itself"
            if asked == {worker}
            else f"{places} processes" + (" and the worker" * (worker in asked))
        )
        text = f"run_{how} of {visit['count']} questions, n = {n}: at most {len(largest)} waited at once, from {where}; {wanted} expected"
        found.append(checks.holds(f"{how}-count", right, text, value=len(largest), bound=n, unit="at once"))
    sent = sum(visit["count"] for visit in visits)
    asked_once = sum(len(visit["asked"]) for visit in visits)
    again = sum(count - 1 for visit in visits for count in visit["asked"].values())
    answers = [(f"run_{v['how']}", str(v["results"]), str(v["answers"])) for v in visits]
    return [
        *found,
        checks.conserved_count("each-once", sent, asked_once, again, 0, what="questions"),
        checks.every_case("answers", answers, what="lists of answers"),
    ]


def _choice_check(choices: Sequence[Samples]) -> Check:
    """A computation that others held up looks like waiting, so a wrong answer to it decides nothing."""
    counted = [c for c in choices if c["answer"] == c["right"] or not c["disturbed"]]
    if len(counted) == len(choices):
        return checks.every_case("choice", [(c["case"], c["answer"], c["right"]) for c in counted], what="choose")
    right = sum(c["answer"] == c["right"] for c in counted) / len(choices)
    what = f"choose, {len(choices) - len(counted)} of {len(choices)} computations held up by other programs; right"
    return checks.ratio_at_least("choice", Interval(right, right, 1.0), 1.0, what=what)


def _judge_rounds(samples: Samples, outcome: Outcome) -> None:
    rounds, wrong = samples["rounds"], samples["wrong"]
    calls = sum(map(len, rounds.values()))
    outcome.checks.append(
        checks.same_output("timed-results", len(wrong), calls, what="timed calls", example=str(wrong[:1]))
    )
    if wrong:
        return
    wanted = {
        name: median_interval([(ran + ready) / wall for wall, ran, ready in each]) for name, each in rounds.items()
    }
    used = {name: median_interval([ran / wall for wall, ran, _ in each]) for name, each in rounds.items()}
    cpu = {name: [ran for _, ran, _ in each] for name, each in rounds.items()}
    wall = {name: [seconds for seconds, _, _ in each] for name, each in rounds.items()}
    cost = paired_ratio(cpu["processes-crunch"], cpu["baseline"])
    outcome.checks += _core_checks(samples["gil"], used, wanted)
    what = "CPU seconds of run_processes/those of the referee's processes"
    outcome.checks.append(checks.quantity_between("cpu-cost", cost, *CPU_COST, what=what, unit="x"))
    speedup = paired_ratio(wall["serial"], wall["processes-crunch"])
    outcome.intervals = {f"wanted {name}": each for name, each in wanted.items()} | {
        "cpu_cost": cost,
        "speed-up": speedup,
    }
    outcome.metrics = {f"cores_{name}": each.estimate for name, each in used.items()} | {"speedup": speedup.estimate}
    outcome.tables, outcome.plots = [table(rounds)], [plot(wanted, used)]
    outcome.observation = {
        "model": "a linear congruential generator in pure Python; SHA-256 in C",
        "batch_size": 2,
        "throughput": speedup.estimate,
        "observations": f"2 threads used {used['threads-crunch'].estimate:.2f} cores on pure Python and "
        f"{used['threads-digest'].estimate:.2f} on hashing, 2 processes {used['processes-crunch'].estimate:.2f}",
    }
    control = paired_ratio(cpu["baseline"], cpu["control"])
    outcome.quietness = Quietness(control=control, scheduling=Scheduling(**samples["scheduling"]))


def _core_checks(gil: bool, used: Mapping[str, Interval], wanted: Mapping[str, Interval]) -> list[Check]:
    """Cores used can only fall on a busy machine, so they bound from above; cores wanted do not fall, and bound from below."""
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
