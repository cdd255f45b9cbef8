"""Loads the learner's file and a lab's own modules by path, outside the import system's search."""

from __future__ import annotations

import importlib.util
import linecache
import sys
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType


class NotLoadableError(Exception):
    """The file does not compile, raises while it is imported, or lacks a required function."""


def load_trusted(path: Path, name: str) -> ModuleType:
    """Import a file of the lab itself under ``name``; its errors are ours and propagate."""
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise ImportError(f"cannot load {path}")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def load_source(source: bytes, path: str, name: str) -> ModuleType:
    """Execute a trusted file's source as module ``name``, when the file itself can no longer be read."""
    module = ModuleType(name)
    module.__file__ = path
    sys.modules[name] = module
    exec(compile(importlib.util.decode_source(source), path, "exec"), module.__dict__)
    return module


@contextmanager
def siblings_importable(folder: Path) -> Iterator[None]:
    """Let ``experiment.py`` import other modules of its folder, and forget them afterwards. Never used in a worker."""
    sys.path.insert(0, str(folder))
    try:
        yield
    finally:
        sys.path.remove(str(folder))
        for name, module in list(sys.modules.items()):
            if Path(getattr(module, "__file__", None) or "/").parent == folder:
                del sys.modules[name]


def load_solution(source: bytes, shown_as: str, interface: Sequence[str]) -> ModuleType:
    """Execute the learner's source as module ``solution``; raises NotLoadableError with a traceback he can use."""
    module = ModuleType("solution")
    module.__file__ = shown_as
    sys.modules["solution"] = module
    try:
        text = importlib.util.decode_source(source)
        linecache.cache[shown_as] = (len(source), None, text.splitlines(keepends=True), shown_as)
        exec(compile(text, shown_as, "exec"), module.__dict__)
    except (Exception, SystemExit) as error:
        raise NotLoadableError(describe(error, shown_as)) from error
    missing = [name for name in interface if not callable(getattr(module, name, None))]
    if missing:
        raise NotLoadableError(f"the lab calls {', '.join(interface)}; missing here: {', '.join(missing)}")
    return module


def describe(error: BaseException, shown_as: str) -> str:
    """Return the error with the lines of the learner's own file, innermost last."""
    frames = [f for f in traceback.extract_tb(error.__traceback__) if f.filename == shown_as]
    where = "".join(f" at line {frame.lineno} in {frame.name}: {frame.line}\n" for frame in frames[-3:])
    what = traceback.format_exception_only(error)[-1].strip()
    if isinstance(error, SyntaxError):
        where = f" at line {error.lineno}: {(error.text or '').strip()}\n"
    return f"{what}\n{where}".strip()
