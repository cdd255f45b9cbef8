"""Searching cards: each term against a second, slow reading of the same words; orders, pages, one card, acts."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studyctl.container import Container
from studyctl.domain.card_query import All, AnyOf, Not, Query, parse_query
from studyctl.domain.cards import Card, CardAct, Memory, Phase, Rating
from studyctl.domain.query_terms import Compare, Field, Is, Named, Pattern, Property, Rated, State, Words
from studyctl.errors import NotFoundError, UsageError
from studyctl.services.schedulers import scheduler_for
from studyctl.storage.rebuild import compare
from studyctl.storage.repositories.card_flags import flags_of
from studyctl.storage.repositories.card_search import CardSort
from studyctl.storage.repositories.cards import CARD, find_cards
from studyctl.storage.repositories.memory import Subject, all_memory
from studyctl.storage.repositories.queue import done_on
from studyctl.storage.repositories.review_log import reviews
from studyctl.storage.undo import digest
from tests.helpers import FakeClock, House, small_bundle
from tests.services.arranged import arranged


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Container]:
    """Cards in every state; nothing writes to it."""
    root = tmp_path_factory.mktemp("shelf")
    house = House(root / "home", small_bundle(root / "bundle"), FakeClock())
    yield arranged(house)
    house.close()


class Slow:
    """Reads the whole database and looks at each card by itself."""

    def __init__(self, container: Container) -> None:
        with container.context.database.read() as connection:
            ids = list(connection.execute(CARD.select().with_only_columns(CARD.c.id)).scalars())
            self.cards = find_cards(connection, ids)
            self.memory = all_memory(connection, Subject.CARD)
            self.flags = flags_of(connection, ids)
            settings = container.context.settings()
            self.now = container.context.moment(settings)
            self.log = reviews(connection)
            self.waiting = done_on(connection, self.now.day).waiting
        self.scheduler = scheduler_for(settings)
        self.own = {card for card in ids if card.startswith("mine-")}

    def find(self, query: Query) -> set[str]:
        """Ids of the cards that match."""
        return {card for card in self.cards if self.holds(query, self.cards[card])}

    def holds(self, query: Query, card: Card) -> bool:
        """Whether one card matches."""
        memory = self.memory.get(card.id, Memory())
        match query:
            case All(parts):
                return all(self.holds(part, card) for part in parts)
            case AnyOf(parts):
                return any(self.holds(part, card) for part in parts)
            case Not(part):
                return not self.holds(part, card)
            case Words(pattern):
                return any(_search(pattern, text) for text in (card.front, card.back, card.answer))
            case Named(field, pattern):
                return _named(field, pattern, card)
            case Is(state):
                return self._is(state, card, memory)
            case Compare():
                return self._compare(query, memory)
            case Rated(days, rating):
                lines = [line for line in self.log if line.card_id == card.id and line.day > self.now.day - days]
                return any(rating in (None, line.rating) for line in lines)

    def _is(self, state: State, card: Card, memory: Memory) -> bool:
        learning = memory.phase in (Phase.LEARNING, Phase.RELEARNING)
        stepped = memory.due_at is not None and (memory.due_at <= self.now.millis or memory.due_day < self.now.day)
        reviewed = memory.phase is Phase.REVIEW and memory.due_day <= self.now.day
        due = not memory.suspended and (stepped or reviewed)
        return {
            State.DUE: due,
            State.NEW: memory.phase is Phase.NEW,
            State.LEARN: learning,
            State.REVIEW: memory.phase is Phase.REVIEW,
            State.SUSPENDED: memory.suspended,
            State.BURIED: due and card.id in self.waiting,
            State.LEECH: memory.leech,
            State.FLAGGED: card.id in self.flags,
            State.STALE: card.id == "one-02",
            State.OWN: card.id in self.own,
        }[state]

    def _compare(self, term: Compare, memory: Memory) -> bool:
        recall = None if memory.stability is None else self.scheduler.retrievability(memory, self.now.day)
        interval = memory.due_day - memory.last_day if memory.phase is Phase.REVIEW else 0
        value = {
            Property.RECALL: recall,
            Property.STABILITY: memory.stability,
            Property.DIFFICULTY: memory.difficulty,
            Property.REPS: memory.reps,
            Property.LAPSES: memory.lapses,
            Property.INTERVAL: max(0, interval),
            Property.DUE: None if memory.due_day is None else memory.due_day - self.now.day,
        }[term.property]
        if value is None:
            return False
        equal = value == term.value if not term.within else abs(value - term.value) < term.within
        return {
            "<": value < term.value,
            "<=": value <= term.value,
            ">": value > term.value,
            ">=": value >= term.value,
            "=": equal,
            "!=": not equal,
        }[term.sign]


def _search(pattern: Pattern, text: str) -> bool:
    shape = ".*".join(re.escape(piece.casefold()) for piece in pattern.pieces)
    return re.search(shape, text.casefold(), re.DOTALL) is not None


def _named(field: Field, pattern: Pattern, card: Card) -> bool:
    shape = re.compile(".*".join(re.escape(piece) for piece in pattern.pieces), re.IGNORECASE | re.DOTALL)
    match field:
        case Field.TAG:
            return any(shape.fullmatch(topic) for topic in card.topics)
        case Field.DAY:
            days = {"p90": "p90/", "16": "p90/16", "own": "own/", "28:6": "p28/6-7"}
            return str(card.day).startswith(days.get(str(pattern), str(pattern)))
        case Field.LAB:
            assert str(pattern) in ("redis-toy", "first-toy")
            made, days = {"redis-toy": ("two-01", ["p90/16"]), "first-toy": ("one-02", ["s3/2", "p90/2"])}[str(pattern)]
            return card.id == made or str(card.day) in days
    value = {Field.DECK: card.deck, Field.KIND: card.kind.value, Field.ID: card.id, Field.NOTE: card.note}[field]
    return shape.fullmatch(value) is not None


WORDS = ["block", "BLOCK*page", '"block table"', "100%", "über", '"maps?"', "o_e", "is", "16", "'", "Größen", "[...]"]
NAMED = [
    *("tag:kv-cache", "tag:KV*", "tag:paging", "tag:zebra", "deck:small", "deck:own*", "deck:own_100%", "deck:*"),
    *("day:p90", "day:p90/1", "day:16", "day:28:6", "day:own", "lab:redis-toy", "lab:first-toy"),
    *("kind:cloze", "kind:QA", "id:one-02", "id:mine-*", "note:mine-gap", "note:*-0*"),
]
STATES = [f"is:{state.value}" for state in State]
PROPERTIES = st.builds(
    "prop:{}{}{}".format,
    st.sampled_from(["r", "s", "d", "reps", "lapses", "ivl", "due"]),
    st.sampled_from(["<", "<=", "=", "!=", ">", ">="]),
    st.sampled_from(["0", "0.5", "0.91", "1"]),
) | st.builds(
    "prop:{}{}{}".format,
    st.sampled_from(["s", "d", "reps", "lapses", "ivl", "due"]),
    st.sampled_from(["<", "<=", "=", "!=", ">", ">="]),
    st.integers(-5, 60),
)
RATED = ["rated:1", "rated:7", "rated:1:1", "rated:9:3", "rated:30:4"]
TERMS = st.sampled_from(WORDS + NAMED + STATES + RATED) | PROPERTIES
QUERIES = st.recursive(
    TERMS,
    lambda inner: (
        st.builds("-({})".format, inner)
        | st.builds("{} {}".format, inner, inner)
        | st.builds("({} or {})".format, inner, inner)
    ),
    max_leaves=5,
)


@pytest.mark.parametrize("term", WORDS + NAMED + STATES + RATED)
def test_each_term_and_its_opposite_find_what_a_slow_reading_finds(shelf: Container, term: str) -> None:
    for query in (term, f"-{term}"):
        page = shelf.browser.find(query, limit=1000)
        assert {row.id for row in page.rows} == Slow(shelf).find(parse_query(query)), query
        assert page.total == len(page.rows)


@given(query=QUERIES)
def test_any_query_finds_what_a_slow_reading_finds(shelf: Container, query: str) -> None:
    found = {row.id for row in shelf.browser.find(query, limit=1000).rows}
    assert found == Slow(shelf).find(parse_query(query))


@given(text=st.text(alphabet='ab:*-()" ortagisprpdue<=>.1%\\_', max_size=30) | st.text(st.characters(), max_size=30))
def test_any_text_is_answered_or_explained(shelf: Container, text: str) -> None:
    try:
        page = shelf.browser.find(text)
    except UsageError as error:
        told = error
    else:
        assert 0 <= len(page.rows) <= page.total <= 43
        return
    assert "at col" in told.message


def test_nearly_every_term_of_this_test_finds_something(shelf: Container) -> None:
    nothing = {term for term in WORDS + NAMED + STATES + RATED if not shelf.browser.find(term).total}
    assert nothing == {'"maps?"', "'", "o_e", "Größen", "tag:zebra", "day:16", "day:28:6"}


def test_recall_of_a_row_is_the_schedulers(shelf: Container) -> None:
    slow = Slow(shelf)
    rows = shelf.browser.find("prop:r<1", CardSort.RECALL, limit=1000).rows
    recall = [row.retrievability for row in rows]
    assert recall == [slow.scheduler.retrievability(slow.memory[row.id], slow.now.day) for row in rows]
    assert recall == sorted(recall)


@pytest.mark.parametrize("sort", list(CardSort))
def test_pages_of_an_order_are_all_cards_once(shelf: Container, sort: CardSort) -> None:
    whole = shelf.browser.find("", sort, limit=1000)
    pages = [shelf.browser.find("", sort, limit=7, offset=start) for start in range(0, whole.total + 7, 7)]
    assert tuple(row for page in pages for row in page.rows) == whole.rows
    assert {page.total for page in pages} == {whole.total} == {len(whole.rows)}


def test_orders(shelf: Container) -> None:
    def rows(sort: str) -> list[object]:
        return list(shelf.browser.find("-is:suspended", sort, limit=1000).rows)

    slow = Slow(shelf)
    due = [slow.memory.get(row.id, Memory()).due_day for row in rows("due")]
    dated = [day for day in due if day is not None]
    assert due == sorted(dated) + [None] * (len(due) - len(dated))
    assert [row.lapses for row in rows("lapses")] == sorted((row.lapses for row in rows("due")), reverse=True)
    hard = [row.difficulty for row in rows("difficulty") if row.difficulty is not None]
    assert hard == sorted(hard, reverse=True)
    deck = [row.id for row in shelf.browser.find("day:p90/1", "deck", limit=1000).rows]
    assert deck == [*(f"mine-{n:02}" for n in range(20)), *(f"one-{n:02}" for n in range(1, 16))]
    with pytest.raises(UsageError, match="no order 'size'"):
        shelf.browser.find("", "size")


@pytest.mark.parametrize(
    ("query", "column", "hint"),
    [
        ("is:due day:p90/99", 12, "track list"),
        ("day:zebra", 5, "p90/16"),
        ("lab:redis-toi", 5, "Did you mean lab:redis-toy?"),
        ("lab:zebra", 5, "lab list"),
        ("day:6", 5, ""),
    ],
)
def test_a_day_or_lab_that_is_not_there_says_where(shelf: Container, query: str, column: int, hint: str) -> None:
    if query == "day:6":
        assert shelf.browser.find(query).total == 0, "only p28 has such a day"
        return
    with pytest.raises(UsageError, match=f"at col {column}:") as error:
        shelf.browser.find(query)
    assert hint in error.value.hint


def test_a_day_of_several_plans_asks_back_with_terms_to_type(container: Container) -> None:
    container.settings.use_track("guide")
    with pytest.raises(UsageError) as error:
        container.browser.find("day:16")
    assert error.value.hint == "Type day:p90/16 or day:p28/16."


def test_everything_of_one_card(container: Container, clock: FakeClock) -> None:
    container.review.answer("one-01", Rating.EASY, duration_ms=4500)
    container.cards.flag("one-01", "too easy")
    container.cards.suspend(["one-01"])
    container.review.answer("one-02", Rating.EASY)
    detail = container.browser.card("one-01")
    assert (detail.card.back, detail.path) == ("It is one-01.", "curriculum/decks/small.toml")
    line = detail.line
    assert (line.front, line.due, line.flag, line.reps) == ("What is one-01?", "suspended", "too easy", 1)
    assert line.retrievability == 1.0
    acts = [(entry.act, entry.rating, entry.seconds, entry.date) for entry in detail.log]
    today = clock.now().date()
    assert acts == [(CardAct.SUSPEND, "", 0.0, today), (CardAct.ANSWER, "Easy", 4.5, today)]
    assert detail.log[1].interval_days > 0
    with pytest.raises(NotFoundError, match="no card 'zebra'"):
        container.browser.card("zebra")


def test_the_name_of_a_text_with_gaps_leads_to_its_cards(house: House) -> None:
    with pytest.raises(NotFoundError) as caught:
        arranged(house).browser.card("mine-gap")
    assert caught.value.hint == "A text with gaps has a card for each: mine-gap.1, mine-gap.2."


@pytest.mark.parametrize("act", ["suspend", "resume", "forget", "move", "unflag"])
def test_an_act_over_a_query_takes_those_that_it_fits_and_is_taken_back_whole(house: House, act: str) -> None:
    container = arranged(house)
    with container.context.database.read() as connection:
        before = digest(connection)
    cards = container.browser.fitting("tag:kv* or day:p90/1", act)
    assert cards
    acts = container.cards
    if act == "move":
        acts.move(cards, 3)
    else:
        {"suspend": acts.suspend, "resume": acts.resume, "forget": acts.forget, "unflag": acts.unflag_all}[act](cards)
    with container.context.database.read() as connection:
        assert digest(connection) != before
    assert container.browser.fitting("tag:kv* or day:p90/1", act) == (cards if act == "move" else ())
    container.undo.undo("review")
    with container.context.database.read() as connection:
        assert digest(connection) == before
        assert all(not each.differ for each in compare(connection) if each.table != "memory")


@pytest.mark.parametrize(
    ("query", "remark"),
    [
        ("tag:pagin", "No card has the tag pagin. Did you mean tag:paging?"),
        ("tag:KV-CACHE tag:zzz", "No card has the tag zzz."),
        ("tag:zzz*", ""),
        ("tag:paging is:stale", ""),
        ("tag:paging or tag:zzz", ""),
    ],
)
def test_a_tag_that_no_card_has_is_named_where_nothing_matches(shelf: Container, query: str, remark: str) -> None:
    assert shelf.browser.find(query).remark == remark


def test_an_act_needs_a_query(container: Container) -> None:
    with pytest.raises(UsageError, match="needs a query"):
        container.browser.fitting("  ", "suspend")
