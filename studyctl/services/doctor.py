"""Checks the installation: content, database, workspace, tools and devices."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec

from studyctl.errors import StudyError
from studyctl.paths import Paths


class Health(StrEnum):
    """Result of one check: `missing` is optional and only limits what can be done."""

    OK = "ok"
    MISSING = "missing"
    BROKEN = "broken"


@dataclass(frozen=True)
class Finding:
    """One checked thing, and what to type where it is not well."""

    name: str
    health: Health
    detail: str
    hint: str = ""


def check_tools() -> list[Finding]:
    """Optional modules, tools and the GPU, without importing torch."""
    findings = [Finding("python", Health.OK, sys.version.split()[0])]
    for module, package, why in (("torch", "torch", "measured labs"), ("numpy", "numpy", "measured labs")):
        if find_spec(module) is None:
            findings.append(
                Finding(module, Health.MISSING, f"not installed: {why} cannot run", f"pip install {package}")
            )
        else:
            findings.append(Finding(module, Health.OK, _version(package)))
    redis = shutil.which("redis-server")
    findings.append(
        Finding("redis-server", Health.OK, redis)
        if redis
        else Finding(
            "redis-server", Health.MISSING, "not on PATH: lab redis-response-cache", "apt-get install redis-server"
        )
    )
    findings.append(_gpu())
    return findings


def check_places(paths: Paths) -> list[Finding]:
    """Data folder and workspace."""
    try:
        paths.ensure()
    except StudyError as error:
        return [Finding("data folder", Health.BROKEN, error.message, error.hint)]
    probe = paths.data / ".write-probe"
    try:
        probe.write_bytes(b"")
        probe.unlink()
    except OSError as error:
        return [Finding("data folder", Health.BROKEN, f"{paths.data}: {error.strerror}", "Make it writable.")]
    return [Finding("data folder", Health.OK, str(paths.data)), Finding("workspace", Health.OK, str(paths.workspace))]


def attempt(name: str, check: Callable[[], str], hint: str = "") -> Finding:
    """Run one check; an explained failure becomes a finding, with `hint` behind its own."""
    try:
        return Finding(name, Health.OK, check())
    except StudyError as error:
        return Finding(name, Health.BROKEN, error.message, f"{error.hint} {hint}".strip())


def _gpu() -> Finding:
    import pynvml

    try:
        pynvml.nvmlInit()
        names = [
            pynvml.nvmlDeviceGetName(pynvml.nvmlDeviceGetHandleByIndex(n)) for n in range(pynvml.nvmlDeviceGetCount())
        ]
        pynvml.nvmlShutdown()
    except pynvml.NVMLError as error:
        return Finding("gpu", Health.MISSING, f"no NVIDIA driver ({error}): labs run on the CPU")
    return Finding("gpu", Health.OK, ", ".join(str(name) for name in names) or "none")


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "version unknown"
