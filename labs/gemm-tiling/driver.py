"""Runs in the worker: traces kernels, compiles and calls the C function, and calls the Python functions."""

from __future__ import annotations

import ctypes
import operator
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

FLAGS = ("-O3", "-march=native", "-shared", "-fPIC")
COMPILE_SECONDS = 20


def handlers(solution: ModuleType, session: Session) -> dict[str, Handler]:
    """Return the requests that this lab's workers answer."""
    libraries: list[Any] = []

    def view(slot: Body) -> NDArray[Any]:
        return session.arena.view(Slot.parse(slot))

    def build(request: Body) -> Body:
        libraries[:] = [_compiled(solution.c_source())]
        return {}

    def multiply(request: Body) -> Body:
        gemm = libraries[0].gemm
        for a, b, c in request["calls"]:
            gemm(*(ctypes.c_void_p(view(each).ctypes.data) for each in (a, b, c)), ctypes.c_int(request["n"]))
        return {}

    def accumulate(request: Body) -> Body:
        out = view(request["out"])
        answer = solution.accumulate(view(request["a"]).copy(), view(request["b"]).copy(), np.dtype(out.dtype).type)
        if not isinstance(answer, np.ndarray) or (answer.shape, answer.dtype) != (out.shape, out.dtype):
            raise TypeError(f"accumulate returns an array of {out.dtype} with shape {out.shape}, got {_shown(answer)}")
        out[...] = answer
        return {}

    def global_loads(request: Body) -> Body:
        return {"loads": [_integer(solution.global_loads(*each)) for each in request["shapes"]]}

    return {
        "trace": trace_handler(solution, session),
        "build": build,
        "multiply": multiply,
        "accumulate": accumulate,
        "global_loads": global_loads,
    }


def _compiled(source: Any) -> ctypes.CDLL:
    if not isinstance(source, str):
        raise TypeError(f"c_source returns a str, got {type(source).__name__}")
    Path("gemm.c").write_text(source)
    done = subprocess.run(
        ["gcc", *FLAGS, "-o", "gemm.so", "gemm.c", "-lm"],
        capture_output=True,
        text=True,
        timeout=COMPILE_SECONDS,
        check=False,
    )
    if done.returncode:
        raise ValueError(f"gcc refuses the C source: {done.stderr.strip()[:1500]}")
    library = ctypes.CDLL(str(Path("gemm.so").resolve()))
    if not hasattr(library, "gemm"):
        raise ValueError("the C source defines no function gemm")
    library.gemm.restype = None
    return library


def _shown(answer: Any) -> str:
    if isinstance(answer, np.ndarray):
        return f"{answer.dtype} with shape {answer.shape}"
    return type(answer).__name__


def _integer(answer: Any) -> int:
    try:
        return operator.index(answer)
    except TypeError:
        raise TypeError(f"global_loads returns an int, got {answer!r:.80}") from None
