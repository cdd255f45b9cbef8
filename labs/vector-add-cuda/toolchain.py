"""Compiles CUDA source with nvcc, where there is one, and reads what ptxas says of registers and spills."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

ARCHITECTURES = ("sm_80", "sm_90")
COMPILE_SECONDS = 60
MOST_ERROR = 1500  # characters
USED = re.compile(r"Used (\d+) registers")
SPILLED = re.compile(r"(\d+) bytes spill stores, (\d+) bytes spill loads")


def find_nvcc() -> str | None:
    """Path of nvcc, or None."""
    home = Path(os.environ.get("CUDA_HOME", "/usr/local/cuda")) / "bin" / "nvcc"
    return shutil.which("nvcc") or (str(home) if home.is_file() else None)


def compile_for(nvcc: str, source: str, architecture: str) -> dict[str, Any]:
    """Return architecture, error text (empty without one), registers of a thread, and bytes spilled.

    Nothing of the source runs: the result is a cubin that is thrown away.
    """
    with tempfile.TemporaryDirectory(prefix="graders-") as folder:
        (Path(folder) / "kernel.cu").write_text(source, encoding="utf-8")
        command = [nvcc, f"-arch={architecture}", "-Xptxas", "-v", "-cubin", "-o", "kernel.cubin", "kernel.cu"]
        try:
            done = subprocess.run(
                command, cwd=folder, capture_output=True, text=True, timeout=COMPILE_SECONDS, check=False
            )
        except subprocess.TimeoutExpired:
            return _compiled(architecture, f"nvcc did not finish within {COMPILE_SECONDS} s", "")
    return _compiled(architecture, done.stderr.strip() if done.returncode else "", done.stderr)


def _compiled(architecture: str, error: str, told: str) -> dict[str, Any]:
    registers, spills = read_ptxas(told)
    return {"architecture": architecture, "error": error[:MOST_ERROR], "registers": registers, "spilled": spills}


def read_ptxas(told: str) -> tuple[int, int]:
    """Registers of a thread and bytes spilled, the most of all kernels in the output of ``-Xptxas -v``."""
    registers = max((int(found) for found in USED.findall(told)), default=0)
    spilled = max((int(stores) + int(loads) for stores, loads in SPILLED.findall(told)), default=0)
    return registers, spilled
