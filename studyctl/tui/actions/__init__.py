"""The one registry of actions: bindings, key bar, help and command palette all read it."""

from __future__ import annotations

from textual.binding import Binding, BindingType

from studyctl.tui.actions import cards, everywhere, labs, plan, reading
from studyctl.tui.actions.action import Action, Scope

__all__ = ["ACTIONS", "BY_ID", "Action", "Scope", "bindings", "in_scope"]

ACTIONS: tuple[Action, ...] = (
    *everywhere.GLOBAL,
    *everywhere.LIST,
    *plan.TODAY,
    *plan.DAY,
    *plan.CLOSE_DAY,
    *plan.FOCUS,
    *plan.INBOX,
    *cards.REVIEW,
    *cards.INTERVIEW,
    *labs.LABS,
    *labs.LAB,
    *labs.PREDICT,
    *labs.LAB_CARDS,
    *plan.PROGRESS,
    *reading.LESSON,
    *reading.SEARCH,
    *reading.MAP,
    *cards.STATISTICS,
    *cards.BROWSER,
)

BY_ID = {action.id: action for action in ACTIONS}


def in_scope(scope: Scope) -> tuple[Action, ...]:
    """The actions of one scope."""
    return tuple(action for action in ACTIONS if action.scope is scope)


def bindings(scope: Scope) -> list[BindingType]:
    """The bindings of one scope, for a screen's or widget's BINDINGS."""
    return [
        Binding(
            ",".join(action.keys),
            action.run,
            action.label,
            show=action.footer,
            key_display=action.key_name or None,
            tooltip=action.help,
            id=action.id,
        )
        for action in in_scope(scope)
    ]
