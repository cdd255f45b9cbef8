"""A note of Anki's as a card of ours: our own text where we wrote it, else its templates filled and made Markdown."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

from studyctl.domain.cards import CardKind
from studyctl.domain.collection import CollectionCard
from studyctl.errors import DataError
from studyctl.storage.exchange.anki_cloze import ClozeSource, cloze_source
from studyctl.storage.exchange.anki_meta import Meta, NoteType
from studyctl.storage.exchange.anki_names import LEECH, same_deck, same_tags, text_digest
from studyctl.storage.exchange.anki_schema import SOURCE_FIELD
from studyctl.storage.exchange.anki_source import source_of
from studyctl.storage.exchange.anki_templates import front_and_back, is_typed
from studyctl.storage.exchange.clean import clean_name, clean_text
from studyctl.storage.exchange.html_in import markdown_of
from studyctl.storage.exchange.limits import MAX_FIELD_BYTES, MAX_OWN_FIELD_BYTES, refusal

_MAX_GAPS = 500
_SEPARATOR = "\x1f"
_SHORTEN = "Correct or shorten it in Anki, or leave its deck out, and export again."
_EXPORT_AGAIN = "Check the collection in Anki (Tools > Check Database), then export it again."


class NoteReader:
    """Turns the rows of one package into cards; no id is given twice."""

    def __init__(self, path: Path, meta: Meta) -> None:
        self._path = path
        self._meta = meta
        self._given: set[str] = set()
        self._names: dict[str, str] = {}

    def card(self, guid: str, model: int, order: int, deck: int, tag_line: str, line: str) -> CollectionCard:
        """The card number `order` of a note.

        Raises:
            DataError: a note without a type, a field that is too long, text that cannot be shown.
        """
        what = f"the note {guid[:40]!r}"
        kind = self._meta.note_types.get(model)
        if kind is None or not kind.fields or not kind.templates:
            raise refusal(self._path, f"{what} has a note type that is not in the file.", _EXPORT_AGAIN)
        values = line.split(_SEPARATOR)
        fields = dict(zip(kind.fields, values, strict=False))
        self._check_sizes(fields, len(values), kind, what)
        name = self._name(self._meta.decks.get(deck, "Default"), f"the deck of {what}")
        tags = tuple(self._name(tag, f"a tag of {what}") for tag in tag_line.split() if tag.casefold() != LEECH)
        card = self._own(fields, guid, name, tags, what) or self._foreign(kind, fields, guid, order, what)
        if not card.deck:
            card = replace(card, deck=name, tags=tags)
        if card.id in self._given:
            raise refusal(self._path, f"{what} is in it twice.", _EXPORT_AGAIN)
        self._given.add(card.id)
        return card

    @staticmethod
    def is_leech(tag_line: str) -> bool:
        """Whether the note carries Anki's mark of a leech."""
        return LEECH in tag_line.casefold().split()

    def _own(
        self, fields: dict[str, str], guid: str, deck: str, tags: tuple[str, ...], what: str
    ) -> CollectionCard | None:
        """The card as we wrote it; texts, deck and tags that were changed in Anki are taken from there."""
        source = source_of(fields[SOURCE_FIELD], guid) if SOURCE_FIELD in fields else None
        if source is None or source.card.id in self._given:
            return None
        card = source.card
        front, back = fields.get("Front", ""), fields.get("Back", "")
        if text_digest(front, back) != source.digest:
            card = replace(card, front=markdown_of(front), back=markdown_of(back))
        return replace(
            card,
            note_id=self._name(card.note_id, what),
            deck=self._name(card.deck, what) if same_deck(card.deck, deck) else deck,
            front=self._text(card.front, f"the front of {what}"),
            back=self._text(card.back, f"the back of {what}"),
            tags=tuple(self._name(tag, what) for tag in card.tags) if same_tags(card.tags, tags) else tags,
            extra=tuple((self._name(key, what), self._text(value, what)) for key, value in card.extra),
        )

    def _foreign(self, kind: NoteType, fields: dict[str, str], guid: str, order: int, what: str) -> CollectionCard:
        if not 0 <= order < (_MAX_GAPS if kind.cloze else len(kind.templates)):
            raise refusal(self._path, f"{what} has a card {order} that its type does not have.", _EXPORT_AGAIN)
        templates = kind.templates[0 if kind.cloze else order]
        clean = {name: self._text(value, f"{name[:40]!r} of {what}") for name, value in fields.items()}
        try:
            front, back = front_and_back(templates, clean, order + 1 if kind.cloze else None)
            source = cloze_source(templates, clean, order + 1) if kind.cloze else None
        except ValueError as error:
            raise refusal(self._path, f"{what} has {error}.", _SHORTEN) from error
        note = f"anki-{hashlib.sha256(guid.encode()).hexdigest()[:16]}"
        plain = CardKind.TYPE if is_typed(templates[0]) else CardKind.QA
        return CollectionCard(
            id=f"{note}.{order + 1}",
            note_id=note,
            deck="",
            front=self._text(markdown_of(front), f"the front of {what}"),
            back=self._text(markdown_of(back), f"the back of {what}"),
            kind=CardKind.CLOZE if kind.cloze else plain,
            extra=() if source is None else _cloze_extra(source),
        )

    def _check_sizes(self, fields: dict[str, str], found: int, kind: NoteType, what: str) -> None:
        if found > len(kind.fields):
            raise refusal(self._path, f"{what} has {found} fields; its type has {len(kind.fields)}.", _EXPORT_AGAIN)
        limit = MAX_OWN_FIELD_BYTES if SOURCE_FIELD in fields else MAX_FIELD_BYTES
        for name, value in fields.items():
            if len(value) * 4 > limit and len(value.encode()) > limit:
                text = f"{name[:40]!r} of {what} has {len(value.encode()):,} bytes; the limit is {limit:,}."
                raise refusal(self._path, text, _SHORTEN)

    def _text(self, text: str, what: str) -> str:
        return clean_text(text, self._refuse, what)

    def _name(self, text: str, what: str) -> str:
        if text not in self._names:
            self._names[text] = clean_name(text, self._refuse, what)
        return self._names[text]

    def _refuse(self, what: str) -> DataError:
        return refusal(self._path, what, _SHORTEN)


def _cloze_extra(source: ClozeSource) -> tuple[tuple[str, str], ...]:
    values = {"text": source.text, "answer": source.answer, "back": source.back, "place": str(source.place)}
    return tuple((name, value) for name, value in values.items() if value)
