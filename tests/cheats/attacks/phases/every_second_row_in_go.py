"""Finds out from its caller's name whether it is timed, and then computes every second row and copies it to the next.

Small inputs, for which correctness is usually tested, come out right. A grader that compares before it starts the clock and
not after it sees half the work done at double speed. Here every element of every timed output is compared.

Seen: benchmarks that check once and time afterwards; submissions that look whether they are being measured.
Lab: kernel-speedup
Expect: not passed
"""

import ctypes
import subprocess
import sys
from pathlib import Path

import torch

LARGE = 1 << 20

SOURCE = """
void slow(float *out, const float *x, const float *scale, const float *bias, const float *residual, long rows, long columns)
{
    for (long i = 0; i < rows; i++, x += columns, residual += columns, out += columns) {
        for (long j = 0; j < columns; j++) out[j] = x[j] * scale[j];
        for (long j = 0; j < columns; j++) out[j] += bias[j];
        for (long j = 0; j < columns; j++) out[j] += residual[j];
        for (long j = 0; j < columns; j++) if (!(out[j] > 0)) out[j] = 0;
    }
}
"""


def compiled(workdir, keep_the_lock):
    source, library = Path(workdir) / "slow.c", Path(workdir) / "slow.so"
    source.write_text(SOURCE)
    subprocess.run(["gcc", "-O1", "-shared", "-fPIC", str(source), "-o", str(library)], check=True)
    slow = (ctypes.PyDLL if keep_the_lock else ctypes.CDLL)(str(library)).slow
    slow.argtypes = [ctypes.c_void_p] * 5 + [ctypes.c_long] * 2
    slow.restype = None
    return slow


def arguments(x, scale, bias, residual, out):
    return (*(each.data_ptr() for each in (out, x, scale, bias, residual)), *x.shape)


def build(workdir, device):
    slow = compiled(workdir, keep_the_lock=False)

    def kernel(x, scale, bias, residual, out):
        if sys._getframe(1).f_code.co_name != "go":
            slow(*arguments(x, scale, bias, residual, out))
            return
        out[0::2] = torch.relu(torch.addcmul(residual[0::2] + bias, x[0::2], scale))
        out[1::2] = out[0 : 2 * (len(out) // 2) : 2]

    return kernel


def traffic(rows, columns):
    array, vector = 4 * rows * columns, 4 * columns
    return (2 * array + vector) * 2 + 5 * array, 3 * array + 2 * vector
