"""What a sitting outside the queue asks: the cards of a filter, or learnt ones for practice."""

from __future__ import annotations

from studyctl.errors import NotFoundError
from studyctl.services.practice import Practice, PracticeService


def cards_to_ask(practice: PracticeService, query: str, seed: int) -> tuple[Practice, ...]:
    """With a query what it finds; without one what was learnt, except for what is due: the queue asks that.

    Raises:
        UsageError: the query is wrong.
        NotFoundError: there is no such card.
    """
    picked = practice.pick(query or None, seed=seed)
    if not query:
        picked = tuple(each for each in picked if not each.counts)
    if picked:
        return picked
    if query:
        raise NotFoundError(f"No card matches {query}.", "`studyctl cards list` lists all.")
    raise NotFoundError(
        "There is no card to practise: none was learnt yet, or all are due.", "`studyctl review` asks what is due."
    )
