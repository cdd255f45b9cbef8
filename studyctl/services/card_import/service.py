"""Imports cards with their progress, in one act that undo takes back: decks, memory and log."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from operator import attrgetter
from pathlib import Path

from studyctl.domain.address import parse_address
from studyctl.domain.cards import Card, CardKind, Memory
from studyctl.domain.carried_log import carried
from studyctl.domain.collection import Collection
from studyctl.domain.forgetting import Forgetting
from studyctl.domain.outcome import Area, Outcome
from studyctl.domain.study_days import StudyDays, days_of
from studyctl.domain.weights import DEFAULT_WEIGHTS
from studyctl.errors import DataError, UsageError
from studyctl.services.card_import.decks import Decks, Read, decks_of
from studyctl.services.card_import.notes import Placed, Placement, place
from studyctl.services.card_import.progress import Change, Merger, Report
from studyctl.services.context import Context
from studyctl.services.exchange import read_collection
from studyctl.storage.repositories.cards import find_cards, paths_of
from studyctl.storage.repositories.memory import Subject, all_memory, save_many
from studyctl.storage.repositories.review_log import acts_on, log_many
from studyctl.storage.repositories.settings import load_settings
from studyctl.storage.unit_of_work import Connection, Transaction

_CHANGED = frozenset({Area.CARDS})


@dataclass(frozen=True)
class Skipped:
    """A card of the file that is left out."""

    card: str
    why: str


@dataclass(frozen=True)
class CardImport:
    """What an import does, in cards; `stored` is False for a look beforehand.

    `new` cards come into `files`; `scheduled` of them bring a schedule. Of the known ones `changed` get answers or a
    newer schedule, `same` stay as they are; `kept_text` of them read otherwise in the file. `answers` are added to the
    log. `media` names files that the texts refer to and that are not carried.
    """

    path: Path
    stored: bool
    new: int
    scheduled: int
    changed: int
    same: int
    kept_text: int
    answers: int
    skipped: tuple[Skipped, ...]
    files: tuple[str, ...]
    media: tuple[str, ...]


@dataclass(frozen=True)
class _Source:
    """The file as it was read, and what was asked for."""

    path: Path
    collection: Collection
    deck: str | None
    progress: Report


@dataclass(frozen=True)
class _Plan:
    """All that an import writes, and its summary."""

    decks: Decks
    changes: list[Change]
    summary: CardImport


class CardImportService:
    """Known cards keep their text and get progress; others become cards of the user's own decks."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def cards(
        self,
        path: Path,
        *,
        deck: str | None = None,
        look_only: bool = False,
        progress: Report = lambda done, of: None,
    ) -> Outcome[CardImport]:
        """Take over the cards of a file, all or nothing; `look_only` says what would be done and stores nothing.

        `deck` names the deck that new cards come into; without it each goes to a deck named as in the file.

        Raises:
            NotFoundError: no such file.
            UsageError: another suffix, or a name for a deck that is none.
            DataError: the file is damaged, hostile or too large, or a deck of the user's cannot be read.
            ConflictError: another program imports the same cards.
            CannotRunHereError: Anki's newest format, and zstandard is not installed.
        """
        if deck is not None and not (deck.strip() and deck.strip().isprintable()):
            raise UsageError(f"{deck!r} cannot be the name of a deck.", "Give --deck a name of one line.")
        source = _Source(path, read_collection(path.expanduser()), deck and deck.strip(), progress)
        if problems := self._context.shelf.sync():
            raise DataError(problems[0].message, "Mend the deck, then import again; nothing was changed.")
        if look_only:
            with self._context.database.read() as connection, self._context.database.staged_files() as files:
                return Outcome(self._plan(connection, files.read, source).summary)
        with self._context.database.write("review", f"import cards {path.name}") as transaction:
            plan = self._plan(transaction.connection, transaction.read_file, source)
            self._store(transaction, plan)
        self._context.shelf.sync()
        return Outcome(replace(plan.summary, stored=True), _CHANGED)

    def _plan(self, connection: Connection, read: Read, source: _Source) -> _Plan:
        def known(ids: Iterable[str]) -> set[str]:
            return set(paths_of(connection, ids))

        source.progress(0, len(source.collection.cards))
        found = place(source.collection.cards, known)
        decks = decks_of(found.notes, read, source.deck, f"imported from {source.path.name}", self._has_day)
        left_out = {card for card, _ in decks.skipped}
        placed = [each for each in found.placed if each.card.id not in left_out]
        changes = self._merger(connection, source.collection).changes(
            placed,
            source.collection.reviews,
            all_memory(connection, Subject.CARD),
            carried(acts_on(connection, [each.id for each in placed])),
            source.progress,
        )
        return _Plan(decks, changes, _summary(connection, source, found, placed, decks, changes))

    def _merger(self, connection: Connection, collection: Collection) -> Merger:
        settings = load_settings(connection)
        here = StudyDays(self._context.zone, settings.rollover_hour)
        model = Forgetting(settings.fsrs_weights or DEFAULT_WEIGHTS)
        return Merger(days_of(collection, here), self._context.moment(settings), model, settings.desired_retention)

    def _store(self, transaction: Transaction, plan: _Plan) -> None:
        for name, text in plan.decks.files.items():
            transaction.write_file(name, text)
        save_many(transaction, Subject.CARD, {change.card: change.after for change in plan.changes})
        moment = self._context.moment(load_settings(transaction.connection))
        answers = sorted((line for change in plan.changes for line in change.answers), key=attrgetter("at"))
        log_many(transaction, (*answers, *(change.line(moment) for change in plan.changes)))

    def _has_day(self, text: str) -> bool:
        try:
            day = parse_address(text)
        except UsageError:
            return False
        return self._context.shelf.has_day(day)


def _summary(
    connection: Connection,
    source: _Source,
    found: Placement,
    placed: list[Placed],
    decks: Decks,
    changes: list[Change],
) -> CardImport:
    known = [each for each in placed if each.known]
    texts = find_cards(connection, [each.id for each in known])
    here = {each.id for each in known}
    changed = sum(change.card in here for change in changes)
    skipped = (*found.skipped, *decks.skipped)
    return CardImport(
        path=source.path,
        stored=False,
        new=len(decks.cards),
        scheduled=sum(change.card not in here and change.after != Memory() for change in changes),
        changed=changed,
        same=len(known) - changed,
        kept_text=sum(_reads_otherwise(each, texts[each.id]) for each in known),
        answers=sum(line.rating is not None for change in changes for line in change.answers),
        skipped=tuple(Skipped(card, why) for card, why in skipped),
        files=tuple(sorted(decks.files)),
        media=source.collection.media,
    )


def _reads_otherwise(each: Placed, ours: Card) -> bool:
    """Whether the file asks something else; the answer counts where it stands alone on the back."""
    front = each.card.front.strip() if each.gap is None else each.gap.front
    told = each.gap is None and ours.kind in (CardKind.QA, CardKind.CODE)
    return front != ours.front or (told and each.card.back.strip() != ours.back)
