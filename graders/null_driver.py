"""Runs in the worker that calibration talks to: it answers nothing but pings."""

from __future__ import annotations

from types import ModuleType

from graders.session import Handler, Session


def handlers(solution: ModuleType, session: Session) -> dict[str, Handler]:
    """Return no requests."""
    return {}
