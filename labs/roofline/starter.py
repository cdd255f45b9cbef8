"""Write four kernels and five formulas of the roofline model.

The kernels get tensors that already exist, on the CPU or on a GPU, and fill ``out``; they return nothing. All floats are
float32. This file runs; every function is either slow or wrong.
"""

from __future__ import annotations

from torch import Tensor


def copy(x: Tensor, out: Tensor) -> None:
    """Copy ``x`` (n,) to ``out`` (n,): 8 bytes per element, no operation."""


def gather(source: Tensor, index: Tensor, out: Tensor) -> None:
    """Set ``out[i] = source[index[i]]``.

    ``source`` (s,) float32, ``index`` (m,) int64 in [0, s), in any order and with repetitions, ``out`` (m,) float32.
    """


def saxpy(alpha: float, x: Tensor, y: Tensor, out: Tensor) -> None:
    """Set ``out = alpha * x + y``, all (n,): 2 operations and 12 bytes per element."""


def polynomial(coefficients: Tensor, x: Tensor, out: Tensor) -> None:
    """Set ``out = c[0] + c[1] x + ... + c[d] x**d`` element by element.

    ``coefficients`` (d + 1,), on the same device; ``x`` and ``out`` (n,). Horner's scheme needs 2 d operations per
    element, and 8 bytes if every element is read once and written once: d / 4 operations per byte.
    """


def decode_intensity(batch: int, dtype_bytes: int) -> float:
    """Operations per byte of weights when one decode step multiplies every weight by ``batch`` tokens.

    A multiply-add is two operations; only the weights count as bytes.
    """
    return 0.0


def gemm_intensity(m: int, n: int, k: int, dtype_bytes: int) -> float:
    """Operations per byte of (m, k) @ (k, n) when both inputs are read once and the output is written once."""
    return 0.0


def ridge_point(peak_flops: float, bandwidth: float) -> float:
    """Operations per byte at which the two limits meet; ``peak_flops`` in operations/s, ``bandwidth`` in bytes/s."""
    return 0.0


def attainable(intensity: float, peak_flops: float, bandwidth: float) -> float:
    """Operations/s that a kernel of this intensity (operations per byte) can reach at most."""
    return 0.0


def sectors(index: list[int], item_bytes: int) -> int:
    """Return how many 32-byte sectors of memory one warp touches.

    Lane i reads the item ``index[i]`` of an array that begins at a sector boundary; items have ``item_bytes`` bytes
    (1, 2, 4, 8 or 16). Two lanes in the same sector cost one transfer.
    """
    return 0
