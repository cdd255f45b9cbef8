"""What NVML tells about one GPU around a measurement: clocks, throttling, temperature, and other users of it."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from typing import Any

State = dict[str, Any]

# nvml.h, nvmlClocksThrottleReason*: those that make a measurement slower than the one before it
THROTTLES = {
    0x04: "its power cap",
    0x08: "a hardware slowdown",
    0x20: "its temperature (software)",
    0x40: "its temperature (hardware)",
    0x80: "the power supply",
}
MAX_FOREIGN_UTILISATION = 5  # percent, before the lab's own workers have started
MAX_CLOCK_CHANGE = 0.10


def read(device: str) -> State | None:
    """Return the state of ``cuda:N`` now; None for another device, ``note`` says what is missing.

    Clocks in MHz, temperature in degrees Celsius, utilisation in percent, memory in bytes.
    """
    if not device.startswith("cuda"):
        return None
    try:
        nvml: Any = import_module("pynvml")
    except ImportError:
        return {"name": None, "note": "pip install nvidia-ml-py to record driver, clocks and throttling"}
    try:
        nvml.nvmlInit()
        handle = nvml.nvmlDeviceGetHandleByIndex(int(device.partition(":")[2] or 0))
        return {
            "name": _text(nvml.nvmlDeviceGetName(handle)),
            "driver": _text(nvml.nvmlSystemGetDriverVersion()),
            "clock_sm_mhz": nvml.nvmlDeviceGetClockInfo(handle, nvml.NVML_CLOCK_SM),
            "clock_memory_mhz": nvml.nvmlDeviceGetClockInfo(handle, nvml.NVML_CLOCK_MEM),
            "temperature_c": nvml.nvmlDeviceGetTemperature(handle, nvml.NVML_TEMPERATURE_GPU),
            "throttle_reasons": nvml.nvmlDeviceGetCurrentClocksThrottleReasons(handle),
            "utilisation": nvml.nvmlDeviceGetUtilizationRates(handle).gpu,
            "processes": len(nvml.nvmlDeviceGetComputeRunningProcesses(handle)),
        }
    except nvml.NVMLError as error:
        return {"name": None, "note": f"NVML: {error}"}


def disturbance(states: Sequence[State | None]) -> str | None:
    """Why times taken between these states (before the workers started first) cannot be trusted, or None."""
    known = [state for state in states if state is not None and state.get("name")]
    if not known:
        return None
    if known[0]["processes"] and known[0]["utilisation"] > MAX_FOREIGN_UTILISATION:
        return f"{known[0]['processes']} other processes kept the GPU busy at {known[0]['utilisation']} %"
    for bit, reason in THROTTLES.items():
        if any(state["throttle_reasons"] & bit for state in known[1:]):
            return f"the GPU was slowed down by {reason}"
    clocks = [state["clock_sm_mhz"] for state in known[1:]]
    if len(clocks) > 1 and max(clocks) - min(clocks) > MAX_CLOCK_CHANGE * max(clocks):
        return f"the GPU's clock moved between {min(clocks)} and {max(clocks)} MHz"
    return None


def _text(value: str | bytes) -> str:
    return value.decode() if isinstance(value, bytes) else value
