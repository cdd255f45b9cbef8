"""Finds out before anything starts whether this machine can run a lab."""

from __future__ import annotations

import importlib.util
import re
import shutil
from collections.abc import Mapping

from graders.errors import UnavailableError, UsageError
from graders.manifest import Lab

DEVICE = re.compile(r"auto|cpu|cuda:\d+")


def require(lab: Lab, options: Mapping[str, str]) -> None:
    """Raise UnavailableError for the first module or tool of the lab that is missing."""
    for need in lab.requires:
        if need.unless_option is not None and need.unless_option in options:
            continue
        if need.kind == "module" and importlib.util.find_spec(need.name) is None:
            raise UnavailableError(need.name, f"the lab {lab.slug} needs the Python module {need.name}", need.install)
        if need.kind == "tool" and shutil.which(need.name) is None:
            raise UnavailableError(need.name, f"the lab {lab.slug} needs the program {need.name}", need.install)


def choose_device(lab: Lab, wanted: str) -> str:
    """Return "cpu" or "cuda:N"; ``auto`` is the first of the lab's devices that is present.

    Raises UsageError for a device that the lab does not know, UnavailableError for one that is absent.
    """
    if not DEVICE.fullmatch(wanted):
        raise UsageError(f"--device is auto, cpu or cuda:N, not {wanted!r}")
    if wanted != "auto" and wanted.partition(":")[0] not in lab.devices:
        raise UsageError(f"the lab {lab.slug} runs on {', '.join(lab.devices)} only")
    if wanted == "cpu" or (wanted == "auto" and lab.devices[0] == "cpu"):
        return "cpu"
    count = _cuda_devices() if lab.uses_torch else 0
    if wanted == "auto" and (count or "cpu" in lab.devices):
        return "cuda:0" if count else "cpu"
    wanted = "cuda:0" if wanted == "auto" else wanted
    _require_cuda(wanted, count)
    return wanted


def require_device(wanted: str) -> None:
    """Raise UsageError for something that is no device, UnavailableError for one that is absent."""
    if wanted == "auto" or not DEVICE.fullmatch(wanted):
        raise UsageError(f"--device is cpu or cuda:N, not {wanted!r}")
    if wanted != "cpu":
        _require_cuda(wanted, _cuda_devices() if importlib.util.find_spec("torch") else 0)


def _require_cuda(wanted: str, count: int) -> None:
    if int(wanted.removeprefix("cuda:")) >= count:
        raise UnavailableError(
            wanted,
            f"torch sees {count} CUDA devices on this machine",
            "run with --device cpu, or install a CUDA build of torch on a machine with an NVIDIA GPU",
        )


def _cuda_devices() -> int:
    import torch

    return torch.cuda.device_count() if torch.cuda.is_available() else 0
