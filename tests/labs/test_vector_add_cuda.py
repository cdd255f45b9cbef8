"""vector-add-cuda: the twin at any size and grid, the build of the source, and the GPU bench against a stand-in."""

from __future__ import annotations

import ctypes
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

pytest.importorskip("numpy")

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from graders.arena import Arena, Slot
from graders.ceilings import Ceilings
from graders.loading import load_trusted, siblings_importable
from graders.scheduling import Scheduling
from graders.simt import Launch, execute, trace

FOLDER = Path(__file__).resolve().parents[2] / "labs" / "vector-add-cuda"
PTXAS = """ptxas info    : Compiling entry function 'vector_add' for 'sm_80'
    0 bytes stack frame, 8 bytes spill stores, 4 bytes spill loads
ptxas info    : Used 14 registers, used 0 barriers, 380 bytes cmem[0]
"""


@pytest.fixture(scope="module")
def lab() -> Iterator[dict[str, ModuleType]]:
    with siblings_importable(FOLDER):
        names = ("launches", "gpu", "toolchain", "facts", "judge", "driver", "reference", "baseline")
        yield {name: load_trusted(FOLDER / f"{name}.py", name) for name in names}


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 300), st.integers(1, 5), st.integers(1, 80))
def test_the_twin_adds_every_element_once_on_any_grid(
    lab: dict[str, ModuleType], n: int, blocks: int, threads: int
) -> None:
    launch = Launch((blocks, 1), (threads, 1))
    a, b, c = np.arange(n, dtype=np.float32), np.ones(n, np.float32), np.full(n, np.nan, np.float32)
    report = execute(trace(lab["reference"].vector_add, launch, [None, None, None, n]), launch, [a, b, c])
    np.testing.assert_array_equal(c, a + 1)
    assert (report.loads, report.stores, report.out_of_bounds, report.races) == (2 * n, n, 0, 0)


def test_registers_and_spills_are_read_from_what_ptxas_says(lab: dict[str, ModuleType]) -> None:
    assert lab["toolchain"].read_ptxas(PTXAS) == (14, 12)
    assert lab["toolchain"].read_ptxas("") == (0, 0)


def test_a_write_behind_the_end_touches_a_guard(lab: dict[str, ModuleType]) -> None:
    launches = lab["launches"]
    whole = launches.guarded(np.ones(5, np.float32))
    assert launches.touched(whole) == 0
    whole[launches.GUARD + 5] = 1.0
    assert launches.touched(whole) == 1


@pytest.mark.skipif(shutil.which("g++") is None, reason="needs g++")
def test_the_emulated_source_is_the_reference_on_an_odd_grid(
    lab: dict[str, ModuleType], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    arena = Arena.create(1 << 16)
    kernel = lab["driver"].Kernel(SimpleNamespace(device="cpu", arena=arena))
    assert kernel.build(lab["reference"].CUDA_SOURCE) == ""
    slots = {name: arena.store(np.full(104, value, np.float32)) for name, value in (("a", 1), ("b", 2), ("c", 0))}
    request = {name: slot.describe() for name, slot in slots.items()}
    kernel.launch_on_host({**request, "guard": 2, "n": 99, "blocks": 3, "threads": 7})
    np.testing.assert_array_equal(arena.view(slots["c"]), [0.0] * 2 + [3.0] * 99 + [0.0] * 3)
    assert "threadIdx" in kernel.build(lab["reference"].CUDA_SOURCE.replace("threadIdx.x", "threadIdx"))


@pytest.mark.skipif(shutil.which("nvcc") is None, reason="needs nvcc")
def test_nvcc_compiles_the_reference_and_the_launch_for_both_architectures(
    lab: dict[str, ModuleType], tmp_path: Path
) -> None:
    nvcc = lab["toolchain"].find_nvcc()
    for architecture in lab["toolchain"].ARCHITECTURES:
        found = lab["toolchain"].compile_for(nvcc, lab["reference"].CUDA_SOURCE, architecture)
        assert found["error"] == ""
        assert 0 < found["registers"] <= lab["facts"].MOST_REGISTERS
        assert found["spilled"] == 0
    (tmp_path / "kernel.cu").write_text(lab["reference"].CUDA_SOURCE + lab["driver"].CUDA_LAUNCH)
    command = [nvcc, "-shared", "-Xcompiler", "-fPIC", "-arch=sm_80", "-o", "kernel.so", "kernel.cu"]
    subprocess.run(command, cwd=tmp_path, check=True)
    assert ctypes.CDLL(str(tmp_path / "kernel.so")).run_vector_add


class StandIn:
    """Answers the bench as a worker with a GPU would, in numpy; ``fault`` is what it does wrong."""

    def __init__(self, fault: str = "") -> None:
        self.arena = Arena.create(1 << 22)
        self._fault = fault
        self._device: dict[str, Any] = {}

    def round_trip(self) -> float:
        return 0.0

    def call(self, op: str, *, timeout: float, **fields: Any) -> SimpleNamespace:
        if op == "upload":
            self._device = {name: self.arena.view(Slot.parse(fields[name])).copy() for name in "ab"}
            self._device["c"] = np.empty_like(self._device["a"])
        elif op == "poison":
            self._device["c"][...] = np.nan
        elif op == "timed":
            for a, b, c in fields["launches"][: -1 if self._fault == "skips" else None]:
                inside = slice(fields["guard"], fields["guard"] + fields["n"] + (self._fault == "overruns"))
                self._device["c"][c, inside] = self._device["a"][a, inside] + self._device["b"][b, inside]
        elif op == "download":
            self.arena.view(Slot.parse(fields["c"]))[...] = self._device["c"]
        return SimpleNamespace(seconds=1e-5 * len(fields.get("launches", [])), body={})


def gpu_samples(lab: dict[str, ModuleType], monkeypatch: pytest.MonkeyPatch, fault: str = "") -> dict[str, Any]:
    monkeypatch.setattr(lab["gpu"], "ELEMENTS", 64)
    ceilings = Ceilings("0", "cuda:0", {1 << 20: 5e9, 1 << 30: 5e9}, {"float32": 1e12}, 1e-5)
    context = SimpleNamespace(
        rng=np.random.default_rng(1),
        quick=True,
        within=lambda seconds: seconds,
        progress=lambda *_: None,
        scheduling=lambda workers: Scheduling(),
        ceilings=lambda: ceilings,
    )
    workers = {"solution": StandIn(fault), "baseline": StandIn(), "control": StandIn()}
    found: dict[str, Any] = lab["gpu"].run_gpu(context, workers)
    return found


def judged(lab: dict[str, ModuleType], gpu: dict[str, Any]) -> dict[str, str]:
    checks = lab["judge"].judge({"gpu": gpu}).checks
    return {check.id: check.state for check in checks if check.id.startswith("gpu") or check.id == "bandwidth"}


def test_the_bench_checks_every_timed_launch(lab: dict[str, ModuleType], monkeypatch: pytest.MonkeyPatch) -> None:
    gpu = gpu_samples(lab, monkeypatch)
    assert (gpu["wrong"], gpu["outside"]) == (0, 0)
    assert gpu["outputs"] >= 9 * 12
    gpu |= {"n": 1_000, "bytes": 40_000}  # 10 us for each launch: 4 GB/s of 5 GB/s
    assert judged(lab, gpu) == {"gpu-outputs": "passed", "gpu-in-bounds": "passed", "bandwidth": "passed"}
    gpu["bytes"] = 20_000
    assert judged(lab, gpu)["bandwidth"] == "failed"
    gpu["bytes"] = 100_000
    assert judged(lab, gpu)["bandwidth"] == "impossible"


@pytest.mark.parametrize(("fault", "check"), [("skips", "gpu-outputs"), ("overruns", "gpu-in-bounds")])
def test_a_skipped_launch_and_a_write_behind_the_end_are_seen(
    lab: dict[str, ModuleType], monkeypatch: pytest.MonkeyPatch, fault: str, check: str
) -> None:
    assert judged(lab, gpu_samples(lab, monkeypatch, fault))[check] == "failed"


def test_the_baseline_is_the_references_kernel(lab: dict[str, ModuleType]) -> None:
    assert lab["baseline"].cuda_source() == lab["reference"].cuda_source()


def test_the_judge_copes_with_samples_that_stop_early(lab: dict[str, ModuleType]) -> None:
    for samples in ({}, {"launches": []}, {"launches": [], "compiled": [], "build_error": "expected ;"}):
        assert any(check.state == "failed" for check in lab["judge"].judge(samples).checks)
