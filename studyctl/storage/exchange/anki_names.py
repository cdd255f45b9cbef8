"""What Anki makes of our names: decks, tags, GUIDs and numbers."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Container
from unicodedata import normalize

from studyctl.storage.exchange.clean import without_control

LEECH = "leech"
_FIRST_ID = 1_200_000_000_000
_ID_SPAN = 300_000_000_000
_TAG_BREAKS = re.compile(r"[\s\"\u3000]+")
_GUID_MARK = "sc-"


def guid_of(card_id: str) -> str:
    """The note's GUID: the same for the same card, always."""
    return _GUID_MARK + hashlib.sha256(card_id.encode()).hexdigest()[:20]


def number_of(kind: str, name: str, taken: Container[int]) -> int:
    """A row id for a name, always the same unless `taken`, where Anki expects epoch milliseconds."""
    digest = hashlib.sha256(f"{kind}\0{name}".encode()).digest()
    number = _FIRST_ID + int.from_bytes(digest[:8], "big") % _ID_SPAN
    while number in taken:
        number += 1
    return number


def anki_deck(deck: str) -> str:
    """The deck's name as Anki stores it: composed characters, no empty part."""
    parts = [part.strip(" :") for part in without_control(normalize("NFC", deck)).split("::")]
    return "::".join(part or "blank" for part in parts)


def anki_tag(tag: str) -> str:
    """The tag as Anki stores it: composed characters, without blanks and quotation marks."""
    parts = [part for part in _TAG_BREAKS.sub("_", without_control(normalize("NFC", tag))).split("::") if part]
    return "::".join(parts)


def same_deck(one: str, other: str) -> bool:
    """Whether Anki holds two names for one deck."""
    return anki_deck(one).casefold() == anki_deck(other).casefold()


def same_tags(ours: tuple[str, ...], found: tuple[str, ...]) -> bool:
    """Whether tags found in Anki are ours, whatever their order and case."""
    return _tag_set(ours) == _tag_set(found)


def _tag_set(tags: tuple[str, ...]) -> set[str]:
    return {anki_tag(tag).casefold() for tag in tags} - {LEECH, ""}


def text_digest(front: str, back: str) -> str:
    """A mark of two fields of HTML, by which an edit in Anki is noticed."""
    composed = normalize("NFC", f"{front}\x1f{back}")
    return hashlib.sha256(" ".join(composed.split()).encode()).hexdigest()[:20]
