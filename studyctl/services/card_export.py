"""Exports cards with memory and log as a file: for other programs, or for studyctl elsewhere."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from studyctl.content.cloze_texts import cloze_texts
from studyctl.content.decks import deck_files
from studyctl.domain.card_query import parse_query
from studyctl.domain.cards import CardAct, CardKind, Memory, ReviewEntry
from studyctl.domain.carried_log import carried
from studyctl.domain.carried_memory import state_of
from studyctl.domain.collection import Collection, CollectionCard
from studyctl.domain.settings import Settings
from studyctl.domain.study_days import StudyDays
from studyctl.domain.weights import DECAY, DEFAULT_WEIGHTS
from studyctl.errors import ContentError, NotFoundError, UsageError
from studyctl.services.carried_cards import carried_card, deck_name, is_own
from studyctl.services.context import Context
from studyctl.services.exchange import export_collection
from studyctl.services.query_facts import facts_for
from studyctl.storage.repositories.card_flags import flags_of
from studyctl.storage.repositories.card_search import found_ids
from studyctl.storage.repositories.cards import PlacedCard, all_cards
from studyctl.storage.repositories.journal import last_activity
from studyctl.storage.repositories.memory import Subject, all_memory
from studyctl.storage.repositories.review_log import card_acts
from studyctl.storage.repositories.settings import load_settings
from studyctl.storage.unit_of_work import Connection

_SHOWN = 8


@dataclass(frozen=True)
class CardExport:
    """A written file: cards, those of them with a schedule, lines of the log, and what the format cannot carry."""

    path: Path
    bytes: int
    cards: int
    scheduled: int
    reviews: int
    left_out: tuple[str, ...]


@dataclass(frozen=True)
class _Stored:
    """What the database has at one moment."""

    cards: list[PlacedCard]
    memory: Mapping[str, Memory]
    acts: list[ReviewEntry]
    flagged: int
    settings: Settings
    changed_at: int | None


class CardExportService:
    """Writes cards of the bundle and of the user's own decks; nothing here is changed."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def write(
        self, path: Path, *, deck: str | None = None, query: str | None = None, schedule: bool = True
    ) -> CardExport:
        """Write all cards, or those of one deck or query; the suffix of `path` names the format (.apkg, .csv, .jsonl).

        `deck` is the name of a deck, a day (`p90/16`), or the name that the deck has in the file, with all below it.

        Raises:
            UsageError: another suffix, the place cannot be a file, or the query is wrong.
            NotFoundError: no card is of that deck, or found by that query.
            DataError: the place cannot be written.
        """
        target = path.expanduser().absolute()
        if target.is_dir() or not target.parent.is_dir():
            raise UsageError(f"{target} cannot be a file.", "Name a file in a folder that exists: cards.apkg")
        problems = self._context.shelf.sync()
        stored = self._stored(deck, query, schedule=schedule)
        collection = self._collection(stored, schedule=schedule)
        export_collection(target, collection)
        return CardExport(
            target,
            target.stat().st_size,
            len(collection.cards),
            sum(each.card.id in stored.memory for each in stored.cards),
            0 if target.suffix.lower() == ".csv" else len(collection.reviews),
            (*(problem.message for problem in problems), *_left_out(target.suffix.lower(), stored, collection)),
        )

    def _stored(self, deck: str | None, query: str | None, *, schedule: bool) -> _Stored:
        with self._context.database.read() as connection:
            cards = self._found(connection, _of_deck(all_cards(connection), deck), query)
            wanted = {each.card.id for each in cards}
            return _Stored(
                cards,
                all_memory(connection, Subject.CARD) if schedule else {},
                [act for act in card_acts(connection) if act.card_id in wanted] if schedule else [],
                len(flags_of(connection, wanted)),
                load_settings(connection),
                last_activity(connection),
            )

    def _found(self, connection: Connection, cards: list[PlacedCard], query: str | None) -> list[PlacedCard]:
        if query is None:
            return cards
        parsed = parse_query(query)
        ids = set(found_ids(connection, parsed, facts_for(self._context, connection, parsed)))
        found = [each for each in cards if each.card.id in ids]
        if not found:
            raise NotFoundError(f"No card is found by {query!r}.", f"`studyctl cards {query!r}` says why.")
        return found

    def _collection(self, stored: _Stored, *, schedule: bool) -> Collection:
        reviews = carried(stored.acts)
        settings = stored.settings
        days = StudyDays(self._context.zone, settings.rollover_hour)
        made = Collection(
            cards=(),
            reviews=tuple(reviews),
            created_at=reviews[0].at if reviews else None,
            changed_at=stored.changed_at,
            rollover_hour=settings.rollover_hour,
        )
        last = {review.card_id: review.at for review in reviews if review.answer}
        decay = (settings.fsrs_weights or DEFAULT_WEIGHTS)[DECAY]
        texts = self._cloze_texts(stored.cards)
        cards: list[CollectionCard] = []
        for each in stored.cards:
            card_id = each.card.id
            memory = stored.memory.get(card_id, Memory())
            state = state_of(memory, last.get(card_id), days, settings.desired_retention, decay)
            cards.append(carried_card(each, texts.get(each.card.note, ""), state if schedule else None))
        return replace(made, cards=tuple(cards), zone_offset=days.offset(made.first_moment))

    def _cloze_texts(self, cards: list[PlacedCard]) -> dict[str, str]:
        """Texts of the user's own cloze notes; those of the bundle are wherever studyctl is.

        The cards of a deck that cannot be read now travel with one gap open, as they were read last.
        """
        wanted = {each.path for each in cards if is_own(each) and each.card.kind is CardKind.CLOZE}
        files = deck_files(self._context.library.curriculum, self._context.paths.cards) if wanted else []
        found: dict[str, str] = {}
        for file in files:
            if file.path in wanted:
                with suppress(ContentError):
                    found |= cloze_texts(file)
        return found


def _of_deck(cards: list[PlacedCard], deck: str | None) -> list[PlacedCard]:
    if deck is None:
        return cards
    asked = deck.strip().casefold()
    found = [each for each in cards if asked in (each.card.deck.casefold(), str(each.card.day)) or _below(each, asked)]
    if not found:
        names = sorted({deck_name(each) for each in cards})
        more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
        raise NotFoundError(
            f"No card is of the deck {deck!r}.", f"Decks: {', '.join(names[:_SHOWN])}{more}; or a day such as p90/16."
        )
    return found


def _below(placed: PlacedCard, asked: str) -> bool:
    return f"{deck_name(placed)}::".casefold().startswith(f"{asked}::")


def _left_out(suffix: str, stored: _Stored, collection: Collection) -> Iterator[str]:
    """Sentences on what the file does not have."""
    others = sum(act.act not in (CardAct.ANSWER, CardAct.FORGET) for act in stored.acts)
    if suffix == ".csv" and collection.reviews:
        yield f"CSV has no log; .apkg and .jsonl have. Lines that stay behind: {len(collection.reviews)}."
    elif others:
        yield f"Acts that are not answers, such as suspend and move, show in the schedule alone: {others}."
    if suffix == ".apkg" and collection.reviews:
        yield "Anki keeps stability to 4 places, difficulty to 3, and neither of them for past answers."
    if stored.flagged:
        yield f"Flags and their notes are not carried: {stored.flagged}."
