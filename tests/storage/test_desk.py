"""The quick connection: all of a block or nothing, usable again after a failure, and a version that grows."""

from __future__ import annotations

import pytest

from studyctl.container import Container
from studyctl.domain.cards import Rating
from studyctl.errors import DataError
from studyctl.storage.undo import digest
from tests.helpers import House


def digest_of(container: Container) -> str:
    """Digest of all projections."""
    with container.context.database.read() as connection:
        return digest(connection)


def broken_act(container: Container, statement: str) -> None:
    """Change something, then fail."""
    with container.context.database.desk as execute:
        execute("INSERT INTO setting VALUES ('x', '1')")
        execute(statement)
        raise RuntimeError("the power went out")


@pytest.mark.parametrize(
    ("statement", "error"),
    [("SELECT 1", RuntimeError), ("INSERT INTO setting VALUES ('x', '2')", DataError), ("nonsense", DataError)],
)
def test_an_act_that_fails_changes_nothing_and_the_next_one_works(
    container: Container, statement: str, error: type[Exception]
) -> None:
    card = container.review.queue().ids[0]
    before = digest_of(container)
    with pytest.raises(error):
        broken_act(container, statement)
    assert digest_of(container) == before
    assert container.review.answer(card, Rating.GOOD).value.card.id == card


def test_a_commit_that_is_refused_is_explained_and_changes_nothing(container: Container) -> None:
    before = digest_of(container)

    def dangling() -> None:
        with container.context.database.desk as execute:
            execute("PRAGMA defer_foreign_keys = ON")
            execute("INSERT INTO thought (text, captured_at, sprint_id, state) VALUES ('x', 1, 99, 'open')")

    with pytest.raises(Exception, match="depends on this"):
        dangling()
    assert digest_of(container) == before
    assert container.undo.last() is None


def test_the_version_grows_with_the_commits_of_all_and_with_nothing_else(house: House) -> None:
    container, other = house.open(), house.open()
    desk = container.context.database.desk
    cards = container.review.queue().ids
    seen = [desk.version()]
    assert desk.version() == seen[0]
    for act in (
        lambda: container.review.answer(cards[0], Rating.GOOD),
        lambda: other.review.answer(cards[1], Rating.GOOD),
        lambda: container.inbox.capture("by another connection of this program"),
        lambda: container.undo.undo("review"),
    ):
        act()
        container.review.queue()
        seen.append(desk.version())
    assert seen == sorted(set(seen))
    assert seen[1] == seen[0] + 1
