"""Rounds are interleaved, randomised and bounded."""

from __future__ import annotations

import time
from collections import Counter

import numpy as np

from graders.measurement import Rounds, interleave, watching
from graders.scheduling import Scheduling


def rng() -> np.random.Generator:
    return np.random.default_rng(1)


def test_every_arm_runs_once_in_every_round_and_the_order_changes() -> None:
    calls: list[str] = []

    def arm(name: str) -> float:
        calls.append(name)
        return float(len(calls))

    arms = {name: (lambda name=name: arm(name)) for name in "abc"}  # type: ignore[misc]
    rounds = interleave(arms, rng(), at_least=20, at_most=20, seconds=60)
    assert len(rounds) == 20
    assert all(sorted(calls[i : i + 3]) == ["a", "b", "c"] for i in range(0, 60, 3))
    assert len(Counter(tuple(order) for order in rounds.orders)) > 1


def test_rounds_end_at_the_first_look_that_has_enough() -> None:
    rounds = interleave({"a": lambda: 1.0}, rng(), at_least=8, at_most=100, seconds=60)
    assert len(rounds) == 8


def test_rounds_go_on_while_there_is_not_enough_but_not_past_the_most() -> None:
    rounds = interleave({"a": lambda: 1.0}, rng(), at_least=4, at_most=30, seconds=60, enough=lambda r: False)
    assert len(rounds) == 30


def test_rounds_end_with_their_time() -> None:
    def slow() -> float:
        time.sleep(0.01)
        return 1.0

    rounds = interleave({"a": slow}, rng(), at_least=2, at_most=10_000, seconds=0.1, enough=lambda r: False)
    assert len(rounds) < 50


def test_a_wrong_answer_ends_the_rounds_at_once() -> None:
    rounds = interleave({"a": lambda: 1.0}, rng(), at_least=10, at_most=20, seconds=60, broken=lambda: True)
    assert len(rounds) == 1


def test_samples_of_a_round_stay_together() -> None:
    rounds = Rounds({"a": [1.0, 2.0], "b": [10.0, 20.0]}, [["a", "b"], ["b", "a"]])
    assert rounds.each(["b", "a"]) == [[10.0, 1.0], [20.0, 2.0]]
    assert rounds.ratio("b", "a").estimate == 10


def test_the_kernels_counters_are_read_around_every_round_where_somebody_watches() -> None:
    switches = iter(range(0, 100, 3))
    with watching(lambda: Scheduling(involuntary=next(switches))) as conditions:
        interleave({"a": lambda: 1.0}, rng(), at_least=4, at_most=4, seconds=60)
    assert [each["involuntary_switches"] for each in conditions] == [3, 3, 3, 3]
    interleave({"a": lambda: 1.0}, rng(), at_least=4, at_most=4, seconds=60)
    assert len(conditions) == 4
