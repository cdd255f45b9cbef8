"""Entry point: the only place that knows both front ends."""

from __future__ import annotations

import sys


def _open_tui(start: str, *arguments: str) -> int:
    from studyctl.tui.app import run_tui

    return run_tui(start, *arguments)


def main() -> None:
    """Run the command line of this process; without arguments in a terminal the TUI opens without loading it."""
    if len(sys.argv) == 1 and sys.stdin.isatty() and sys.stdout.isatty():
        sys.exit(_open_tui("today"))
    from studyctl.cli.app import run

    sys.exit(run(_open_tui))


if __name__ == "__main__":
    main()
