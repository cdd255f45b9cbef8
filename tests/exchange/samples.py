"""Collections to carry to and fro: every phase, awkward texts, days on both sides of a change of the clocks."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

from studyctl.domain.cards import CardKind, Phase, Rating
from studyctl.domain.clock import study_day, to_millis
from studyctl.domain.collection import CardState, Collection, CollectionCard, LoggedReview, ReviewType, factor_of

BERLIN = ZoneInfo("Europe/Berlin")
CREATED = datetime(2026, 1, 15, 9, 30, 0, 123000, tzinfo=BERLIN)
TEXTS = (
    "What is the **ridge point** of an H100?",
    "`a < b && c > d` & <b>not bold</b>",
    "Lines\nand a second one\n\n- one\n- two\n  - deeper",
    "```python\nif a < b:\n    print('x\\ty')  # {{no}} template\n```",
    "Formulas: $O(n^2)$, \\(x\\), 2*3*4, snake_case_name, [sound:no.mp3]",
    "Umlaute äöü, decomposed a\u0308, 漢字, emoji 🧠, עברית",
    "A table\n\n| a | b |\n|---|---|\n| 1 | 2 |",
    '\'; DROP TABLE cards; -- "quoted" {{c1::gap}} \\ back',
    "=SUM(A1:A2)",
    "  blanks at both ends  ",
    "%s {0} \u00a0 <script>alert(1)</script>",
)
DECKS = ("inference", "kernels::cuda", "Numbers & more", "GPU", "gpu")


def sample(count: int = 240, seed: int = 7) -> Collection:
    """`count` cards in all phases with their log."""
    random = Random(seed)
    pairs = [_card(number, random) for number in range(count)]
    reviews = _one_a_millisecond(sorted((review for _, log in pairs for review in log), key=lambda review: review.at))
    last = {review.card_id: review.at for review in reviews}
    return Collection(
        cards=tuple(_answered(card, last.get(card.id)) for card, _ in pairs),
        reviews=reviews,
        created_at=to_millis(CREATED),
        changed_at=to_millis(datetime(2026, 11, 20, 22, 0, tzinfo=BERLIN)),
        zone_offset=60,
    )


def _card(number: int, random: Random) -> tuple[CollectionCard, list[LoggedReview]]:
    card_id = f"card-{number}.{number % 3 + 1}"
    log = [] if number % 6 == 0 else _log(card_id, random)
    card = CollectionCard(
        id=card_id,
        note_id=f"card-{number // 2}",
        deck=DECKS[number % len(DECKS)],
        front=f"No {number}: {TEXTS[number % len(TEXTS)]}",
        back=TEXTS[(number * 5 + 1) % len(TEXTS)],
        kind=list(CardKind)[number % len(CardKind)],
        tags=("kv-cache", "Größe", "two words")[: number % 4],
        extra=(("answer", "<b>&"), ("unit", "µs")) if number % 5 == 0 else (),
        state=_state(number, random, log),
    )
    return card, log


def _log(card_id: str, random: Random) -> list[LoggedReview]:
    """Answers at wall-clock times around the rollover hour, also in the night when the clocks change."""
    days = sorted(random.sample(range(300), random.randint(1, 8)))
    log = []
    for place, day in enumerate(days):
        wall = CREATED.replace(hour=random.choice((0, 2, 3, 4, 12, 23)), minute=random.randrange(60))
        moment = wall + timedelta(days=day, milliseconds=random.randrange(60_000))
        log.append(
            LoggedReview(
                card_id=card_id,
                at=to_millis(moment),
                rating=random.choice(list(Rating)),
                before=0 if place == 0 else day - days[place - 1],
                after=random.choice((-600, 1, 30, 400)),
                factor=factor_of(random.uniform(1, 10)),
                took_ms=random.randrange(60_000),
                type=random.choice((ReviewType.LEARN, ReviewType.REVIEW, ReviewType.RELEARN)),
            )
        )
    return log


def _state(number: int, random: Random, log: list[LoggedReview]) -> CardState:
    if not log:
        return CardState(suspended=number % 12 == 0)
    last = max(review.at for review in log)
    day = study_day(datetime.fromtimestamp(last / 1000, BERLIN))
    state = CardState(
        stability=random.uniform(0.01, 900),
        difficulty=random.uniform(1, 10),
        reps=len(log),
        lapses=random.randrange(12),
        last_ms=last,
        retention=0.9,
        decay=0.1542,
        suspended=number % 7 == 0,
        leech=number % 14 == 0,
    )
    phase = (Phase.LEARNING, Phase.REVIEW, Phase.REVIEW, Phase.RELEARNING)[number % 4]
    if phase is Phase.REVIEW:
        interval = random.randint(1, 400)
        return replace(state, phase=phase, due_day=day + interval, interval=interval)
    if number % 3:
        return replace(state, phase=phase, due_ms=last + 600_000, steps_left=1)
    return replace(state, phase=phase, due_day=day + 1, steps_left=1, interval=int(phase is Phase.RELEARNING))


def _one_a_millisecond(reviews: list[LoggedReview]) -> tuple[LoggedReview, ...]:
    apart: list[LoggedReview] = []
    for review in reviews:
        at = max(review.at, apart[-1].at + 1) if apart else review.at
        apart.append(replace(review, at=at))
    return tuple(apart)


def _answered(card: CollectionCard, at: int | None) -> CollectionCard:
    return card if card.state is None else replace(card, state=replace(card.state, last_ms=at))


def rounded(collection: Collection) -> Collection:
    """The collection as Anki can keep it: its own rounding, and the second instead of the millisecond of a step."""
    return replace(collection, cards=tuple(replace(card, state=_rounded(card.state)) for card in by_id(collection)))


def by_id(collection: Collection) -> tuple[CollectionCard, ...]:
    """The cards in the order of their ids."""
    return tuple(sorted(collection.cards, key=lambda card: card.id))


def _rounded(state: CardState | None) -> CardState:
    state = state or CardState()

    def places(value: float | None, count: int) -> float | None:
        return None if value is None else round(value, count)

    return replace(
        state,
        stability=places(state.stability, 4),
        difficulty=places(state.difficulty, 3),
        retention=places(state.retention, 2),
        decay=places(state.decay, 3),
        due_ms=None if state.due_ms is None else state.due_ms // 1000 * 1000,
    )


def differences(one: Collection, other: Collection) -> list[str]:
    """What two collections differ in, card by card and answer by answer."""
    found = []
    cards, others = by_id(one), by_id(other)
    if [card.id for card in cards] != [card.id for card in others]:
        found.append("ids")
    found += [f"{left}\n  {right}" for left, right in zip(cards, others, strict=False) if left != _near(right, left)]
    found += [f"{left}\n  {right}" for left, right in zip(_sorted(one), _sorted(other), strict=False) if left != right]
    return found + ([] if len(one.reviews) == len(other.reviews) else ["count of answers"])


def _near(card: CollectionCard, wanted: CollectionCard) -> CollectionCard:
    """The card with the wanted stability, where its own differs by what Anki's single precision loses."""
    state, other = card.state, wanted.state
    if state is None or other is None or state.stability is None or other.stability is None:
        return card
    if abs(state.stability - other.stability) > 0.000_101 + other.stability * 2**-22:
        return card
    return replace(card, state=replace(state, stability=other.stability))


def _sorted(collection: Collection) -> list[LoggedReview]:
    return sorted(collection.reviews, key=lambda review: (review.at, review.card_id))
