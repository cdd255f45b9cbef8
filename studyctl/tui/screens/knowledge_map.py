"""Map: every topic, what teaches it, and how well it is known."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Input, OptionList, Static

from studyctl.domain.outcome import Area
from studyctl.tui.actions import Scope, bindings
from studyctl.tui.base import StudyScreen
from studyctl.tui.widgets.map_text import branch_rows, topic_text
from studyctl.tui.widgets.row_list import RowList

if TYPE_CHECKING:
    from studyctl.services.coverage import MapView, TopicCoverage


class MapScreen(StudyScreen):
    """Topics by branch on the left, the selected one on the right."""

    HEADING = "Map"
    SCOPE = Scope.MAP
    BOUND = frozenset({Area.CARDS, Area.LABS, Area.DAYS, Area.INTERVIEW})
    CSS_PATH = "knowledge_map.tcss"
    BINDINGS = bindings(Scope.MAP)
    AUTO_FOCUS = "#topics"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-wide")]

    def __init__(self) -> None:
        super().__init__()
        self._view: MapView | None = None

    def body(self) -> ComposeResult:
        """The skeleton."""
        yield Static("opening ...", id="map-head", markup=False)
        with Horizontal(id="map"):
            with Vertical(id="map-side"):
                yield Input(id="filter", classes="popup", placeholder="filter: part of a topic, enter, esc ends it")
                yield RowList(id="topics")
            with VerticalScroll(id="topic-scroll", can_focus=False):
                yield Static(id="topic")

    def load(self) -> None:
        """Ask for the coverage."""
        self.ask(lambda container: container.map.view(), self.show)

    def show(self, view: MapView) -> None:
        """Paint the map."""
        self._view = view
        topics = [topic for branch in view.branches for topic in branch.topics]
        covered = sum(not topic.empty for topic in topics)
        seen, cards = sum(topic.cards_seen for topic in topics), sum(len(topic.cards) for topic in topics)
        self.query_one("#map-head", Static).update(
            f"{covered} of {len(topics)} topics covered; a card counts for each of its topics: {seen} of {cards} seen"
        )
        self._fill()

    @on(Input.Changed, "#filter")
    def narrow(self) -> None:
        """Show matching topics only."""
        self._fill()

    @on(Input.Submitted, "#filter")
    def keep(self) -> None:
        """Back to the list, which stays narrowed."""
        self.query_one(RowList).focus()

    @on(OptionList.OptionHighlighted)
    def follow(self) -> None:
        """Show the new topic."""
        topic = self._selected
        self.query_one("#topic", Static).update(topic_text(topic) if topic else Content(""))
        self.query_one("#topic-scroll", VerticalScroll).scroll_home(animate=False)

    def action_open(self) -> None:
        """Open what teaches the topic: its first lesson, else its first day, else its first lab."""
        topic = self._selected
        if topic is None:
            return
        for name, ids in (("lesson", topic.lessons), ("day", topic.days), ("lab", topic.labs)):
            if ids:
                self.study.open(name, ids[0])
                return
        self.say("Nothing teaches this topic yet.")

    def jump_arguments(self, name: str) -> tuple[str, ...]:
        """The cards of the selected topic go along to the list of cards."""
        topic = self._selected
        return (f"tag:{topic.topic.id}",) if name == "browser" and topic is not None else ()

    def copied_text(self) -> str:
        """The selected topic's text."""
        topic = self._selected
        return topic_text(topic).plain if topic else ""

    @property
    def _selected(self) -> TopicCoverage | None:
        chosen = self.query_one(RowList).selected
        topics = (topic for branch in self._view.branches for topic in branch.topics) if self._view else ()
        return next((topic for topic in topics if topic.topic.id == chosen), None)

    def _fill(self) -> None:
        if self._view is not None:
            wanted = self.query_one("#filter", Input).value.casefold()
            self.query_one(RowList).show_rows(branch_rows(self._view, wanted))
            self.follow()
