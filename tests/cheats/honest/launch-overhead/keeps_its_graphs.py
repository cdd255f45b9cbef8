"""The reference, which keeps every graph it captured in a table and counts how often each was replayed.

Lab: launch-overhead
Expect: passed
"""

from __future__ import annotations

import ctypes
import subprocess
from collections.abc import Callable
from pathlib import Path

from torch import Tensor

Replay = Callable[[Tensor, Tensor], None]
CODES = {"add": 0, "mul": 1, "max": 2, "min": 3, "abs": 4}
SOURCE = r"""
#define BLOCK 512  /* floats: 2 KiB, so a piece stays in the L1 cache while all operations pass over it */

void replay(const signed char *code, const float *constant, long count, const float *x, float *out, long size)
{
    float t[BLOCK];
    for (long start = 0; start < size; start += BLOCK) {
        const long n = size - start < BLOCK ? size - start : BLOCK;
        for (long i = 0; i < n; i++) t[i] = x[start + i];
        for (long k = 0; k < count; k++) {
            const float c = constant[k];
            switch (code[k]) {
            case 0: for (long i = 0; i < n; i++) t[i] += c; break;
            case 1: for (long i = 0; i < n; i++) t[i] *= c; break;
            case 2: for (long i = 0; i < n; i++) t[i] = t[i] > c ? t[i] : c; break;
            case 3: for (long i = 0; i < n; i++) t[i] = t[i] < c ? t[i] : c; break;
            default: for (long i = 0; i < n; i++) t[i] = t[i] < 0 ? -t[i] : t[i];
            }
        }
        for (long i = 0; i < n; i++) out[start + i] = t[i];
    }
}
"""


def _compile() -> Callable[..., None]:
    source, library = Path("replay.c").resolve(), Path("replay.so").resolve()
    source.write_text(SOURCE, encoding="utf-8")
    subprocess.run(["gcc", "-O3", "-march=native", "-shared", "-fPIC", source, "-o", library], check=True)
    function = ctypes.CDLL(str(library)).replay
    address = ctypes.c_void_p
    function.argtypes = [address, address, ctypes.c_long, address, address, ctypes.c_long]
    function.restype = None
    return function


_replay = _compile()
_captured: list[dict[str, int]] = []


def capture(program: list[tuple[str, float]], size: int) -> Replay:
    """Record codes and constants; a replay hands their addresses over in a single call."""
    count = len(program)
    codes = (ctypes.c_byte * count)(*(CODES[name] for name, _ in program))
    constants = (ctypes.c_float * count)(*(c for _, c in program))

    graph = {"operations": count, "size": size, "replays": 0}
    _captured.append(graph)

    def replay(x: Tensor, out: Tensor) -> None:
        graph["replays"] += 1
        _replay(codes, constants, count, x.data_ptr(), out.data_ptr(), size)

    return replay


def break_even(capture_us: int, eager_us: int, replay_us: int) -> int | None:
    """Smallest n with capture + n * replay < n * eager."""
    if eager_us <= replay_us:
        return None
    return capture_us // (eager_us - replay_us) + 1
