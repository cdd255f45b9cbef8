"""Practice and filtered review: what comes first, what counts, and that choosing writes nothing."""

from __future__ import annotations

from itertools import pairwise

import pytest

from studyctl.container import Container
from studyctl.domain.cards import Memory, Rating
from studyctl.errors import UsageError
from studyctl.services.practice import Practice
from studyctl.storage.repositories.memory import Subject, save_memory
from studyctl.storage.undo import digest, last_act
from tests.helpers import FakeClock, House, card_toml, write
from tests.services.arranged import arranged
from tests.services.test_review import reviewed


def remember(container: Container, **memories: Memory) -> None:
    """Give cards a memory; `one_01` names the card one-01."""
    container.context.shelf.sync()
    with container.context.database.write("review", "arrange") as transaction:
        for name, memory in memories.items():
            save_memory(transaction, Subject.CARD, name.replace("_", "-"), memory)


def ids(picked: tuple[Practice, ...], counts: bool | None = None) -> list[str]:
    """Cards in their order; only those that count, or do not."""
    return [each.card_id for each in picked if counts in (None, each.counts)]


def test_with_nothing_due_the_worst_known_cards_come_first(container: Container, clock: FakeClock) -> None:
    remember(
        container,
        one_01=reviewed(clock, 50, ago=5, due_in=45),
        one_02=reviewed(clock, 9, ago=8, due_in=1),
        one_03=reviewed(clock, 20, ago=12, due_in=8),
        one_04=Memory(suspended=True),
    )
    picked = container.practice.pick(None)
    assert ids(picked) == ["one-02", "one-03", "one-01"]
    assert ids(picked, counts=True) == []
    assert ids(container.practice.pick(None, limit=2)) == ["one-02", "one-03"]


def test_what_counts_is_what_the_queue_would_ask(container: Container, clock: FakeClock) -> None:
    container.context.shelf.sync()
    remember(
        container,
        one_01=reviewed(clock, 50, ago=5, due_in=45),
        one_02=reviewed(clock, 9, ago=10, due_in=-1),
        one_03=reviewed(clock, 9, ago=9, due_in=0),
    )
    picked = container.practice.pick("id:one* or id:two*")
    assert ids(picked)[:2] == ["one-02", "one-03"]
    assert ids(picked, counts=True) == list(container.review.queue().ids)
    assert ids(picked, counts=False)[0] == "one-01"
    assert set(ids(picked, counts=False)[1:]) == {"one-14", "one-15", "two-01", "two-02", "two-03"}, "beyond the limit"
    for card in ids(picked, counts=True):
        container.review.answer(card, Rating.GOOD)


def test_suspended_cards_are_practised_only_where_the_query_asks(container: Container, clock: FakeClock) -> None:
    known = reviewed(clock, 9, ago=9)
    remember(container, one_01=Memory(**{**vars(known), "suspended": True, "leech": True}))
    assert container.practice.pick(None) == ()
    assert container.practice.pick("is:leech") == (Practice("one-01", False),)


@pytest.fixture
def related(house: House) -> Container:
    """Six cards of an own deck: a1, a2 are siblings, b is near to a, c, d and e stand alone."""
    deck = "".join(card_toml(name, "p90/1").replace('"a book"\n', '"a book"\nNEAR') for name in ("b", "cc", "dd", "ee"))
    deck = deck.replace("NEAR", 'near = ["aa"]\n', 1).replace("NEAR", "").replace('id = "b"', 'id = "bb"')
    gaps = '\n[[card]]\nid = "aa"\nkind = "cloze"\nday = "p90/1"\ntext = "{{one}} and {{two}}"\nsource = "a book"\n'
    write(house.paths.cards / "own.toml", 'schema = 1\ndeck = "own"\ntitle = "Own"\n' + gaps + deck)
    return house.open()


def test_siblings_and_near_ones_stand_apart_and_one_of_them_counts(related: Container, clock: FakeClock) -> None:
    due = {name: reviewed(clock, 9, ago=9) for name in ("aa.1", "aa.2", "bb", "cc", "dd")}
    remember(related, ee=reviewed(clock, 90, ago=9, due_in=81), **due)
    picked = related.practice.pick("deck:own")
    assert sorted(ids(picked, counts=True)) == sorted(related.review.queue().ids)
    alike = {"aa.1", "aa.2", "bb"}
    assert not any({one, other} <= alike for one, other in pairwise(ids(picked)))
    assert len(ids(picked)) == 6


def test_a_sibling_of_what_was_answered_today_is_practice(related: Container, clock: FakeClock) -> None:
    remember(related, **{name: reviewed(clock, 9, ago=9) for name in ("aa.1", "aa.2", "bb", "cc")})
    related.review.answer("aa.1", Rating.GOOD)
    assert ids(related.practice.pick("deck:own is:due"), counts=True) == ["cc"]
    assert sorted(ids(related.practice.pick("is:buried"), counts=False)) == ["aa.2", "bb"]


def test_the_seed_draws_among_equals_alone(container: Container, clock: FakeClock) -> None:
    equal = {f"one_{n:02}": reviewed(clock, 30, ago=6, due_in=24) for n in range(1, 12)}
    remember(container, one_15=reviewed(clock, 9, ago=8, due_in=1), **equal)
    orders = {tuple(ids(container.practice.pick(None, seed=seed))) for seed in range(6)}
    assert len(orders) > 1
    assert {order[0] for order in orders} == {"one-15"}
    assert container.practice.pick(None, seed=3) == container.practice.pick(None, seed=3)


def test_choosing_writes_nothing_and_a_wrong_query_says_where(house: House) -> None:
    container = arranged(house)
    with container.context.database.read() as connection:
        before = digest(connection), last_act(connection)
    assert container.practice.pick(None)
    assert container.practice.pick("is:due or is:new")
    with container.context.database.read() as connection:
        assert (digest(connection), last_act(connection)) == before
    with pytest.raises(UsageError, match="col 4"):
        container.practice.pick("is:deu")


def test_every_learnt_card_is_there_once(house: House) -> None:
    container = arranged(house)
    picked = ids(container.practice.pick(None, limit=1000))
    found = {row.id for row in container.browser.find("-is:new -is:suspended", limit=1000).rows}
    assert len(picked) == len(set(picked))
    assert set(picked) == found
