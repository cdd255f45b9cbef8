"""What is done to cards beside answering them: put aside, bring back, move to another day, begin anew, flag."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from studyctl.domain.card_lines import act_line
from studyctl.domain.cards import CardAct, Memory, Phase
from studyctl.domain.outcome import Area, Outcome
from studyctl.domain.replay import replayed
from studyctl.domain.scheduling import Moment
from studyctl.domain.settings import Settings
from studyctl.errors import ConflictError
from studyctl.services.context import Context
from studyctl.services.review import no_card
from studyctl.storage.card_act import card_act
from studyctl.storage.repositories.card_flags import flags_of, remove_flag, save_flag
from studyctl.storage.repositories.cards import find_cards

_CHANGED = frozenset({Area.CARDS})
_MOST_DAYS = Settings().maximum_interval
Change = Callable[[str, Memory, Moment], int]


class CardService:
    """Each call is one act, however many cards it names; undo takes it back whole."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def suspend(self, cards: Iterable[str]) -> Outcome[tuple[str, ...]]:
        """Ask these no more until they are resumed.

        Raises:
            NotFoundError: no such card.
            ConflictError: one is suspended already.
        """
        return self._act(CardAct.SUSPEND, cards, _unless(lambda memory: memory.suspended, "is suspended already"))

    def resume(self, cards: Iterable[str]) -> Outcome[tuple[str, ...]]:
        """Ask suspended cards again.

        Raises:
            NotFoundError: no such card.
            ConflictError: one is not suspended.
        """
        return self._act(CardAct.RESUME, cards, _unless(lambda memory: not memory.suspended, "is not suspended"))

    def move(self, cards: Iterable[str], days: int) -> Outcome[tuple[str, ...]]:
        """Make these due in so many days from today; their memory stays as it is.

        Raises:
            NotFoundError: no such card.
            ConflictError: a negative number or more than 36,500, or a card that has no date yet.
        """
        if days < 0:
            raise ConflictError("A card cannot be moved to the past.", "Days are counted from today: 0, 1, 2, ...")
        if days > _MOST_DAYS:
            raise ConflictError(f"No card waits longer than {_MOST_DAYS:,} days.", "`review suspend` puts it aside.")

        def dated(card: str, memory: Memory, _now: Moment) -> int:
            if memory.phase is not Phase.REVIEW:
                raise ConflictError(f"Card {card} has no date to move.", "Only cards in review have one.")
            return days

        return self._act(CardAct.MOVE, cards, dated)

    def forget(self, cards: Iterable[str]) -> Outcome[tuple[str, ...]]:
        """Make these new cards again; their lines stay in the log.

        Raises:
            NotFoundError: no such card.
            ConflictError: one was never answered.
        """
        return self._act(CardAct.FORGET, cards, _unless(lambda memory: memory == Memory(), "is new already"))

    def flag(self, card_id: str, note: str = "") -> Outcome[str]:
        """Call a card bad, with what is wrong with it; a flag that is there gets this note. Its schedule stays.

        Raises:
            NotFoundError: no such card.
        """
        context = self._context
        context.shelf.ensure()
        with context.database.write("review", f"flag {card_id}") as transaction:
            if not find_cards(transaction.connection, [card_id]):
                raise no_card(card_id)
            save_flag(transaction, card_id, " ".join(note.split()), context.now_ms())
        return Outcome(card_id, _CHANGED)

    def unflag(self, card_id: str) -> Outcome[str]:
        """Take the flag off a card.

        Raises:
            ConflictError: it has none.
        """
        return Outcome(self.unflag_all([card_id]).value[0], _CHANGED)

    def unflag_all(self, cards: Iterable[str]) -> Outcome[tuple[str, ...]]:
        """Take the flags off these cards.

        Raises:
            ConflictError: one has none.
        """
        named = tuple(dict.fromkeys(cards))
        with self._context.database.write("review", f"unflag {_told(named)}") as transaction:
            flagged = flags_of(transaction.connection, named)
            for card in named:
                if card not in flagged:
                    raise ConflictError(f"Card {card} has no flag.", "`studyctl cards is:flagged` lists those that do.")
                remove_flag(transaction, card)
        return Outcome(named, _CHANGED)

    def _act(self, act: CardAct, cards: Iterable[str], change: Change) -> Outcome[tuple[str, ...]]:
        context = self._context
        context.shelf.ensure()
        named = tuple(dict.fromkeys(cards))
        with card_act(context.database, f"{act.value} {_told(named)}", context.now_ms()) as desk:
            moment = context.moment(desk.settings())
            for card in named:
                if desk.document(card) is None:
                    raise no_card(card)
                memory = desk.memory(card)
                entry = act_line(act, card, memory, moment)
                entry = replace(entry, interval_days=change(card, memory, moment))
                desk.store(entry, replayed(memory, entry))
        return Outcome(named, _CHANGED)


def _told(cards: tuple[str, ...]) -> str:
    return cards[0] if len(cards) == 1 else f"{len(cards)} cards"


def _unless(refused: Callable[[Memory], bool], why: str) -> Change:
    def check(card: str, memory: Memory, _now: Moment) -> int:
        if refused(memory):
            raise ConflictError(f"Card {card} {why}.", "`studyctl review due` lists what is due.")
        return 0

    return check
