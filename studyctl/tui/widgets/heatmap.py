"""The heatmap of a track: one column for each week, one row for each day of it, a glyph in every cell."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual.content import Content
from textual.message import Message
from textual.widgets import Static

from studyctl.tui.actions import Scope, bindings
from studyctl.tui.widgets.reader import Reader

if TYPE_CHECKING:
    from studyctl.services.progress import Cell

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MOSTLY = 0.5
LEGEND = "## closed  #+ mostly done  #. begun  >  today  .. open  blank: not written"
_STYLES = {
    "##": "$text-success",
    "#+": "$text-success",
    "#.": "$text-warning",
    "> ": "$text-accent",
    "..": "$text-muted",
}


def glyph(cell: Cell) -> str:
    """Two characters for a day."""
    if cell.state == "unwritten":
        return "  "
    if cell.state == "closed":
        return "##"
    if cell.state == "today":
        return "> "
    if cell.share >= MOSTLY:
        return "#+"
    return "#." if cell.share > 0 else ".."


def heatmap(cells: Sequence[Cell], cursor: int, unit: str = "day") -> Content:
    """The grid, the cell under the cursor in brackets. `cursor` counts from 0."""
    weeks = (len(cells) + 6) // 7
    head = "     " + "".join(f"{week + 1:^4}" for week in range(weeks))
    parts: list[Content] = [Content.styled(head.rstrip(), "$text-muted")]
    for row, name in enumerate(DAYS):
        label = name if unit == "day" else str(row + 1)
        line = [Content.styled(f"{label:>4} ", "$text-muted")]
        for week in range(weeks):
            index = week * 7 + row
            line.append(_cell(cells[index], index == cursor) if index < len(cells) else Content("    "))
        parts.append(Content("").join(line).rstrip())
    return Content("\n").join(parts)


def _cell(cell: Cell, selected: bool) -> Content:
    drawn = glyph(cell)
    style = _STYLES.get(drawn, "")
    if selected:
        return Content.styled(f"[{drawn}]", f"{style} bold reverse".strip())
    return Content.styled(f" {drawn} ", style)


class Heatmap(Static, can_focus=True):
    """Shows the days of a track and moves a cursor over them: j and k by a day, the screen's arrows by a week."""

    BINDINGS = bindings(Scope.LIST)

    class Moved(Message):
        """The cursor stands on another day."""

        def __init__(self, cell: Cell) -> None:
            super().__init__()
            self.cell = cell

    def __init__(self) -> None:
        super().__init__()
        self.cells: tuple[Cell, ...] = ()
        self.cursor = 0
        self._unit = "day"

    @property
    def cell(self) -> Cell | None:
        """The day under the cursor."""
        return self.cells[self.cursor] if self.cursor < len(self.cells) else None

    def show(self, cells: tuple[Cell, ...], unit: str) -> None:
        """Show other days; the cursor stays where it was, or starts on the present day."""
        first = not self.cells
        self._unit = unit
        self.cells = cells
        if first:
            self.cursor = next((n for n, cell in enumerate(cells) if cell.state == "today"), 0)
        self._paint()

    def move(self, days: int) -> None:
        """Move by days: 1 is down, 7 is to the right. A step over the edge stays."""
        target = self.cursor + days
        if 0 <= target < len(self.cells):
            self.cursor = target
            self._paint()

    def action_cursor_down(self) -> None:
        """The next day."""
        self.move(1)

    def action_cursor_up(self) -> None:
        """The day before."""
        self.move(-1)

    def action_first(self) -> None:
        """The first day."""
        self.move(-self.cursor)

    def action_last(self) -> None:
        """The last day that is written."""
        written = [n for n, cell in enumerate(self.cells) if cell.state != "unwritten"]
        self.move((written[-1] if written else 0) - self.cursor)

    def action_page_down(self) -> None:
        """What stands below the heatmap comes into view."""
        self.screen.query_one(Reader).scroll_page_down(animate=False)

    def action_page_up(self) -> None:
        """Back to the heatmap."""
        self.screen.query_one(Reader).scroll_page_up(animate=False)

    def _paint(self) -> None:
        self.update(heatmap(self.cells, self.cursor, self._unit))
        if self.cell is not None:
            self.post_message(self.Moved(self.cell))
