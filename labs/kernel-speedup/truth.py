"""What is right: the operator in float64 with a rigorous error budget, and its bytes by formula."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from graders.checks import Comparison, compare

Floats = NDArray[Any]

FLOAT_BYTES = 4
UNIT_ROUNDOFF = 2.0**-24
SMALLEST_NORMAL = 2.0**-126
ROWS_AT_A_TIME = 32


def expected(x: Floats, scale: Floats, bias: Floats, residual: Floats) -> tuple[Floats, Floats]:
    """relu(x * scale + bias + residual) in float64, and how far each element may be off.

    In any order, with or without fused multiply-add, there are at most three roundings, each at most 2^-24 of
    |x scale| + |bias| + |residual| (Higham 2002, section 3.1): four are allowed. A denormal may be flushed to zero
    wherever one appears.
    """
    product = x * scale.astype(np.float64)
    right = product + bias
    right += residual
    np.maximum(right, 0.0, out=right)
    slack = np.abs(product, out=product)
    slack += np.abs(bias)
    slack += np.abs(residual)
    slack *= 4 * UNIT_ROUNDOFF
    slack += SMALLEST_NORMAL * (4 + np.abs(scale.astype(np.float64)))
    return right, slack


def verify(case: str, out: Floats, x: Floats, scale: Floats, bias: Floats, residual: Floats) -> Comparison:
    """Compare every element of a large output, a few rows at a time; the rows with the worst one are told."""
    worst, where = -1.0, 0
    with np.errstate(invalid="ignore", over="ignore"):
        for first in range(0, len(x), ROWS_AT_A_TIME):
            part = slice(first, first + ROWS_AT_A_TIME)
            right, slack = expected(x[part], scale, bias, residual[part])
            error = float(np.max(np.abs(out[part] - right) / slack))
            if not error <= worst:  # NaN too
                worst, where = error, first
            if not error <= 1:
                break
    part = slice(where, where + ROWS_AT_A_TIME)
    right, slack = expected(x[part], scale, bias, residual[part])
    found = compare(case, out[part], right, relative=0.0, absolute=slack)
    place = (found.where[0] + where, *found.where[1:]) if found.where else ()
    return Comparison(found.case, found.worst, place, found.got, found.right)


def traffic(rows: int, columns: int) -> tuple[int, int]:
    """Bytes that four in-place kernels move, and that one fused kernel moves; a vector is read once by each kernel."""
    array, vector = rows * columns, columns
    multiply = array + vector + array
    add_bias = array + vector + array
    add_residual = array + array + array
    relu = array + array
    fused = 3 * array + 2 * vector
    return FLOAT_BYTES * (multiply + add_bias + add_residual + relu), FLOAT_BYTES * fused
