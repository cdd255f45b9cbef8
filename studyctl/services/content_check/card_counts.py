"""How many cards there are: of each day that needs some, of each topic of the map, of each kind."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from studyctl.content.library import Library
from studyctl.domain.address import Address
from studyctl.domain.cards import CardKind
from studyctl.services.content_check.cards import LEAST_IN_ALL, least_of_days


@dataclass(frozen=True)
class DayCount:
    """Cards of a day, how many it needs at least, and their number by kind."""

    address: Address
    cards: int
    least: int
    kinds: dict[CardKind, int]


@dataclass(frozen=True)
class TopicCount:
    """Cards of a topic; a topic that a line of the map names needs one at least."""

    topic: str
    branch: str
    cards: int
    least: int


@dataclass(frozen=True)
class CardCounts:
    """All counts; days and topics with the fewest cards first."""

    days: tuple[DayCount, ...]
    topics: tuple[TopicCount, ...]
    kinds: dict[CardKind, int]
    total: int
    least: int

    @property
    def short(self) -> bool:
        """True where a day, a topic or the whole has too few."""
        pairs = [(each.cards, each.least) for each in self.days] + [(each.cards, each.least) for each in self.topics]
        return any(cards < least for cards, least in [*pairs, (self.total, self.least)])


def count_cards(library: Library) -> CardCounts:
    """Count the cards of the bundle.

    Raises:
        ContentError: a file of the content is wrong.
    """
    cards = library.cards.values()
    kinds: dict[Address, Counter[CardKind]] = {}
    for card in cards:
        kinds.setdefault(card.day, Counter())[card.kind] += 1
    days = [
        DayCount(address, sum(found.values()), least, {kind: found[kind] for kind in CardKind if found[kind]})
        for address, least in least_of_days(library).items()
        for found in (kinds.get(address, Counter()),)
    ]
    topics = Counter(topic for card in cards for topic in set(card.topics))
    named = {topic for line in library.map.lines for topic in line.topics}
    by_topic = [
        TopicCount(topic.id, topic.branch, topics[topic.id], int(topic.id in named))
        for topic in library.map.topics.values()
    ]
    by_kind = Counter(card.kind for card in cards)
    return CardCounts(
        days=tuple(sorted(days, key=lambda each: (each.cards, each.address.track, each.address.sort_key))),
        topics=tuple(sorted(by_topic, key=lambda each: each.cards)),
        kinds={kind: by_kind[kind] for kind in CardKind},
        total=len(cards),
        least=LEAST_IN_ALL,
    )
