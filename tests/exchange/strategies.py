"""Any collection that the formats must carry."""

from __future__ import annotations

from hypothesis import strategies as st

from studyctl.domain.cards import CardKind, Phase, Rating
from studyctl.domain.collection import CardState, Collection, CollectionCard, LoggedReview, ReviewType

_HARMFUL = "".join(map(chr, [*range(9), *range(11, 32), *range(127, 160), 0x85, 0x2028, 0x2029, 0xFEFF]))
_OVERRIDES = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufff9\ufffa\ufffb"
CHARACTERS = st.characters(exclude_categories=["Cs"], exclude_characters=_HARMFUL + _OVERRIDES)
MARKUP = st.text(st.sampled_from("ab *_`#-+>\n\t|[](){}<&;\"'\\=,1.0~!:"), max_size=60)
TEXT = st.one_of(MARKUP, st.text(CHARACTERS, max_size=60))
NAME = st.text(st.sampled_from("abcXYZ09-_.äß漢 '\";:="), min_size=1, max_size=20).map(
    lambda name: " ".join(name.split()) or "x"
)
MILLIS = st.integers(1, 4_000_000_000_000)
STATES = st.builds(
    CardState,
    phase=st.sampled_from([Phase.REVIEW, Phase.LEARNING, Phase.RELEARNING]),
    stability=st.none() | st.floats(0.001, 36_500),
    difficulty=st.none() | st.floats(1, 10),
    due_day=st.integers(700_000, 780_000),
    interval=st.integers(0, 36_500),
    reps=st.integers(0, 9_999),
    lapses=st.integers(0, 999),
    suspended=st.booleans(),
    leech=st.booleans(),
    steps_left=st.integers(0, 9),
    retention=st.none() | st.floats(0.7, 0.99),
    decay=st.none() | st.floats(0.1, 0.8),
)


@st.composite
def collections(draw: st.DrawFn) -> Collection:
    """Up to six cards with any text, and answers at different moments."""
    ids = draw(st.lists(NAME, min_size=1, max_size=6, unique=True))
    cards = tuple(
        CollectionCard(
            id=card_id,
            note_id=draw(NAME),
            deck=draw(NAME),
            front=draw(TEXT),
            back=draw(TEXT),
            kind=draw(st.sampled_from(CardKind)),
            tags=tuple(draw(st.lists(NAME, max_size=3))),
            extra=tuple(draw(st.dictionaries(NAME, TEXT, max_size=2)).items()),
            state=draw(STATES),
        )
        for card_id in ids
    )
    moments = draw(st.lists(MILLIS, max_size=8, unique=True))
    reviews = tuple(
        LoggedReview(
            card_id=draw(st.sampled_from(ids)),
            at=moment,
            rating=draw(st.none() | st.sampled_from(Rating)),
            before=draw(st.integers(-86_400, 36_500)),
            after=draw(st.integers(-86_400, 36_500)),
            factor=draw(st.integers(0, 4_000)),
            took_ms=draw(st.integers(0, 600_000)),
            type=draw(st.sampled_from(ReviewType)),
        )
        for moment in sorted(moments)
    )
    return Collection(
        cards=cards,
        reviews=reviews,
        created_at=draw(st.integers(1_000_000_000_000, 2_000_000_000_000)),
        changed_at=draw(st.integers(1_000_000_000_000, 2_000_000_000_000)),
        rollover_hour=draw(st.integers(0, 23)),
        zone_offset=draw(st.sampled_from([-570, -60, 0, 60, 330, 765])),
    )
