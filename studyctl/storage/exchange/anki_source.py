"""Our own text in a field of the Anki note, so that a card comes back from Anki exactly as it left."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

from studyctl.domain.cards import CardKind
from studyctl.domain.collection import CollectionCard
from studyctl.storage.exchange.anki_names import guid_of
from studyctl.storage.exchange.clean import is_id

_VERSION = 1


@dataclass(frozen=True)
class Source:
    """A card as studyctl wrote it, and the mark of the HTML that stood beside it."""

    card: CollectionCard
    digest: str


def source_text(card: CollectionCard, digest: str) -> str:
    """The field: JSON in plain ASCII, which neither HTML nor Anki's composing of characters changes.

    `digest` marks the HTML that stands beside it.
    """
    values = {
        "studyctl": _VERSION,
        "id": card.id,
        "note": card.note_id,
        "deck": card.deck,
        "kind": card.kind.value,
        "front": card.front,
        "back": card.back,
        "tags": list(card.tags),
        "extra": dict(card.extra),
        "html": digest,
    }
    return _escaped(values)


def source_of(text: str, guid: str) -> Source | None:
    """The card in the field; None where it is not ours or belongs to another note, as a copy made in Anki does."""
    try:
        values = json.loads(text)
    except (ValueError, RecursionError):
        values = _unwrapped(text)
    if not isinstance(values, dict) or values.get("studyctl") != _VERSION:
        return None
    texts = [values.get(name) for name in ("id", "note", "deck", "front", "back", "html", "kind")]
    tags, extra = values.get("tags"), values.get("extra")
    if not all(isinstance(text, str) for text in texts) or not isinstance(tags, list) or not isinstance(extra, dict):
        return None
    if not all(isinstance(text, str) for text in (*tags, *extra.values())) or values["kind"] not in list(CardKind):
        return None
    if not is_id(values["id"]) or guid_of(values["id"]) != guid:
        return None
    card = CollectionCard(
        id=values["id"],
        note_id=values["note"],
        deck=values["deck"],
        front=values["front"],
        back=values["back"],
        kind=CardKind(values["kind"]),
        tags=tuple(tags),
        extra=tuple(extra.items()),
    )
    return Source(card, values["html"])


def _escaped(values: dict[str, object]) -> str:
    """JSON in which characters that mean something to HTML, templates or Anki's media search are escapes."""
    parts = []
    for piece in re.split(r'("(?:[^"\\]|\\.)*")', json.dumps(values, ensure_ascii=True)):
        if piece.startswith('"'):
            piece = re.sub(r"[<>&{}\[\]\x7f]", lambda found: f"\\u{ord(found[0]):04x}", piece)
        parts.append(piece)
    return "".join(parts)


def _unwrapped(text: str) -> object:
    """The field after Anki's editor put HTML around it."""
    if len(text) > 200_000 or "studyctl" not in text:
        return None
    try:
        return json.loads(re.sub(r"<[^<>]*>", "", text).replace("&nbsp;", " ").replace("&quot;", '"'))
    except (ValueError, RecursionError):
        return None
