"""The FSRS-6 memory model behind a set of weights, or the reason why these weights make none."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import fsrs_rs_python

from studyctl.errors import DataError

DEFAULT_WEIGHTS = tuple(float(weight) for weight in fsrs_rs_python.DEFAULT_PARAMETERS)
COUNT = len(DEFAULT_WEIGHTS)
DECAY = 20  # the place of the exponent of the forgetting curve


def memory_model(weights: Sequence[float]) -> Any:
    """The model of fsrs-rs.

    Raises:
        DataError: not 21 finite numbers, or a last one that makes no forgetting curve.
    """
    return _model(tuple(weights))


@lru_cache(maxsize=32)
def _model(weights: tuple[float, ...]) -> Any:
    # fsrs-rs takes 17 and 19 numbers for those of older versions; here each has its place among the 21.
    if len(weights) != COUNT:
        raise _wrong(f"there are {len(weights)} numbers instead of {COUNT}")
    if not all(map(math.isfinite, weights)):
        raise _wrong("they are not all finite")
    if weights[DECAY] <= 0:
        raise _wrong(f"the last one, by which recall falls, is {weights[DECAY]:g} instead of above 0")
    return fsrs_rs_python.FSRS(parameters=list(weights))


def _wrong(why: str) -> DataError:
    return DataError(
        f"The stored FSRS-6 weights cannot be used: {why}.",
        "`studyctl settings reset fsrs_weights` takes the defaults; no card and no answer is lost.",
    )
