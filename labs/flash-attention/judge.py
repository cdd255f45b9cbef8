"""Reads the samples: outputs within their budgets, counts exact, and no score matrix in memory."""

from __future__ import annotations

from typing import Any

from report import MIB, report

from graders import checks
from graders.checks import Check, Comparison
from graders.outcome import Outcome, Samples

GROUPS = {
    "even-tiles": "outputs whose lengths are multiples of the tiles",
    "ragged-tiles": "outputs whose lengths are not multiples of the tiles",
    "causal": "causal outputs (query i sees key j <= i + Tk - Tq)",
    "masked-rows": "causal outputs with rows that see no key (their output is 0)",
    "stable": "outputs with logits of size 1e4",
}
COUNTS = {
    "tiled_traffic": ("tiled-traffic", "t_q, t_k, d, block_q, block_k, causal"),
    "standard_traffic": ("standard-traffic", "t_q, t_k, d"),
    "score_bytes": ("score-bytes", "t_q, t_k, block_q, block_k"),
}
SHAPES = ("square", "long-keys", "long-queries")
ALLOWED_SHARE = 0.25  # of the bytes of the whole score matrix


def judge(samples: Samples) -> Outcome:
    """Return checks, plots and tables; lists whatever was measured before the run ended."""
    outputs = _grouped(samples.get("outputs", []))
    found = [
        checks.within_error_budget(group, outputs[group], what=what)
        for group, what in GROUPS.items()
        if group in outputs
    ]
    sums = [Comparison.parse(each) for each in samples.get("logsumexps", [])]
    if sums:
        found.append(checks.within_error_budget("logsumexp", sums, what="logsumexps"))
    found += [_counted(name, rows) for name, rows in samples.get("counts", {}).items()]
    memory = samples.get("memory", [])
    found += _memory_checks(memory)
    if "long" in outputs:
        found.append(checks.within_error_budget("long-outputs", outputs["long"], what="long outputs"))
    outcome = Outcome(checks=found)
    report(memory, outcome, len(samples.get("outputs", [])))
    return outcome


def held(own: dict[str, Any], control: dict[str, Any] | None) -> int:
    """Bytes that a call newly took, plus what it touched of older memory beyond a process without any.

    ``touched`` is None where the kernel does not tell; the referee's own standard attention shows what interpreter and
    libraries touch.
    """
    touched = 0
    if own["touched"] is not None and control is not None and control["touched"] is not None:
        touched = max(0, own["touched"] - control["touched"])
    return int(own["grown"]) + touched


def _grouped(outputs: list[dict[str, Any]]) -> dict[str, list[Comparison]]:
    groups: dict[str, list[Comparison]] = {}
    for each in outputs:
        groups.setdefault(each["group"], []).append(Comparison.parse(each))
    return groups


def _counted(name: str, rows: list[Any]) -> Check:
    check_id, parameters = COUNTS[name]
    cases = [(f"({parameters}) = {tuple(arguments)}", str(tuple(told)), str(tuple(right)))
             for arguments, told, right in rows]  # fmt: skip
    return checks.every_case(check_id, cases, what=name, unit="bytes")


def _memory_checks(memory: list[dict[str, Any]]) -> list[Check]:
    own = {each["shape"]: each for each in memory if each["who"] == "solution"}
    control = next((each for each in memory if each["who"] == "control" and each["shape"] == "square"), None)
    found = []
    for shape in SHAPES:
        if shape in own:
            scores, tile = own[shape]["scores"]
            what = (
                f"memory of one call with Tq={own[shape]['t_q']} Tk={own[shape]['t_k']} and tiles of "
                f"{own[shape]['block_q']}x{own[shape]['block_k']} ({tile / MIB:.2g} MiB; all scores are "
                f"{scores / MIB:.0f} MiB)"
            )
            value, bound = held(own[shape], control) / MIB, ALLOWED_SHARE * scores / MIB
            found.append(checks.at_most(f"memory-{shape}", value, bound, what=what, unit="MiB"))
    if own:
        helpers = max(each["helpers"] for each in memory if each["who"] == "solution")
        text = f"{helpers} other processes were seen at work; the memory of one process is measured"
        found.append(checks.holds("one-process", helpers == 0, text, value=helpers, bound=0, unit="processes"))
    return found
