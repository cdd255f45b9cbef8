"""Weights that are not those of the memory model are explained, whoever asks for the model."""

from __future__ import annotations

import math
from collections.abc import Sequence

import pytest

from studyctl.domain.forgetting import Forgetting
from studyctl.domain.scheduling import Scheduler
from studyctl.domain.weights import COUNT, DEFAULT_WEIGHTS, memory_model
from studyctl.errors import DataError


@pytest.mark.parametrize(
    ("weights", "why"),
    [
        (DEFAULT_WEIGHTS[:17], "17 numbers instead of 21"),
        (DEFAULT_WEIGHTS[:19], "19 numbers"),
        ((*DEFAULT_WEIGHTS, 1.0), "22 numbers"),
        ((math.nan, *DEFAULT_WEIGHTS[1:]), "not all finite"),
        ((*DEFAULT_WEIGHTS[:20], math.inf), "not all finite"),
        ((*DEFAULT_WEIGHTS[:20], 0.0), "instead of above 0"),
    ],
)
@pytest.mark.parametrize("make", [memory_model, Forgetting, lambda weights: Scheduler(weights=weights)])
def test_what_is_no_set_of_weights_is_explained(make: type, weights: Sequence[float], why: str) -> None:
    with pytest.raises(DataError) as refused:
        make(weights)
    assert why in refused.value.message
    assert "settings reset fsrs_weights" in refused.value.hint


def test_the_defaults_make_a_model_and_are_made_once() -> None:
    assert len(DEFAULT_WEIGHTS) == COUNT
    assert memory_model(list(DEFAULT_WEIGHTS)) is memory_model(DEFAULT_WEIGHTS)
