"""Lesson: eight minutes of markdown, and the links in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import on
from textual.app import ComposeResult
from textual.widgets import Markdown, Static

from studyctl.domain.address import parse_address
from studyctl.errors import NotFoundError
from studyctl.tui.actions import Scope, bindings
from studyctl.tui.base import StudyScreen
from studyctl.tui.destinations import destination_of
from studyctl.tui.widgets.reader import Reader
from studyctl.tui.widgets.row_list import Row, RowList
from studyctl.tui.widgets.title_bar import TitleBar

if TYPE_CHECKING:
    from studyctl.container import Container
    from studyctl.domain.lesson import Lesson


class LessonScreen(StudyScreen):
    """The lesson of `address`; without one, of today's day."""

    HEADING = "Lesson"
    SCOPE = Scope.LESSON
    CSS_PATH = "lesson.tcss"
    BINDINGS = bindings(Scope.LESSON)
    AUTO_FOCUS = "#page"
    VERTICAL_BREAKPOINTS = [(0, "-low"), (32, "-high")]

    def __init__(self, address: str = "") -> None:
        super().__init__()
        self.address = address
        self._lesson: Lesson | None = None

    def body(self) -> ComposeResult:
        """The skeleton."""
        yield Static("opening ...", id="lesson-head", markup=False)
        with Reader(id="page"):
            yield Markdown(id="text", open_links=False)
        yield Static("LINKS", id="links-title", classes="pane-title", markup=False)
        yield RowList(id="links")

    def load(self) -> None:
        """Ask for the lesson."""
        self.ask(lambda container: read_lesson(container, self.address), self.show)

    def show(self, lesson: Lesson) -> None:
        """Paint the lesson."""
        self._lesson, self.address = lesson, str(lesson.address)
        self.query_one(TitleBar).name_screen(f"Lesson {lesson.address}")
        self.query_one("#lesson-head", Static).update(f"{lesson.minutes:.0f} min, {lesson.words} words  {lesson.title}")
        links = lesson.named_links
        self.set_class(not links, "-no-links")
        self.query_one(RowList).show_rows([Row(target, f"{name}  {target}") for name, target in links])
        self.call_later(self.query_one("#text", Markdown).update, lesson.body)

    def jump_arguments(self, name: str) -> tuple[str, ...]:
        """Another look at the lesson is this one."""
        return (self.address,) if name == "lesson" else ()

    def copied_text(self) -> str:
        """The whole lesson as markdown, or the selected link."""
        selected = self.query_one(RowList).selected
        if self.query_one(RowList).has_focus and selected:
            return selected
        return self._lesson.body if self._lesson else ""

    def action_open(self) -> None:
        """Open the selected link."""
        selected = self.query_one(RowList).selected
        if selected:
            self._follow(selected)

    @on(Markdown.LinkClicked)
    def follow_clicked(self, event: Markdown.LinkClicked) -> None:
        """Open a link in the text."""
        event.stop()
        self._follow(event.href)

    def _follow(self, target: str) -> None:
        where = destination_of(target)
        if where is None:
            self.say(f"{target}: y copies the address.")
        else:
            self.study.open(*where)


def read_lesson(container: Container, address: str) -> Lesson:
    """The lesson of a day; of today's day without an address.

    Raises:
        NotFoundError: no such lesson.
    """
    if address:
        return container.library.lesson(parse_address(address))
    view = container.today.view()
    if view.view is None:
        raise NotFoundError("Every day of this track is closed.", "`studyctl lesson` lists all lessons.")
    return container.library.lesson(view.view.day.address)
