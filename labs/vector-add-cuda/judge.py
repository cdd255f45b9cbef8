"""Reads the samples: facts about twin and source, and on a GPU the bandwidth that one launch reaches."""

from __future__ import annotations

from typing import Any

from facts import facts

from graders import checks, statistics
from graders.ceilings import Ceilings
from graders.outcome import Outcome, Plot, Samples, Series, Table
from graders.scheduling import Scheduling
from graders.simt import Report
from graders.statistics import Interval
from graders.verdict import Quietness

SHARE_OF_COPY = 0.5


def judge(samples: Samples) -> Outcome:
    """Return the outcome; the checks on time are there once a GPU was timed."""
    outcome = Outcome(checks=facts(samples))
    launches = samples.get("launches", [])
    outcome.tables = _tables(samples)
    outcome.plots = _plots(launches)
    outcome.metrics = {"launches": float(len(launches) + len(samples.get("cuda", [])))}
    for each in samples.get("compiled", []):
        outcome.metrics[f"registers_{each['architecture']}"] = float(each["registers"])
    outcome.observation = {
        "model": "vector addition, float32",
        "notes": "twin on the SIMT machine; CUDA source " + ("on a GPU" if "gpu" in samples else "emulated on the CPU"),
    }
    if "gpu" in samples:
        _gpu(samples["gpu"], outcome)
    return outcome


def _gpu(gpu: dict[str, Any], outcome: Outcome) -> None:
    total = gpu["outputs"]
    outcome.checks += [
        checks.same_output("gpu-outputs", gpu["wrong"], total, what="timed launches", example=gpu["example"]),
        checks.exact("gpu-in-bounds", gpu["outside"], 0, unit="elements", formula="guards written"),
    ]
    if gpu["wrong"] or gpu["outside"] or not gpu["seconds"]["solution"]:
        return
    seconds = statistics.median_interval(gpu["seconds"]["solution"])
    rate = Interval(*(1e-9 * gpu["bytes"] / value for value in (seconds.estimate, seconds.high, seconds.low)))
    # The slices of a burst together are far larger than any cache.
    copy = 1e-9 * Ceilings.parse(gpu["ceilings"]).bytes_per_s(gpu["working_set"])
    what = f"12n / t at n = {gpu['n']:,}"
    bandwidth = checks.share_of_ceiling("bandwidth", rate, copy, SHARE_OF_COPY, what=what, unit="GB/s")
    outcome.checks.append(bandwidth)
    control = statistics.paired_ratio(gpu["seconds"]["control"], gpu["seconds"]["baseline"])
    outcome.quietness = Quietness(control=control, scheduling=Scheduling(**gpu["scheduling"]))
    outcome.intervals = {"launch_s": seconds, "gigabytes_per_s": rate}
    outcome.metrics |= {"gigabytes_per_s": rate.estimate, "copy_gigabytes_per_s": copy}
    outcome.observation |= {"throughput": f"{rate.estimate:.4g} GB/s of {copy:.4g} GB/s that a copy reaches"}


def _tables(samples: Samples) -> list[Table]:
    rows: list[list[str | float | int | None]] = []
    for each in samples.get("launches", []):
        report = Report.parse(each["report"])
        share = round(100 * report.active_share, 1)
        rows.append([each["shape"], report.issued, report.loads, report.stores, report.sectors, share])
    columns = ["launch", "warp instructions", "loads", "stores", "sectors", "active %"]
    found = [Table("The twin on the SIMT machine", columns, rows)] if rows else []
    if compiled := samples.get("compiled", []):
        rows = [[each["architecture"], each["registers"], each["spilled"]] for each in compiled]
        found.append(Table("nvcc -Xptxas -v", ["architecture", "registers", "bytes spilled"], rows))
    return found


def _plots(launches: list[dict[str, Any]]) -> list[Plot]:
    if not launches:
        return []
    largest = max(each["n"] for each in launches)
    shown = [each for each in launches if each["n"] == largest]
    x = [each["shape"].partition(", ")[2] for each in shown]
    per_request = [_per_request(Report.parse(each["report"])) for each in shown]
    series = [Series("sectors of one warp access", x, per_request)]
    return [Plot(f"Sectors of a warp access at n = {largest:,}; 4 is the least", "bar", "grid", "sectors", series)]


def _per_request(report: Report) -> float:
    return report.sectors / max(1, report.load_requests + report.store_requests)
