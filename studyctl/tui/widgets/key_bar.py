"""The last line: the keys that work now, read from the active bindings."""

from __future__ import annotations

from collections.abc import Iterator

from textual.binding import Binding
from textual.content import Content
from textual.screen import Screen
from textual.style import Style
from textual.widgets import Static

from studyctl.tui.actions import BY_ID, Scope

_LAST = ("quit", "help")
_SIGNS = {"question_mark": "?", "slash": "/", "exclamation_mark": "!", "minus": "-"}
_NAMES = {**_SIGNS, "escape": "esc", "circumflex_accent": "^"}


class KeyBar(Static):
    """As many keys as fit; help stays last and visible. A click does what the key does."""

    def on_mount(self) -> None:
        """Follow the focus: a text field keeps its letters, so other keys are shown."""
        self.screen.bindings_updated_signal.subscribe(self, self._changed)
        self._draw()

    def on_resize(self) -> None:
        """Fit the new width."""
        self._draw()

    def _changed(self, _screen: Screen[object]) -> None:
        if self.is_attached:
            self._draw()

    def _draw(self) -> None:
        entries = list(self._entries())
        last = [entry for entry in entries if entry[1] in _LAST]
        room = self.size.width - sum(len(key) + len(label) + 3 for key, label, _ in last)
        parts = []
        for key, label, action in entries:
            if label in _LAST:
                continue
            room -= len(key) + len(label) + 3
            if room < 0:
                break
            parts.append((key, label, action))
        shown = [
            Content.assemble((f" {key}", "bold"), f" {label} ").stylize(Style.from_meta({"@click": action}))
            for key, label, action in [*parts, *last]
        ]
        self.update(Content("").join(shown))

    def _entries(self) -> Iterator[tuple[str, str, str]]:
        focused = self.screen.focused
        seen = set()
        active_bindings = self.screen.active_bindings.items()
        for key, active in sorted(active_bindings, key=lambda pair: _is_global(pair[1].binding)):
            binding = active.binding
            if not binding.show or not active.enabled or binding.action in seen:
                continue
            if focused is not None and focused.check_consume_key(key, _character(key)):
                continue
            seen.add(binding.action)
            action = binding.action if "." in binding.action else f"screen.{binding.action}"
            yield key_name(binding), binding.description, action


def key_name(binding: Binding) -> str:
    """A key as it is shown: ASCII, and the name that users know."""
    return binding.key_display or _NAMES.get(binding.key, binding.key)


def _is_global(binding: Binding) -> bool:
    action = BY_ID.get(binding.id or "")
    return action is not None and action.scope is Scope.GLOBAL


def _character(key: str) -> str | None:
    if key == "space":
        return " "
    return key if len(key) == 1 else _SIGNS.get(key)
