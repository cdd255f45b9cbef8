"""Reads the samples: one check for each rule of the allocator, one for attention, one for the formula."""

from __future__ import annotations

from report import report

from graders import checks
from graders.checks import Check, Comparison
from graders.outcome import Outcome, Samples

RULES = {
    "refusal": "refused exactly when the free blocks do not suffice, and then nothing changes",
    "slots": "tokens lie at table[position // B] * B + position % B",
    "no-overlap": "no block is handed out, or counted as free, while a sequence holds it",
    "no-leak": "every block that no sequence holds is free",
    "waste": "at most B - 1 empty slots for each sequence",
    "ref-counts": "the reference count is the number of sequences that hold the block",
    "copy-on-write": "a shared block is copied before it is written, and only then",
}


def judge(samples: Samples) -> Outcome:
    """Return checks, plots and table of one run."""
    outcome = Outcome(checks=[*_rule_checks(samples), _attention_check(samples), *_formula_check(samples)])
    report(outcome, samples)
    return outcome


def _rule_checks(samples: Samples) -> list[Check]:
    found = []
    operations = samples.get("operations", 0)
    for rule, title in RULES.items():
        text = samples.get("violations", {}).get(rule)
        message = text or f"{title}: held in {operations:,} operations"
        if rule == "waste" and text is None and samples.get("pools"):
            worst = max(samples["pools"], key=lambda pool: pool["most_waste"] / pool["block_size"])
            message += f"; the most was {worst['most_waste']} with blocks of {worst['block_size']}"
        held = text is None and operations > 0
        found.append(checks.holds(rule, held, message, value=int(text is not None), bound=0, unit="violations"))
    return found


def _attention_check(samples: Samples) -> Check:
    compared = [Comparison.parse(each) for each in samples.get("attention", [])]
    what = f"batches of operations ({samples.get('outputs', 0):,} attention outputs through block tables)"
    return checks.within_error_budget("attention", compared, what=what)


def _formula_check(samples: Samples) -> list[Check]:
    asked = samples.get("formula")
    if asked is None:
        return []
    size, reserved, lengths, answer = asked["block_size"], asked["reserved"], asked["lengths"], asked["answer"]
    paged, contiguous = sum(-n % size for n in lengths), sum(reserved - n for n in lengths)
    message = (
        f"wasted_slots gives {answer['reserved']} reserved and {answer['paged']} paged for {len(lengths)} lengths, "
        f"B = {size}, reservation {reserved}; right are {contiguous} and {paged}"
    )
    right = (answer["reserved"], answer["paged"]) == (contiguous, paged)
    return [checks.holds("waste-formula", right, message, value=answer["paged"], bound=paged, unit="slots")]
