"""Search: words in, everything in the content that has them out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.timer import Timer
from textual.widgets import Input, OptionList, Static

from studyctl.tui.actions import Scope, bindings
from studyctl.tui.base import StudyScreen
from studyctl.tui.destinations import Destination, day_of
from studyctl.tui.widgets.day_text import prose
from studyctl.tui.widgets.row_list import Row, RowList

if TYPE_CHECKING:
    from studyctl.services.search import Hit

LIMIT = 50
QUIET_SECONDS = 0.15  # a pause in typing


class SearchScreen(StudyScreen):
    """A line of words, the hits, and the text of the selected one."""

    HEADING = "Search"
    SCOPE = Scope.SEARCH
    CSS_PATH = "search.tcss"
    BINDINGS = bindings(Scope.SEARCH)
    AUTO_FOCUS = "#words"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-wide")]

    def __init__(self, words: str = "") -> None:
        super().__init__()
        self._words = words
        self._hits: dict[str, Hit] = {}
        self._pause: Timer | None = None

    def body(self) -> ComposeResult:
        """The skeleton."""
        yield Input(self._words, id="words", placeholder="words, the last one may be a beginning; tab to the hits")
        yield Static("Days, lessons, cards, questions, labs, terms and topics.", id="hits-head", markup=False)
        with Horizontal(id="found"):
            yield RowList(id="hits")
            with VerticalScroll(id="hit-scroll", can_focus=False):
                yield Static(id="hit")

    def load(self) -> None:
        """Search for what is typed."""
        words = self.query_one("#words", Input).value
        if not any(character.isalnum() for character in words):
            self._show(words, ())
            return
        self.ask(lambda container: container.search.find(words, LIMIT), lambda hits: self._show(words, hits))

    @on(Input.Changed, "#words")
    def search_soon(self) -> None:
        """Wait for a pause in typing."""
        if self._pause is not None:
            self._pause.stop()
        self._pause = self.set_timer(QUIET_SECONDS, self.load)

    @on(Input.Submitted, "#words")
    def to_hits(self) -> None:
        """From the words to what has them."""
        self.query_one(RowList).focus()

    @on(OptionList.OptionHighlighted)
    def follow(self) -> None:
        """Show the text of the new line."""
        hit = self._selected
        self.query_one("#hit", Static).update(_text(hit) if hit else "")
        self.query_one("#hit-scroll", VerticalScroll).scroll_home(animate=False)

    def action_swap(self) -> None:
        """Between the words and the hits."""
        target = "#hits" if self.query_one("#words", Input).has_focus else "#words"
        self.query_one(target).focus()

    def action_open(self) -> None:
        """Open the selected hit."""
        hit = self._selected
        if hit is None:
            return
        where = _destination(hit)
        if where is None:
            self.say("All of it stands beside the list.")
        else:
            self.study.open(*where)

    def copied_text(self) -> str:
        """The selected hit's text."""
        hit = self._selected
        return f"{hit.title}\n{hit.text}" if hit else ""

    @property
    def _selected(self) -> Hit | None:
        return self._hits.get(self.query_one(RowList).selected or "")

    def _show(self, words: str, hits: tuple[Hit, ...]) -> None:
        if words != self.query_one("#words", Input).value:
            return  # more was typed meanwhile
        self._hits = {f"{hit.kind.value}:{hit.id}": hit for hit in hits}
        self.query_one(RowList).show_rows([Row(key, _line(hit)) for key, hit in self._hits.items()])
        if not words.strip():
            said = "Days, lessons, cards, questions, labs, terms and topics."
        elif not hits:
            said = "Nothing has these words."
        else:
            count = f"the best {LIMIT} hits" if len(hits) == LIMIT else f"{len(hits)} hit{'s' if len(hits) > 1 else ''}"
            said = f"{count}; enter opens one"
        self.query_one("#hits-head", Static).update(said)
        self.follow()


def _line(hit: Hit) -> str:
    """Kind, the day where there is one, title."""
    kind = hit.kind.value
    day = "/".join(hit.id.split("/")[:2]) if kind in ("day", "item", "lesson", "question") else ""
    return f"{kind:9} {day:9} {' '.join(hit.title.replace('`', '').split())}"


def _destination(hit: Hit) -> Destination | None:
    kind = hit.kind.value
    if kind in ("day", "item"):
        return day_of(hit.id)
    if kind == "question":
        return day_of(hit.id)
    if kind == "card":
        return "browser", f"id:{hit.id}"
    return (kind, hit.id) if kind in ("lesson", "lab") else None


def _text(hit: Hit) -> Content:
    marked = Content(hit.snippet)
    for begin, end in hit.marks:
        marked = marked.stylize("bold underline", begin, end)
    paragraphs = [prose(part) for part in hit.text.split("\n\n") if part.strip()]
    parts = [Content.styled(f"{hit.kind.value}  {hit.id}", "dim"), Content.styled(hit.title, "bold"), Content("")]
    parts += [marked, Content("")] if hit.kind.value == "lesson" else []
    return Content("\n").join([*parts, Content("\n\n").join(paragraphs)])
