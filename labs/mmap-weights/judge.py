"""Reads the samples: the format, the refusals, whose pages are where, and what opening costs as files grow."""

from __future__ import annotations

from collections.abc import Sequence

from growth import exponent, growth
from memory import memory_checks, touched
from report import memory_table, plots, walk_table

from graders import checks
from graders.checks import Check
from graders.outcome import Outcome, Samples
from graders.scheduling import Scheduling
from graders.statistics import Interval, median_interval, paired_ratio
from graders.verdict import Quietness

MOST_GROWTH = 0.10
LEAST_GAIN = 20.0


def judge(samples: Samples) -> Outcome:
    """Return checks, plots and tables."""
    outcome = Outcome(checks=[*_format_checks(samples["saved"]), *_value_checks(samples["loaded"])])
    if samples["refusals"]:
        outcome.checks += _refusal_checks(samples)
    if "memory" in samples:
        outcome.checks += memory_checks(samples["memory"])
        outcome.tables.append(memory_table(samples["memory"]))
        outcome.metrics["touched_over_tensor"] = touched(samples["memory"]) / samples["memory"]["tensor_bytes"]
    if samples.get("walks"):
        outcome.tables.append(walk_table(samples["walks"]))
    if "rounds" in samples:
        _judge_rounds(samples, outcome)
    elif all(check.passed for check in outcome.checks):
        outcome.checks.append(checks.holds("measured", False, "the run ended before anything was timed"))
    outcome.observation = {
        "model": "files of 4 to 128 MiB, 16 F32 tensors each, random data",
        "load_model": "load_read against load_mmap, every call under a fresh name",
    }
    return outcome


def _format_checks(saved: Sequence[Samples]) -> list[Check]:
    sound = [(each["case"], each["problem"] or "sound", "sound") for each in saved]
    wrong = [name for each in saved for name in each["wrong"]]
    shifted = [(each["case"], name) for each in saved for name in each["misaligned"]]
    total = sum(each["total"] for each in saved)
    return [
        checks.every_case("format", sound, what="files that save() wrote, read as the format says"),
        checks.same_output("saved-values", len(wrong), total, what="saved tensors", example=_first(wrong)),
        checks.holds(
            "alignment",
            not shifted,
            f"{len(shifted)} of {total} saved tensors begin at no multiple of their item size"
            + (f"; first: {shifted[0][1]!r} in {shifted[0][0]}" if shifted else ""),
            value=len(shifted),
            bound=0,
            unit="tensors",
        ),
    ]


def _value_checks(loaded: Sequence[Samples]) -> list[Check]:
    found = []
    for how in ("read", "mmap"):
        cases = [each for each in loaded if each["how"] == how]
        wrong = [f"{name!r} in {each['case']}" for each in cases for name in each["wrong"]]
        total = sum(each["total"] for each in cases)
        found.append(checks.same_output(f"{how}-values", len(wrong), total, what="tensors", example=_first(wrong)))
    return found


def _refusal_checks(samples: Samples) -> list[Check]:
    cases = [(each["case"], each["got"], each["expected"]) for each in samples["refusals"]]
    ran = bool(samples["ran_pickle"])
    text = "a pickle in a weights file was executed" if ran else "no code out of a weights file was executed"
    return [
        checks.every_case("refusals", cases, what="spoilt files"),
        checks.holds("no-code", not ran, text, value=int(ran), bound=0, unit="pickles run"),
    ]


def _judge_rounds(samples: Samples, outcome: Outcome) -> None:
    rounds, read_sizes, mmap_sizes = samples["rounds"], samples["read_sizes"], samples["mmap_sizes"]
    wrong, asked = samples["wrong_timed"], len(samples["orders"]) * len(rounds) + len(samples["walks"])
    outcome.checks.append(
        checks.same_output("timed-values", min(len(wrong), asked), asked, what="timed requests", example=_first(wrong))
    )
    if wrong:
        return
    largest = read_sizes[-1]
    flat, slope = growth(mmap_sizes, rounds), exponent("read", read_sizes, rounds)
    gain = paired_ratio(rounds["baseline"], rounds[f"mmap-{largest}"])
    read = median_interval(rounds[f"read-{largest}"])
    outcome.checks += [
        checks.slope_near_zero("open-flat", flat, MOST_GROWTH, what="time of load_mmap and one value"),
        checks.exponent_between("read-grows", slope, 0.5, 1.5, what="time of load_read over file size"),
        checks.ratio_at_least("gain", gain, LEAST_GAIN, what=f"read()/load_mmap at {largest} MiB"),
        _floor(samples),
    ]
    outcome.intervals = {"growth": flat, "read_exponent": slope, "gain": gain, "read_seconds": read}
    outcome.metrics |= {
        "open_us": 1e6 * median_interval(rounds[f"mmap-{largest}"]).estimate,
        "read_ms": 1e3 * read.estimate,
        "gain": gain.estimate,
        "growth_per_doubling": flat.estimate,
    }
    outcome.plots = plots({"read": read_sizes, "mmap": mmap_sizes}, rounds)
    outcome.observation["observations"] = (
        f"mapping {largest} MiB took {outcome.metrics['open_us']:.0f} us, "
        f"reading it {outcome.metrics['read_ms']:.1f} ms"
    )
    control = paired_ratio(rounds["baseline"], rounds["control"])
    outcome.quietness = Quietness(control=control, scheduling=Scheduling(**samples["scheduling"]))


def _floor(samples: Samples) -> Check:
    """Judge the fastest read of all, over its floor: reads of one file may differ, but none may be a mapping."""
    reads = {size: min(samples["rounds"][f"read-{size}"]) for size in samples["read_sizes"]}
    size = min(reads, key=lambda each: reads[each] / samples["floors"][str(each)])
    return checks.not_faster_than_floor(
        "floor",
        Interval(reads[size], reads[size], reads[size]),
        samples["floors"][str(size)],
        what=f"the fastest load_read of {size} MiB",
        formula="bytes read and written / bandwidth",
    )


def _first(wrong: Sequence[str]) -> str:
    return f"first wrong: {wrong[0]}" if wrong else ""
