"""What NVML says about a GPU decides whether its times may be trusted."""

from __future__ import annotations

import sys
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from graders import checks, gpu
from graders.statistics import Interval
from graders.verdict import Quietness, decide

CALM = {"name": "Some GPU", "clock_sm_mhz": 1500, "throttle_reasons": 0, "utilisation": 0, "processes": 0}


def state(**changes: Any) -> gpu.State:
    return {**CALM, **changes}


@pytest.mark.parametrize(
    ("states", "words"),
    [
        ([state(processes=2, utilisation=80), state()], "2 other processes"),
        ([state(), state(throttle_reasons=0x04)], "power cap"),
        ([state(), state(throttle_reasons=0x41)], "temperature"),
        ([state(), state(), state(clock_sm_mhz=1100)], "1100 and 1500 MHz"),
    ],
)
def test_a_disturbed_gpu_is_named(states: list[gpu.State], words: str) -> None:
    assert words in (gpu.disturbance(states) or "")


@pytest.mark.parametrize(
    "states",
    [
        [],
        [None, None],
        [{"name": None, "note": "NVML: missing"}],
        [state(clock_sm_mhz=300), state(processes=1, utilisation=97)],
        [state(processes=1, utilisation=0), state(throttle_reasons=0x01)],
    ],
)
def test_an_idle_gpu_and_our_own_load_are_no_disturbance(states: list[gpu.State | None]) -> None:
    assert gpu.disturbance(states) is None


def test_a_close_call_on_a_throttled_gpu_is_noisy() -> None:
    close = checks.ratio_at_least("r", Interval(1.5, 1.2, 1.7), 1.3, what="a/b")
    assert decide([close], Quietness())[0] == "failed"
    verdict, reason = decide([close], Quietness(gpu="the GPU was slowed down by its power cap"))
    assert verdict == "noisy"
    assert "power cap" in reason


def test_nvml_is_read_for_the_device_that_was_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    nvml: Any = ModuleType("pynvml")
    asked: list[int] = []

    class NVMLError(Exception):
        pass

    nvml.NVMLError, nvml.nvmlInit = NVMLError, lambda: None
    nvml.NVML_CLOCK_SM, nvml.NVML_CLOCK_MEM, nvml.NVML_TEMPERATURE_GPU = 1, 2, 0
    nvml.nvmlDeviceGetHandleByIndex = lambda index: asked.append(index) or index
    nvml.nvmlDeviceGetName = lambda handle: b"Some GPU"
    nvml.nvmlSystemGetDriverVersion = lambda: "580.1"
    nvml.nvmlDeviceGetClockInfo = lambda handle, kind: 1000 * kind
    nvml.nvmlDeviceGetTemperature = lambda handle, kind: 40
    nvml.nvmlDeviceGetCurrentClocksThrottleReasons = lambda handle: 0
    nvml.nvmlDeviceGetUtilizationRates = lambda handle: SimpleNamespace(gpu=3)
    nvml.nvmlDeviceGetComputeRunningProcesses = lambda handle: [object()]
    monkeypatch.setitem(sys.modules, "pynvml", nvml)
    found = gpu.read("cuda:2")
    assert asked == [2]
    assert found is not None
    assert (found["name"], found["clock_memory_mhz"], found["processes"]) == ("Some GPU", 2000, 1)
    assert gpu.read("cpu") is None

    def broken(index: int) -> int:
        raise NVMLError("no such GPU")

    nvml.nvmlDeviceGetHandleByIndex = broken
    assert "no such GPU" in gpu.read("cuda:2")["note"]  # type: ignore[index]
