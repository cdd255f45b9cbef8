"""Cards from figures: at most five, surprises before headlines, ids that stay, and what stands on a card."""

from __future__ import annotations

import re
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from studyctl.content.library import Library
from studyctl.domain.figures import Basis, Figure, Measured
from studyctl.domain.labs import EvidenceLevel, Lab, LabRecord, Verdict
from studyctl.domain.measured_cards import MOST, LabCard, Proposal, Reason, card_id, card_of, choose, left
from studyctl.domain.predictions import FigureResult

RECORD = LabRecord(
    *("toy-2", "toy", "p90/1", Verdict.PASSED, EvidenceLevel.MEASURED, 0, 0, 1.0, "cpu", "quick", "/x", ""),
    {"record": {"machine": {"cpu": "A CPU", "gpu": None}}},
)
LAB = Lab("toy", "Toy", "Why?", (), EvidenceLevel.MEASURED, 30, ("cpu",), topics=("kv-cache",))


def figure(number: int) -> Figure:
    return Figure("toy", f"f{number}", f"figure {number}", "x", "How many?", "It counts.", Basis.INTERVAL)


def card(number: int, record: str = "toy-1", stale: str | None = None) -> LabCard:
    return LabCard(
        card_id("toy", f"f{number}", "cpu", "quick"), "toy", f"f{number}", "cpu", record, 9.0, 11.0, stale, 0
    )


STATES = st.sampled_from(["none", "fine", "stale here", "stale elsewhere", "taken"])
PREDICTIONS = st.one_of(st.none(), st.floats(0, 30))
RUNS = st.lists(st.tuples(STATES, PREDICTIONS), max_size=9)


def kept_of(run: list[tuple[str, float | None]]) -> dict[str, LabCard]:
    made = {
        "fine": lambda n: card(n),
        "stale here": lambda n: card(n, stale="toy-2"),
        "stale elsewhere": lambda n: card(n, stale="toy-3"),
        "taken": lambda n: card(n, record="toy-2"),
    }
    found = [made[state](n) for n, (state, _) in enumerate(run) if state != "none"]
    return {each.card_id: each for each in found}


def results_of(run: list[tuple[str, float | None]]) -> list[FigureResult]:
    return [FigureResult(figure(n), Measured(10.0, 9.0, 11.0), predicted) for n, (_, predicted) in enumerate(run)]


@given(RUNS)
def test_new_values_then_surprises_by_distance_then_headlines_and_five_at_most(
    run: list[tuple[str, float | None]],
) -> None:
    found = choose(RECORD, results_of(run), kept_of(run))
    assert found == choose(RECORD, results_of(run), kept_of(run))
    assert len(found) <= MOST
    assert len({each.card_id for each in found}) == len(found)
    order = list(Reason)
    ranks = [order.index(each.reason) for each in found]
    assert ranks == sorted(ranks)
    surprises = [each.result.distance for each in found if each.reason is Reason.SURPRISE]
    assert surprises == sorted(surprises, reverse=True)
    headlines = [int(each.result.figure.name[1:]) for each in found if each.reason is Reason.FIGURE]
    assert headlines == sorted(headlines)


@given(RUNS)
def test_what_is_left_out_has_a_reason(run: list[tuple[str, float | None]]) -> None:
    found = {each.result.figure.name: each.reason for each in choose(RECORD, results_of(run), kept_of(run))}
    wanted = {}
    for n, ((state, _), result) in enumerate(zip(run, results_of(run), strict=True)):
        if state == "stale here":
            wanted[f"f{n}"] = Reason.STALE
        elif state in ("none", "fine") and result.surprise:
            wanted[f"f{n}"] = Reason.SURPRISE
        elif state == "none":
            wanted[f"f{n}"] = Reason.FIGURE
    assert found.items() <= wanted.items()
    assert len(found) == min(MOST, len(wanted))
    weakest = max((list(Reason).index(reason) for reason in found.values()), default=0)
    assert all(list(Reason).index(reason) >= weakest for name, reason in wanted.items() if name not in found)


def test_ids_are_ids_of_decks_and_differ_by_figure_device_and_profile(shipped: Library) -> None:
    kinds = [
        (slug, each.name, device, profile)
        for slug, figures in shipped.figures.items()
        for each in figures
        for device in ("cpu", "cuda:0", "cuda:1")
        for profile in ("quick", "full")
    ]
    ids = [card_id(*kind) for kind in kinds]
    assert all(re.fullmatch(r"[a-z0-9][a-z0-9\-]{1,39}", name) for name in ids)
    assert len(set(ids)) == len(kinds)
    assert not set(ids) & {card.note for card in shipped.cards.values()}


def test_an_id_never_changes() -> None:
    assert card_id("kv-cache-table", "ratio_200", "cpu", "quick") == "m-kv-cache-table-ratio-200-cpu"
    assert card_id("kv-cache-table", "ratio_200", "cuda:0", "full") == "m-kv-cache-table-ratio-200-cuda-0-full"
    assert (
        card_id("redis-response-cache", "zipf_hit_ratio", "cpu", "quick") == "m-redis-response-cache-zipf-hit-5b884a24"
    )


def proposal(predicted: float | None = None, low: float = 9.0, high: float = 11.0) -> Proposal:
    return Proposal("m-toy-f0-cpu", Reason.FIGURE, FigureResult(figure(0), Measured(10.0, low, high), predicted))


def test_a_card_quotes_machine_profile_lab_and_record() -> None:
    made = card_of(proposal(4.0), RECORD, LAB)
    assert made.front == "How many?\n\nMachine: A CPU (cpu); profile quick; lab toy."
    assert (made.answer, made.unit, made.day, made.source, made.topics) == (
        *(10, "x", "p90/1", "record toy-2", ("kv-cache",)),
    )
    assert "[9, 11] x, record toy-2. You predicted 4 x, outside the interval." in made.back
    assert made.back.endswith("It counts.")
    gpu = {"record": {"machine": {"cpu": "A CPU", "gpu": {"name": "H100"}}}}
    assert "Machine: H100 (cuda:0)" in card_of(proposal(), replace(RECORD, device="cuda:0", document=gpu), LAB).front


def test_the_tolerance_is_half_the_interval_and_two_percent_at_least() -> None:
    assert card_of(proposal(), RECORD, LAB).tolerance == 0.1
    assert card_of(proposal(None, 9.95, 10.1), RECORD, LAB).tolerance == 0.02


@given(st.floats(0, 20))
def test_a_card_is_left_by_an_estimate_outside_its_interval_alone(estimate: float) -> None:
    assert left(card(0), estimate) is not (9.0 <= estimate <= 11.0)
    exact = replace(card(0), low=4.0, high=4.0)
    assert left(exact, estimate) is (estimate != 4.0)
