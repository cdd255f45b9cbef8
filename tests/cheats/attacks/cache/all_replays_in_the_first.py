"""Finds the other replays of the request in its caller's frame, and runs each operation once over all of their inputs.

Nothing is captured: every operation is still launched from Python. But 800 small replays together are one large one, whose
launches weigh nothing, and the replays that follow return at once. A grader that hands out all inputs of a burst at once takes
it for a graph. Here a replay's input must depend on the output of the one before it.

Seen: compute all calls in the first one; frame walks in in-process graders.
Lab: launch-overhead
Expect: not passed
"""

import ctypes
import subprocess
import sys
from pathlib import Path

SOURCE = """
void add(float *t, float c, long n) { for (long i = 0; i < n; i++) t[i] += c; }
void mul(float *t, float c, long n) { for (long i = 0; i < n; i++) t[i] *= c; }
void max(float *t, float c, long n) { for (long i = 0; i < n; i++) t[i] = t[i] > c ? t[i] : c; }
void min(float *t, float c, long n) { for (long i = 0; i < n; i++) t[i] = t[i] < c ? t[i] : c; }
void abs_(float *t, float c, long n) { for (long i = 0; i < n; i++) t[i] = t[i] < 0 ? -t[i] : t[i]; }
"""
Path("ops.c").write_text(SOURCE)
subprocess.run(["gcc", "-O3", "-march=native", "-shared", "-fPIC", "ops.c", "-o", "ops.so"], check=True)
library = ctypes.CDLL(str(Path("ops.so").resolve()))
LAUNCH = {name: getattr(library, name if name != "abs" else "abs_") for name in ("add", "mul", "max", "min", "abs")}
for each in LAUNCH.values():
    each.argtypes, each.restype = [ctypes.c_void_p, ctypes.c_float, ctypes.c_long], None
PIECE = 8192  # floats


def capture(program, size):
    steps = [(LAUNCH[name], c) for name, c in program]
    done = set()

    def eager(x, out, count):
        ctypes.memmove(out, x, 4 * count)
        for start in range(0, count, PIECE):
            n = min(PIECE, count - start)
            for launch, c in steps:
                launch(out + 4 * start, c, n)

    def replay(x, out):
        here = out.data_ptr()
        if here in done:
            done.discard(here)
            return
        found = sys._getframe(1).f_locals
        pairs = found.get("pairs") or found.get("rows")  # the lab's driver was written in both ways
        if not pairs or pairs[0][1].data_ptr() != here:
            eager(x.data_ptr(), here, size)
            return
        done.clear()
        done.update(range(here + 4 * size, here + 4 * size * len(pairs), 4 * size))
        eager(x.data_ptr(), here, size * len(pairs))

    return replay


def break_even(capture_us, eager_us, replay_us):
    return None if eager_us <= replay_us else capture_us // (eager_us - replay_us) + 1
