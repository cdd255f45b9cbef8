"""Runs in the referee: counts the twin, runs the CUDA source emulated or on a GPU, and compiles it where nvcc is."""

from __future__ import annotations

from pathlib import Path

from facts import facts
from gpu import arena_bytes, run_gpu
from launches import run_cuda, run_twin
from toolchain import ARCHITECTURES, compile_for, find_nvcc

from graders.context import ARENA_BYTES, Context
from graders.errors import SolutionError, UnavailableError
from graders.outcome import Samples
from graders.process import Worker
from graders.simt.device import start_workers
from graders.simt.wire import Kernels

CALL_SECONDS = 90.0


def run(context: Context) -> Samples:
    """Return the samples; a wrong answer ends the run before anything is timed."""
    cuda, nvcc = context.device != "cpu", find_nvcc()
    if cuda and nvcc is None:
        why = "the kernel has to be compiled for the GPU"
        raise UnavailableError("nvcc", why, "install the CUDA toolkit, or run with --device cpu")
    baseline = context.lab.folder / "baseline.py"
    # The learner's CUDA source runs in a worker that holds none of his Python, so that only the source can be right.
    roles: dict[str, Path | None] = {"author": None, "solution": baseline}
    if cuda:
        roles |= {"baseline": baseline, "control": baseline}
    twin, started = start_workers(context, ["vector_add"], roles, arena_bytes=arena_bytes() if cuda else ARENA_BYTES)
    workers = dict(zip(roles, started, strict=True))
    author = workers.pop("author")
    samples: Samples = {"device": context.device}
    context.phase("twin", 1, 4)
    samples["launches"] = run_twin(context, Kernels(twin))
    context.phase("compile", 2, 4)
    source = _source(context, author)
    samples["compiled"] = _compile(context, source, nvcc)
    samples["build_error"] = _build(context, workers, source)
    if samples["build_error"]:
        return samples
    context.phase("CUDA source", 3, 4)
    samples["cuda"] = run_cuda(context, workers["solution"])
    if cuda and all(check.passed for check in facts(samples)):
        context.phase("GPU", 4, 4)
        samples["gpu"] = run_gpu(context, workers)
    return samples


def _source(context: Context, worker: Worker) -> str:
    source = worker.call("source", timeout=context.within(CALL_SECONDS)).body.get("source")
    if not isinstance(source, str):
        raise SolutionError("cuda_source returns a str")
    return source


def _compile(context: Context, source: str, nvcc: str | None) -> list[dict[str, object]]:
    if nvcc is None:
        context.log("nvcc is not here: the CUDA source is emulated on the CPU, registers and spills are not read")
        return []
    return [compile_for(nvcc, source, architecture) for architecture in ARCHITECTURES]


def _build(context: Context, workers: dict[str, Worker], source: str) -> str:
    """Build the learner's source in the worker ``solution``, the referee's in the others; returns the error for his."""
    found = ""
    for role, worker in workers.items():
        text = source if role == "solution" else _source(context, worker)
        error = str(worker.call("build", timeout=context.within(CALL_SECONDS), source=text).body.get("error"))
        if role == "solution":
            found = error
        elif error:
            raise UnavailableError("nvcc", f"it does not build the referee's own kernel: {error}", "check the toolkit")
    return found
