"""What is done to cards beside answering them: put aside, bring back, move to another day, begin anew."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from studyctl.domain.card_lines import act_line
from studyctl.domain.cards import CardAct, Memory, Phase
from studyctl.domain.outcome import Area, Outcome
from studyctl.domain.replay import replayed
from studyctl.domain.scheduling import Moment
from studyctl.errors import ConflictError
from studyctl.services.context import Context
from studyctl.services.review import no_card
from studyctl.storage.card_act import card_act

_CHANGED = frozenset({Area.CARDS})
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
            ConflictError: a negative number, or a card that has no date yet.
        """
        if days < 0:
            raise ConflictError("A card cannot be moved to the past.", "Days are counted from today: 0, 1, 2, ...")

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

    def _act(self, act: CardAct, cards: Iterable[str], change: Change) -> Outcome[tuple[str, ...]]:
        context = self._context
        context.shelf.ensure()
        named = tuple(dict.fromkeys(cards))
        told = named[0] if len(named) == 1 else f"{len(named)} cards"
        with card_act(context.database, f"{act.value} {told}", context.now_ms()) as desk:
            moment = context.moment(desk.settings())
            for card in named:
                if desk.document(card) is None:
                    raise no_card(card)
                memory = desk.memory(card)
                entry = act_line(act, card, memory, moment)
                entry = replace(entry, interval_days=change(card, memory, moment))
                desk.store(entry, replayed(memory, entry))
        return Outcome(named, _CHANGED)


def _unless(refused: Callable[[Memory], bool], why: str) -> Change:
    def check(card: str, memory: Memory, _now: Moment) -> int:
        if refused(memory):
            raise ConflictError(f"Card {card} {why}.", "`studyctl review due` lists what is due.")
        return 0

    return check
