"""A list of one-line rows under headings that keeps its place when it is shown anew."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from textual.content import Content
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from studyctl.tui.actions import Scope, bindings


@dataclass(frozen=True)
class Row:
    """One line. A heading cannot be selected; `dim` marks what is settled (its glyph says so as well)."""

    id: str
    text: str
    heading: bool = False
    dim: bool = False

    @property
    def content(self) -> Content:
        """The line as it is painted."""
        style = "bold" if self.heading else "dim" if self.dim else ""
        return Content.styled(self.text, style) if style else Content(self.text)


class RowList(OptionList, inherit_bindings=False):
    """Rows moved through with j k g G and the arrows; enter and space belong to the screen."""

    BINDINGS = bindings(Scope.LIST)

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002 - every widget of Textual names it so
        super().__init__(id=id, markup=False)
        self._rows: tuple[Row, ...] = ()

    def show_rows(self, rows: Sequence[Row], select: str | None = None) -> None:
        """Show rows; the highlighted row stays, else `select` or the first row that can be chosen."""
        new = tuple(rows)
        if [row.id for row in new] == [row.id for row in self._rows]:
            for place, (old, row) in enumerate(zip(self._rows, new, strict=True)):
                if old != row:
                    self.replace_option_prompt_at_index(place, row.content)
            self._rows = new
            return
        wanted = self.selected or select
        place = self.highlighted or 0
        self._rows = new
        self.clear_options()
        self.add_options([Option(row.content, id=row.id, disabled=row.heading) for row in new])
        self._restore(wanted, select, place)

    @property
    def selected(self) -> str | None:
        """Id of the highlighted row."""
        return None if self.highlighted is None else self.get_option_at_index(self.highlighted).id

    @property
    def rows(self) -> tuple[Row, ...]:
        """What is shown."""
        return self._rows

    def choose(self, row_id: str) -> None:
        """Highlight a row."""
        self._restore(row_id, None, 0)

    def _restore(self, wanted: str | None, select: str | None, place: int) -> None:
        places = {row.id: n for n, row in enumerate(self._rows) if not row.heading}
        if not places:
            self.highlighted = None
            return
        nearest = min(places.values(), key=lambda n: abs(n - place))
        self.highlighted = next((places[key] for key in (wanted, select) if key in places), nearest)
