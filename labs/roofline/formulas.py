"""The formulas of the roofline model as the referee knows them, and the arguments it asks for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from graders import hardware

Cases = list[list[Any]]
SECTOR_BYTES = 32
LANES = 32
EACH = 24
LARGE = 1 << 40


@dataclass(frozen=True)
class Formula:
    """``check`` is its id; ``right`` the formula; ``cases`` draws arguments, the smallest first."""

    check: str
    right: Callable[..., float]
    cases: Callable[[np.random.Generator], Cases]


def decode_intensity(batch: int, dtype_bytes: int) -> float:
    """2 b operations for each weight of ``dtype_bytes``."""
    return 2 * batch / dtype_bytes


def gemm_intensity(m: int, n: int, k: int, dtype_bytes: int) -> float:
    """2 m n k operations over the bytes of three matrices."""
    return 2 * m * n * k / (dtype_bytes * (m * k + k * n + m * n))


def ridge_point(peak_flops: float, bandwidth: float) -> float:
    """Operations per byte."""
    return peak_flops / bandwidth


def attainable(intensity: float, peak_flops: float, bandwidth: float) -> float:
    """Operations/s (Williams, Waterman and Patterson 2009)."""
    return min(peak_flops, bandwidth * intensity)


def sectors(index: list[int], item_bytes: int) -> int:
    """Distinct 32-byte sectors that the lanes of one warp read."""
    return len({i * item_bytes // SECTOR_BYTES for i in index})


def _decode_cases(rng: np.random.Generator) -> Cases:
    drawn = [[int(rng.integers(1, 513)), int(rng.choice([1, 2, 4]))] for _ in range(EACH)]
    return [[1, 2], [1, 1], *sorted(drawn)]


def _gemm_cases(rng: np.random.Generator) -> Cases:
    drawn = [[*(int(2**e) for e in rng.uniform(0, 14, 3)), int(rng.choice([1, 2, 4]))] for _ in range(EACH)]
    return [[1, 1, 1, 2], [1, 4096, 4096, 2], *sorted(drawn)]


def _peaks(rng: np.random.Generator) -> list[list[float]]:
    """Peak and bandwidth of every GPU the project knows, and of machines that nobody has built."""
    known = [[gpu.flops["fp32"], gpu.bandwidth_bytes_per_s] for gpu in hardware.load()]
    known += [[gpu.flops["fp16"], gpu.bandwidth_bytes_per_s] for gpu in hardware.load() if "fp16" in gpu.flops]
    return known + [[float(10 ** rng.uniform(9, 16)), float(10 ** rng.uniform(9, 13))] for _ in range(EACH)]


def _attainable_cases(rng: np.random.Generator) -> Cases:
    """Intensities on both sides of the ridge of each machine, and on it."""
    cases: Cases = []
    for peak, bandwidth in _peaks(rng):
        ridge = peak / bandwidth
        cases += [
            [ridge * float(side), peak, bandwidth] for side in (rng.uniform(0.01, 0.9), 1.0, rng.uniform(1.1, 99))
        ]
    return cases


def _sector_cases(rng: np.random.Generator) -> Cases:
    lanes = np.arange(LANES)
    cases: Cases = [[(lanes * 0).tolist(), 4], [lanes.tolist(), 4], [(lanes + 1).tolist(), 4]]
    for item in (1, 2, 4, 8, 16):
        start, stride = int(rng.integers(1, 1000)), int(rng.integers(2, 40))
        cases.append([(start + lanes).tolist(), item])
        cases.append([(start + lanes * stride).tolist(), item])
        cases.append([(start + lanes[::-1]).tolist(), item])
        cases.append([(start + rng.integers(0, 200, LANES)).tolist(), item])
        cases.append([rng.integers(0, LARGE, LANES).tolist(), item])
    return cases


FORMULAS: Mapping[str, Formula] = {
    "decode_intensity": Formula("decode-intensity", decode_intensity, _decode_cases),
    "gemm_intensity": Formula("gemm-intensity", gemm_intensity, _gemm_cases),
    "ridge_point": Formula("ridge-point", ridge_point, lambda rng: [list(pair) for pair in _peaks(rng)]),
    "attainable": Formula("attainable", attainable, _attainable_cases),
    "sectors": Formula("sectors", sectors, _sector_cases),
}


def words(name: str, arguments: list[Any]) -> str:
    """The call as a learner would type it; a long list is cut."""
    return f"{name}({', '.join(_short(each) for each in arguments)})"


def _short(value: Any) -> str:
    if isinstance(value, list):
        return f"[{', '.join(map(str, value[:3]))}, ... {value[-1]}]"
    return f"{value:.6g}" if isinstance(value, float) else str(value)
