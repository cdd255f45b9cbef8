"""Finds days, items, lessons, cards, questions, labs, protocols, terms and topics by their words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256

from studyctl.content.library import Library
from studyctl.domain.plan import Item
from studyctl.errors import UsageError
from studyctl.services.context import Context
from studyctl.storage.content_index import BEGIN, END, ContentIndex, Document, query_of
from studyctl.storage.repositories.cards import card_texts, stored_files

LIMIT = 20


class Kind(StrEnum):
    """What a hit is; its id opens it."""

    DAY = "day"
    ITEM = "item"
    LESSON = "lesson"
    CARD = "card"
    QUESTION = "question"
    LAB = "lab"
    PROTOCOL = "protocol"
    TERM = "term"
    TOPIC = "topic"


@dataclass(frozen=True)
class Hit:
    """One result. `snippet` has the found words; `marks` are their (begin, end) offsets in it."""

    kind: Kind
    id: str
    title: str
    snippet: str
    marks: tuple[tuple[int, int], ...]
    text: str


class SearchService:
    """Searches all content and the user's own cards. The index is built when first wanted, and follows changes."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._index: ContentIndex | None = None
        self._edition = -1

    def find(self, text: str, limit: int = LIMIT) -> tuple[Hit, ...]:
        """The best hits for some words, best first: those with all words, else those with any of them.

        Raises:
            UsageError: no word to search for.
            CannotRunHereError: no full-text search on this machine.
        """
        words = text.split()
        if not any(character.isalnum() for character in text):
            raise UsageError("There is nothing to search for.", 'Type words: studyctl search "paged attention".')
        index = self._ready()
        found = index.find(query_of(words), limit) or index.find(query_of(words, every=False), limit)
        return tuple(
            Hit(Kind(match.kind), match.id, match.title, *_marked(match.snippet), match.text) for match in found
        )

    def _ready(self) -> ContentIndex:
        if self._index is None:
            library = self._context.library
            index = ContentIndex(self._context.paths.content_index, library.fingerprint())
            index.ensure(lambda: _documents(library))
            self._index = index
        self._follow_decks(self._index)
        return self._index

    def _follow_decks(self, index: ContentIndex) -> None:
        """Take over what changed in the decks since the last look."""
        shelf = self._context.shelf
        shelf.sync()
        if shelf.edition == self._edition:
            return
        edition = shelf.edition
        with self._context.database.read() as connection:
            stamp = sha256(repr(sorted(stored_files(connection).items())).encode()).hexdigest()
            index.follow(stamp, Kind.CARD, lambda: (Document(Kind.CARD, *texts) for texts in card_texts(connection)))
        self._edition = edition


def _documents(library: Library) -> Iterator[Document]:
    for track in library.tracks:
        for day in library.days(track):
            yield Document(Kind.DAY, str(day.address), day.title, f"{day.summary} {day.leetcode}")
            for item in day.items:
                yield Document(Kind.ITEM, item.id, item.label, _text(item))
    for address in library.lessons:
        lesson = library.lesson(address)
        yield Document(Kind.LESSON, str(address), lesson.title, lesson.body)
    for question in library.questions.values():
        yield Document(Kind.QUESTION, question.id, question.prompt, question.model_answer)
    for lab in library.labs.values():
        yield Document(Kind.LAB, lab.slug, lab.title, lab.question)
    for protocol in library.protocols:
        steps = " ".join(step.text for step in protocol.steps)
        yield Document(Kind.PROTOCOL, protocol.id, protocol.title, f"{protocol.summary} {steps}")
    for term in library.glossary.values():
        senses = " ".join(sense.text for sense in term.senses)
        yield Document(Kind.TERM, term.name, " ".join([term.name, *term.aliases]), senses)
    for topic in library.map.topics.values():
        yield Document(Kind.TOPIC, topic.id, topic.title, topic.summary)


def _text(item: Item) -> str:
    return " ".join(part for part in (item.measure, item.expect, item.note, item.code) if part)


def _marked(snippet: str) -> tuple[str, tuple[tuple[int, int], ...]]:
    text, marks, begin = "", [], 0
    for character in " ".join(snippet.split()):
        if character == BEGIN:
            begin = len(text)
        elif character == END:
            marks.append((begin, len(text)))
        else:
            text += character
    return text, tuple(marks)
