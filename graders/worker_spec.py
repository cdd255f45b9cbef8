"""What one worker is started with, and the first line that it reads."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from graders.arena import Arena
from graders.protocol import Body
from graders.sandbox import readable_folders, site_paths


@dataclass
class WorkerSpec:
    """What one worker is started with.

    ``interface`` names the functions that the solution must define, ``hidden`` the folders that a namespace covers,
    ``sockets`` the file descriptors of connected sockets that the worker may use, by name.
    """

    name: str
    driver: Path
    source: bytes
    shown_as: str
    interface: list[str]
    device: str
    torch: bool
    arena_bytes: int
    cpu_seconds: int
    cores: tuple[int, ...]
    directory: Path
    hidden: tuple[Path, ...] = ()
    network: bool = False
    namespaces: bool = True
    sockets: Mapping[str, int] = field(default_factory=dict)
    log: Callable[[str], None] = field(default=lambda text: None)

    @property
    def solution(self) -> Path:
        """Where the worker finds the source."""
        return self.directory / "solution.py"

    def configuration(self, arena: Arena) -> Body:
        """The first line on the request pipe."""
        return {
            "parent": os.getpid(),
            "paths": site_paths(),
            "readable": readable_folders(),
            "hidden": [str(folder) for folder in self.hidden],
            "directory": str(self.directory),
            "network": self.network,
            "namespaces": self.namespaces,
            "sockets": dict(self.sockets),
            "arena_fd": arena.fd,
            "arena_size": arena.size,
            "device": self.device,
            "torch": self.torch,
            "driver": str(self.driver),
            "cpu_seconds": self.cpu_seconds,
            "cores": self.cores,
            "solution": str(self.solution),
            "shown_as": self.shown_as,
            "interface": self.interface,
        }
