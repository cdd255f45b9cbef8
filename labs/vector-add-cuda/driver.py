"""Runs in the workers: traces the twin, and builds and launches CUDA source, on a GPU or emulated on the CPU."""

from __future__ import annotations

import ctypes
import os
import shutil
import subprocess
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graders.arena import Slot
from graders.protocol import Body
from graders.session import Handler, Session
from graders.simt.wire import trace_handler

COMPILE_SECONDS = 60
MOST_ERROR = 1500  # characters

# What a one-dimensional kernel without barriers needs to run as plain C++, one thread after the other.
EMULATION = r"""
#pragma once
#include <math.h>
#include <stddef.h>
#include <stdint.h>
#define __global__
#define __device__
#define __host__
#define __forceinline__ inline
#define __launch_bounds__(...)
struct uint3 { unsigned x, y, z; };
struct dim3 { unsigned x, y, z; };
struct alignas(8) float2 { float x, y; };
struct alignas(16) float4 { float x, y, z, w; };
inline float2 make_float2(float x, float y) { return {x, y}; }
inline float4 make_float4(float x, float y, float z, float w) { return {x, y, z, w}; }
template <class T> T __ldg(const T *p) { return *p; }
template <class T> T min(T x, T y) { return x < y ? x : y; }
template <class T> T max(T x, T y) { return x < y ? y : x; }
extern uint3 threadIdx, blockIdx;
extern dim3 blockDim, gridDim;
static const int warpSize = 32;
"""
# A text of its own, so that no macro of the learner's reaches it, and no function of his can take its place.
EMULATED_LAUNCH = r"""
uint3 threadIdx, blockIdx;
dim3 blockDim, gridDim;
extern "C" void vector_add(const float *, const float *, float *, int);
extern "C" int run_vector_add(const float *a, const float *b, float *c, int n, int blocks, int threads) {
    gridDim = {(unsigned)blocks, 1, 1};
    blockDim = {(unsigned)threads, 1, 1};
    blockIdx = threadIdx = {0, 0, 0};
    for (blockIdx.x = 0; blockIdx.x < gridDim.x; blockIdx.x++)
        for (threadIdx.x = 0; threadIdx.x < blockDim.x; threadIdx.x++) vector_add(a, b, c, n);
    return 0;
}
"""
CUDA_LAUNCH = r"""
extern "C" int run_vector_add(const float *a, const float *b, float *c, int n, int blocks, int threads) {
    vector_add<<<blocks, threads>>>(a, b, c, n);
    return (int)cudaGetLastError();
}
"""


def handlers(solution: ModuleType, session: Session) -> dict[str, Handler]:
    """Return the requests that this lab's workers answer."""
    kernel = Kernel(session)

    def source(request: Body) -> Body:
        text = solution.cuda_source()
        if not isinstance(text, str):
            raise TypeError(f"cuda_source returns a str, got {type(text).__name__}")
        return {"source": text}

    def build(request: Body) -> Body:
        return {"error": kernel.build(str(request["source"]))}

    def launch(request: Body) -> Body:
        kernel.launch_on_host(request)
        return {}

    return {
        "trace": trace_handler(solution, session),
        "source": source,
        "build": build,
        "launch": launch,
        "upload": kernel.upload,
        "poison": kernel.poison,
        "timed": kernel.timed,
        "download": kernel.download,
    }


class Kernel:
    """The built kernel. On a GPU ``upload`` brings slices of a, b and c there, each with guards around it."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._cuda = session.device.startswith("cuda")
        self._run: Any = None
        self._device: dict[str, Any] = {}

    def build(self, text: str) -> str:
        """Compile; returns the compiler's words, empty when there was no error."""
        if self._cuda:
            Path("kernel.cu").write_text(text + CUDA_LAUNCH)
            command = [_nvcc(), "-O2", "-shared", "-Xcompiler", "-fPIC", f"-arch={self._architecture()}", "kernel.cu"]
        else:
            Path("cuda_runtime.h").write_text(EMULATION)
            Path("kernel.cpp").write_text(text)
            Path("launcher.cpp").write_text(EMULATED_LAUNCH)
            options = ["-O1", "-shared", "-fPIC", "-Wl,-z,defs", "-I.", "-include", "cuda_runtime.h"]
            command = ["g++", *options, "kernel.cpp", "launcher.cpp"]
        done = subprocess.run(
            [*command, "-o", "kernel.so"], capture_output=True, text=True, timeout=COMPILE_SECONDS, check=False
        )
        if done.returncode:
            return done.stderr.strip()[:MOST_ERROR] or f"the compiler ended with status {done.returncode}"
        self._run = ctypes.CDLL(str(Path("kernel.so").resolve())).run_vector_add
        return ""

    def launch_on_host(self, request: Body) -> None:
        """One launch on arrays of the arena; the kernel sees each behind its first ``guard`` elements."""
        views = [self._session.arena.view(Slot.parse(request[name])) for name in ("a", "b", "c")]
        if not self._cuda:
            self._start([view.ctypes.data for view in views], request)
            return
        import torch

        there = [torch.from_numpy(view).to(self._session.device) for view in views]
        self._start([tensor.data_ptr() for tensor in there], request)
        torch.cuda.synchronize(self._session.device)
        views[2][...] = there[2].cpu().numpy()

    def upload(self, request: Body) -> Body:
        """Bring slices (rows) of a and b to the GPU and make room for as many of c."""
        import torch

        for name in ("a", "b"):
            self._device[name] = torch.from_numpy(self._view(request[name])).to(self._session.device)
        self._device["c"] = torch.empty_like(self._device["a"])
        torch.cuda.synchronize(self._session.device)
        return {}

    def poison(self, request: Body) -> Body:
        """Fill all of c with NaN."""
        import torch

        self._device["c"].fill_(float("nan"))
        torch.cuda.synchronize(self._session.device)
        return {}

    def timed(self, request: Body) -> Body:
        """Launch once for each triple of slices, then wait for the device."""
        import torch

        for places in request["launches"]:
            rows = [self._device[name][place] for name, place in zip("abc", places, strict=True)]
            self._start([row.data_ptr() for row in rows], request)
        torch.cuda.synchronize(self._session.device)
        return {}

    def download(self, request: Body) -> Body:
        """Copy all of c to the arena."""
        self._view(request["c"])[...] = self._device["c"].cpu().numpy()
        return {}

    def _start(self, addresses: list[int], request: Body) -> None:
        skip = request["guard"] * np.dtype(np.float32).itemsize
        pointers = [ctypes.c_void_p(address + skip) for address in addresses]
        sizes = [ctypes.c_int(request[name]) for name in ("n", "blocks", "threads")]
        error = self._run(*pointers, *sizes)
        if error:
            raise RuntimeError(f"the launch failed with CUDA error {error}: see cudaError_t in the CUDA Runtime API")

    def _view(self, slot: Body) -> NDArray[Any]:
        view: NDArray[Any] = self._session.arena.view(Slot.parse(slot))
        return view

    def _architecture(self) -> str:
        import torch

        major, minor = torch.cuda.get_device_capability(self._session.device)
        return f"sm_{major}{minor}"


def _nvcc() -> str:
    home = os.environ.get("CUDA_HOME", "/usr/local/cuda")
    return shutil.which("nvcc") or str(Path(home) / "bin" / "nvcc")
