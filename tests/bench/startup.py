"""Start-up as ratios: first paint of the TUI against a bare Textual app with the same widgets, commands against floors.

    python tests/bench/startup.py [--runs 11]

prints one JSON document. Runs are interleaved, ratios are paired, and an interval is the bootstrap 95 % interval of the
median. First paint is the first frame on a pseudo-terminal of 100x30 that shows any character.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import pty
import random
import select
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyte

ROWS, COLUMNS = 30, 100
TIMEOUT_S = 30.0


def first_paint_s(command: list[str], home: Path, marker: str = "") -> float:
    """Seconds from the start of a program until its screen shows `marker`, or anything at all."""
    screen = pyte.Screen(COLUMNS, ROWS)
    stream = pyte.ByteStream(screen)
    began = time.perf_counter()
    child, terminal = pty.fork()
    if child == 0:
        env = {**os.environ, "TERM": "xterm-256color", "COLUMNS": str(COLUMNS), "LINES": str(ROWS)}
        os.execve(command[0], command, {**env, "STUDYCTL_HOME": str(home)})
    try:
        while time.perf_counter() - began < TIMEOUT_S:
            if not select.select([terminal], [], [], 0.05)[0]:
                continue
            stream.feed(os.read(terminal, 65536))
            shown = "\n".join(screen.display)
            if (marker and marker in shown) or (not marker and shown.strip()):
                return time.perf_counter() - began
        raise TimeoutError(f"{command} painted nothing within {TIMEOUT_S} s")
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        os.close(terminal)


def command_s(command: list[str], home: Path) -> float:
    """Seconds of a whole process."""
    began = time.perf_counter()
    env = {**os.environ, "STUDYCTL_HOME": str(home)}
    subprocess.run(command, env=env, stdout=subprocess.DEVNULL, check=True)
    return time.perf_counter() - began


def answer_first_start(home: Path) -> None:
    """Store the defaults of the first start, so that Today shows its day."""
    from studyctl.container import open_container
    from studyctl.paths import resolve_paths

    container = open_container(resolve_paths({"STUDYCTL_HOME": str(home)}))
    container.settings.first_start()
    container.close()


def skeleton() -> list[Any]:
    """The widget tree of Today as [name of the nearest class of Textual's own, children]."""
    from textual.widget import Widget

    from studyctl.tui.app import StudyApp

    def own(widget: Widget) -> str:
        kinds = [kind for kind in type(widget).__mro__ if kind.__module__.startswith("textual.")]
        return next(kind.__module__ + ":" + kind.__name__ for kind in kinds if not kind.__name__.startswith("_"))

    def tree(widget: Widget) -> list[Any]:
        return [own(widget), [tree(child) for child in widget.children if not child.id or "tooltip" not in child.id]]

    async def walk() -> list[Any]:
        with tempfile.TemporaryDirectory() as home:
            os.environ["STUDYCTL_HOME"] = home
            app = StudyApp()
            async with app.run_test(size=(COLUMNS, ROWS)):
                return [tree(child) for child in app.screen_stack[0].children]

    return asyncio.run(walk())


def bare_app(tree: list[Any], file: Path) -> None:
    """Write a Textual app that composes the same tree of Textual's own widgets and nothing else."""
    imports: set[str] = set()

    def build(node: list[Any]) -> str:
        module, name = node[0].split(":")
        simple = {"Widget": ("textual.containers", "Vertical"), "ScrollBar": None}.get(name, (module, name))
        if simple is None:
            return ""
        imports.add(f"from {simple[0]} import {simple[1]}")
        children = ", ".join(part for child in node[1] if (part := build(child)))
        text = '"opening ..."' if simple[1] in ("Static", "Label") and not children else children
        return f"{simple[1]}({text if simple[1] not in ('Input', 'TextArea', 'OptionList', 'Markdown') else ''})"

    body = "\n".join(f"        yield {part}" for child in tree if (part := build(child)))
    file.write_text(
        "from textual.app import App\n"
        + "\n".join(sorted(imports))
        + f"\n\n\nclass Bare(App):\n    def compose(self):\n{body}\n\n\nBare().run()\n",
        encoding="utf-8",
    )


def interval(values: list[float]) -> list[float]:
    """Bootstrap 95 % interval of the median."""
    draw = random.Random(1)
    medians = sorted(statistics.median(draw.choices(values, k=len(values))) for _ in range(2000))
    return [round(medians[50], 3), round(medians[1949], 3)]


def compare(ours: Callable[[], float], floor: Callable[[], float], runs: int) -> dict[str, Any]:
    """Interleaved runs of both, as a paired ratio."""
    ours(), floor()  # warm the page cache
    pairs = []
    for number in range(runs):
        pair = (ours(), floor()) if number % 2 else tuple(reversed((floor(), ours())))
        pairs.append(pair)
    ratios = [a / b for a, b in pairs]
    return {
        "ratio": round(statistics.median(ratios), 3),
        "interval": interval(ratios),
        "ours_ms": round(1000 * statistics.median(a for a, _ in pairs)),
        "floor_ms": round(1000 * statistics.median(b for _, b in pairs)),
    }


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=11)
    runs = parser.parse_args().runs
    with tempfile.TemporaryDirectory() as folder:
        home, bare = Path(folder) / "home", Path(folder) / "bare.py"
        bare_app(skeleton(), bare)
        studyctl = [sys.executable, "-m", "studyctl"]
        answer_first_start(home)
        results = {
            "first_paint_vs_bare_app": compare(
                lambda: first_paint_s(studyctl, home), lambda: first_paint_s([sys.executable, str(bare)], home), runs
            ),
            "first_data_vs_bare_app": compare(
                lambda: first_paint_s(studyctl, home, marker="Docker and GPU"),
                lambda: first_paint_s([sys.executable, str(bare)], home),
                runs,
            ),
            "version_vs_import_typer": compare(
                lambda: command_s([*studyctl, "--version"], home),
                lambda: command_s([sys.executable, "-c", "import typer"], home),
                runs,
            ),
            "today_vs_import_sqlmodel": compare(
                lambda: command_s([*studyctl, "today", "--json"], home),
                lambda: command_s([sys.executable, "-c", "import sqlmodel"], home),
                runs,
            ),
        }
    print(json.dumps({"runs": runs, "goals": {"first_paint_vs_bare_app": 1.5}, **results}, indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
