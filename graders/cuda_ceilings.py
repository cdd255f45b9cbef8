"""Bandwidth and matmul rate of one CUDA device, timed with its own events."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

WORKING_SETS = (16 << 20, 128 << 20, 1 << 30)  # bytes; the first fits into the L2 cache of recent GPUs
MATMUL_SIZES = (2048, 4096, 8192)
RUNS = 20


def bandwidth(device: str) -> dict[int, float]:
    """Working set in bytes -> bytes/s, read and write counted, of a device-to-device copy."""
    import torch

    found = {}
    for size in WORKING_SETS:
        source = torch.ones(size // 8, dtype=torch.float32, device=device)
        target = torch.empty_like(source)
        found[size] = size / _fastest(device, partial(target.copy_, source))
    return found


def flops(device: str) -> dict[str, float]:
    """Dtype -> operations/s of a square matmul; float32 with TF32 where the device has it, as a solution may use it."""
    import torch

    found = {}
    allowed = torch.backends.cuda.matmul.allow_tf32
    torch.backends.cuda.matmul.allow_tf32 = True
    try:
        for name in ("float32", "float16", "bfloat16"):
            rates = []
            for size in MATMUL_SIZES:
                a = torch.ones(size, size, dtype=getattr(torch, name), device=device)
                rates.append(2 * size**3 / _fastest(device, partial(torch.mm, a, a)))
            found[name] = max(rates)
    finally:
        torch.backends.cuda.matmul.allow_tf32 = allowed
    return found


def _fastest(device: str, work: Callable[[], Any]) -> float:
    import torch

    best = float("inf")
    with torch.cuda.device(device):
        for _ in range(RUNS):
            start, end = _event(torch), _event(torch)
            start.record()
            work()
            end.record()
            end.synchronize()
            best = min(best, start.elapsed_time(end) * 1e-3)
    return best


def _event(torch: Any) -> Any:
    return torch.cuda.Event(enable_timing=True)
