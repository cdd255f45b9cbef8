"""Where a link or a search hit leads: the route of a screen and its arguments."""

from __future__ import annotations

from studyctl.domain.lesson import LINK

Destination = tuple[str, ...]


def destination_of(target: str) -> Destination | None:
    """The screen behind a `studyctl:` link; None for an address of the web."""
    if not target.startswith(LINK):
        return None
    kind, _, name = target.removeprefix(LINK).partition("/")
    if kind == "lab":
        return "lab", name
    if kind == "lesson":
        return "lesson", name
    if kind == "term":
        return "search", name.replace("%20", " ")
    return day_of(f"{kind}/{name}")


def day_of(item_or_day: str) -> Destination:
    """The day screen, at an item where one is named."""
    parts = item_or_day.split("/")
    address = "/".join(parts[:2])
    return ("day", address, item_or_day) if len(parts) > 2 else ("day", address)
