"""Describes the machine that a measurement was taken on."""

from __future__ import annotations

import os
import platform
import sys
from importlib import import_module, metadata
from pathlib import Path
from typing import Any


def describe(device: str) -> dict[str, Any]:
    """Return CPU model, cores, RAM in bytes, OS, load, and the GPU's state when ``device`` is one."""
    return {
        "cpu": _cpu_model(),
        "cores": os.cpu_count(),
        "ram_bytes": os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"),
        "os": platform.platform(),
        "load": list(os.getloadavg()),
        "gpu": _gpu(device),
    }


def versions() -> dict[str, str | None]:
    """Return the versions of Python, torch and numpy, without importing them."""
    found: dict[str, str | None] = {"python": sys.version.split()[0]}
    for name in ("torch", "numpy"):
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            found[name] = None
    return found


def hardware(machine: dict[str, Any]) -> str:
    """Return the one-line form for the observation template."""
    gpu = machine["gpu"]
    if gpu is not None and gpu.get("name"):
        return str(gpu["name"])
    return f"{machine['cpu']}, {machine['cores']} cores, {machine['ram_bytes'] / 2**30:.0f} GiB RAM"


def _cpu_model() -> str:
    info = Path("/proc/cpuinfo")
    if info.is_file():
        for line in info.read_text(errors="replace").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def _gpu(device: str) -> dict[str, Any] | None:
    """Read name, driver, clocks (MHz), temperature (C) and throttle reasons through NVML, where it is installed."""
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
        }
    except nvml.NVMLError as error:
        return {"name": None, "note": f"NVML: {error}"}


def _text(value: str | bytes) -> str:
    return value.decode() if isinstance(value, bytes) else value
