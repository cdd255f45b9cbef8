"""SHA-256 of files and folders, so that a record says exactly what was run by what."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from graders.events import finite


def of_bytes(data: bytes) -> str:
    """Hex digest of ``data``."""
    return hashlib.sha256(data).hexdigest()


def of_folder(folder: Path) -> str:
    """Hex digest over the relative names and contents of all files, caches and hidden files left out."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        parts = path.relative_to(folder).parts
        if not path.is_file() or any(part == "__pycache__" or part.startswith(".") for part in parts):
            continue
        digest.update(path.relative_to(folder).as_posix().encode() + b"\0")
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def of_event(event: Mapping[str, Any]) -> str:
    """Hex digest of a verdict event in canonical JSON, its own ``seal`` left out: one changed byte changes it."""
    told = {key: value for key, value in finite(dict(event)).items() if key != "seal"}
    return of_bytes(json.dumps(told, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode())
