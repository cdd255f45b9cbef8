"""Reads what the counters saw: how many questions waited at once, and which processes asked them."""

from __future__ import annotations

from collections.abc import Sequence

from graders import checks
from graders.checks import Check
from graders.outcome import Samples


def at_once(visit: Samples) -> Check:
    """n questions waited at once: all from the worker (threads), or from n processes and none from the worker."""
    how, n, worker = visit["how"], visit["n"], visit["worker"]
    largest: list[int] = max(visit["waves"], key=len, default=[])
    asked = {pid for wave in visit["waves"] for pid in wave}
    own, others = worker in asked, len(set(largest) - {worker})
    right = len(largest) == n and (asked == {worker} if how == "threads" else others == n and not own)
    came = " and ".join([*["the worker itself"] * own, *[f"{others} other processes"] * bool(others)])
    needed = "this process" if how == "threads" else f"{n} other processes"
    text = (
        f"run_{how} of {visit['count']} questions, n = {n}: at most {len(largest)} waited at once, from {came}; "
        f"{n} at once from {needed} expected"
    )
    return checks.holds(f"{how}-count", right, text, value=len(largest), bound=n, unit="at once")


def visit_checks(visits: Sequence[Samples]) -> list[Check]:
    """Who asked at once, every question once, every answer in its place."""
    sent = sum(visit["count"] for visit in visits)
    asked_once = sum(len(visit["asked"]) for visit in visits)
    again = sum(count - 1 for visit in visits for count in visit["asked"].values())
    answers = [(f"run_{v['how']}", str(v["results"]), str(v["answers"])) for v in visits]
    return [
        *map(at_once, visits),
        checks.conserved_count("each-once", sent, asked_once, again, 0, what="questions"),
        checks.every_case("answers", answers, what="lists of answers"),
    ]
