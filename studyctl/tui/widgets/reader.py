"""A long text that is read with the keys of a list: j k g G, arrows, pages."""

from __future__ import annotations

from textual.containers import VerticalScroll

from studyctl.tui.actions import Scope, bindings


class Reader(VerticalScroll, can_focus=True, inherit_bindings=False):
    """Scrolls whatever is put into it."""

    BINDINGS = bindings(Scope.LIST)

    def action_cursor_down(self) -> None:
        """A line down."""
        self.scroll_down(animate=False)

    def action_cursor_up(self) -> None:
        """A line up."""
        self.scroll_up(animate=False)

    def action_first(self) -> None:
        """To the beginning."""
        self.scroll_home(animate=False)

    def action_last(self) -> None:
        """To the end."""
        self.scroll_end(animate=False)

    def action_page_down(self) -> None:
        """A page down."""
        self.scroll_page_down(animate=False)

    def action_page_up(self) -> None:
        """A page up."""
        self.scroll_page_up(animate=False)
