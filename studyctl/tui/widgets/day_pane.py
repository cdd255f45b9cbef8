"""A day's list beside the full text of the selected line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Input, OptionList, Static

from studyctl.tui.widgets.day_text import LAB, LESSON, beginning_text, item_text, lab_text, prose, rows_of
from studyctl.tui.widgets.row_list import Row, RowList

if TYPE_CHECKING:
    from studyctl.services.plan import DayView, ItemView, LabView


class DayPane(Horizontal):
    """Plan list on the left; `aside` and the selected line's text on the right."""

    def __init__(self, *aside: Widget) -> None:
        super().__init__()
        self._aside = aside
        self._view: DayView | None = None
        self._next_id = ""
        self._lead: tuple[Row, ...] = ()
        self._explained = ""

    def compose(self) -> ComposeResult:
        """Empty list and text."""
        with Vertical(id="plan-side"):
            yield Static("PLAN", id="plan-title", classes="pane-title", markup=False)
            yield Input(id="filter", classes="popup", placeholder="filter: part of a line, enter, esc ends it")
            yield RowList(id="plan")
        with Vertical(id="text-side"):
            yield from self._aside
            with VerticalScroll(id="detail-scroll"):
                yield Static(id="detail")

    def show(self, view: DayView | None, next_id: str = "", lead: tuple[Row, ...] = (), *, select: str = "") -> None:
        """Show a day; `lead` rows stand above the plan.

        `next_id` is marked as the next action; it, or `select`, is preselected when the day is new.
        """
        same = self._view is not None and view is not None and self._view.day.address == view.day.address
        self._view, self._next_id, self._lead = view, next_id, lead
        if view is not None:
            done = view.completion
            self.query_one("#plan-title", Static).update(
                f"{view.day.address}  {view.day.title}  {done.done}/{done.total} done"
            )
        self._fill()
        if not same and (chosen := select or next_id):
            self.rows.choose(chosen)
        self._explain()

    @property
    def rows(self) -> RowList:
        """The list."""
        return self.query_one("#plan", RowList)

    @property
    def item(self) -> ItemView | None:
        """The selected item."""
        selected = self.rows.selected
        shown = (one for section in self._view.sections for one in section.items) if self._view else ()
        return next((one for one in shown if one.item.id == selected), None)

    @property
    def lab(self) -> LabView | None:
        """The selected lab."""
        labs = self._view.labs if self._view else ()
        return next((one for one in labs if f"{LAB}{one.lab.slug}" == self.rows.selected), None)

    @property
    def on_lesson(self) -> bool:
        """True where the day's lesson is selected."""
        return self.rows.selected == LESSON

    @property
    def address(self) -> str:
        """The day that is shown; empty before there is one."""
        return str(self._view.day.address) if self._view else ""

    @property
    def text(self) -> str:
        """The text on the right, to copy."""
        return self._content().plain

    @on(Input.Changed, "#filter")
    def narrow(self) -> None:
        """Show matching lines only."""
        self._fill()

    @on(Input.Submitted, "#filter")
    def keep(self) -> None:
        """Back to the list, which stays narrowed."""
        self.rows.focus()

    @on(OptionList.OptionHighlighted)
    def follow(self) -> None:
        """Show the text of the new line."""
        self._explain()

    def _fill(self) -> None:
        rows = [*self._lead, *(rows_of(self._view, self._next_id) if self._view else ())]
        wanted = self.query_one("#filter", Input).value.casefold()
        if wanted:
            rows = [row for row in rows if not row.heading and wanted in row.text.casefold()]
        self.rows.show_rows(rows, self._next_id)

    def _explain(self) -> None:
        content = self._content()
        if content.plain != self._explained:
            self._explained = content.plain
            self.query_one("#detail", Static).update(content)
            self.query_one("#detail-scroll", VerticalScroll).scroll_home(animate=False)

    def _content(self) -> Content:
        if self._view is None:
            return Content("")
        if (item := self.item) is not None:
            return item_text(self._view.day, item)
        if (lab := self.lab) is not None:
            return lab_text(lab)
        return beginning_text(self._view, self.rows.selected) or prose(self._view.day.summary)
