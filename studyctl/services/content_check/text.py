"""Texts are English, and no day repeats the sentences of another.

Two sentences are compared by their shingles (runs of three words): the share that they have in common of all that
either has (Jaccard), as in Broder (1997), On the resemblance and containment of documents.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, fields

from studyctl.content.library import Library
from studyctl.domain.plan import Item

SHINGLE = 3
LEAST_WORDS = 8  # shorter sentences say common things in common words
TOO_NEAR = 0.6
SHOWN = 10
_FREQUENT = 40  # a shingle in so many sentences says nothing about two of them
_END = re.compile(r"(?<=[.!?:;])\s+|\n{2,}|\n- ")
_WORD = re.compile(r"[\w.%/+-]+")
# Kana, Han, Hangul, and the punctuation and full-width forms that come with them.
CJK = re.compile(
    "[\u1100-\u11ff\u2e80-\u303f\u3040-\u30ff\u3100-\u4dbf\u4e00-\u9fff\uac00-\ud7ff\uf900-\ufaff\uff00-\uffef]"
)


@dataclass(frozen=True)
class NearPair:
    """Two sentences of different days; `resemblance` is 1 for equal ones."""

    resemblance: float
    place: str
    other_place: str
    sentence: str
    other: str


def problems(library: Library, found: tuple[NearPair, ...]) -> Iterator[str]:
    """What is wrong, a line each; `found` are the nearest pairs."""
    for place, _, text in _texts(library):
        if match := CJK.search(text):
            yield f"{place}: {match[0]!r} is not English"
    for pair in found:
        if pair.resemblance >= TOO_NEAR:
            yield f"{pair.place} and {pair.other_place} say nearly the same ({pair.resemblance:.2f}): {pair.sentence}"


def nearest(library: Library) -> tuple[NearPair, ...]:
    """The pairs of sentences of different days that are too near, and the nearest others up to SHOWN in all."""
    sentences: list[tuple[str, str, str, frozenset[tuple[str, ...]]]] = []
    holders: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for place, day, text in _texts(library):
        for sentence in _END.split(text):
            words = [word.casefold() for word in _WORD.findall(sentence)]
            if len(words) < LEAST_WORDS:
                continue
            shingles = frozenset(tuple(words[n : n + SHINGLE]) for n in range(len(words) - SHINGLE + 1))
            for shingle in shingles:
                holders[shingle].append(len(sentences))
            sentences.append((place, day, " ".join(sentence.split()), shingles))
    shared: Counter[tuple[int, int]] = Counter()
    for group in holders.values():
        if 1 < len(group) <= _FREQUENT:
            for n, first in enumerate(group):
                shared.update(
                    (first, second) for second in group[n + 1 :] if sentences[first][1] != sentences[second][1]
                )
    found = []
    for (first, second), common in shared.items():
        place, _, sentence, mine = sentences[first]
        other_place, _, other, theirs = sentences[second]
        found.append(
            NearPair(round(common / (len(mine) + len(theirs) - common), 3), place, other_place, sentence, other)
        )
    found.sort(key=lambda pair: (-pair.resemblance, pair.place, pair.other_place))
    too_near = sum(pair.resemblance >= TOO_NEAR for pair in found)
    return tuple(found[: max(SHOWN, too_near)])


def _texts(library: Library) -> Iterator[tuple[str, str, str]]:
    """Place, day that it belongs to, and text, of all that is prose."""
    for track in library.tracks:
        for day in library.days(track):
            home = str(day.address)
            yield home, home, f"{day.title}.\n\n{day.summary}"
            yield from ((item.id, home, _item_text(item)) for item in day.items)
            yield from ((f"{home} erratum", home, f"{each.says}\n\n{each.today}") for each in day.errata)
    for address in library.lessons:
        yield f"lesson {address}", str(address), library.lesson(address).prose.partition("\n## Sources")[0]


def _item_text(item: Item) -> str:
    prose = ("title", "text", "measure", "expect", "note")
    return "\n\n".join(getattr(item, field.name) for field in fields(item) if field.name in prose)
