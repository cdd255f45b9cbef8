"""Describes the machine that a measurement was taken on."""

from __future__ import annotations

import os
import platform
import sys
from importlib import metadata
from pathlib import Path
from typing import Any

from graders import gpu


def describe(device: str) -> dict[str, Any]:
    """Return CPU model, cores, RAM in bytes, OS, load, and the GPU's state when ``device`` is one."""
    return {
        "cpu": _cpu_model(),
        "cores": os.cpu_count(),
        "ram_bytes": os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"),
        "os": platform.platform(),
        "load": list(os.getloadavg()),
        "gpu": gpu.read(device),
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
    state = machine["gpu"]
    if state is not None and state.get("name"):
        return str(state["name"])
    return f"{machine['cpu']}, {machine['cores']} cores, {machine['ram_bytes'] / 2**30:.0f} GiB RAM"


def _cpu_model() -> str:
    info = Path("/proc/cpuinfo")
    if info.is_file():
        for line in info.read_text(errors="replace").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()
