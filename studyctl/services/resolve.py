"""Turns what the user typed into one day or one lab; never guesses from progress or date."""

from __future__ import annotations

from dataclasses import dataclass

from studyctl.domain.address import Address, Shorthand, parse_shorthand
from studyctl.domain.labs import Lab
from studyctl.errors import AmbiguousAddressError, NotFoundError
from studyctl.services.context import Context


@dataclass(frozen=True)
class DayChoice:
    """The day that was meant, and the other days that the same words could mean."""

    address: Address
    also: tuple[Address, ...] = ()


@dataclass(frozen=True)
class LabChoice:
    """The lab that was meant, for which day, and what else that day could have meant."""

    lab: Lab
    address: Address
    also: tuple[Address, ...] = ()


class Resolver:
    """Address rules: an explicit prefix; else the active track; else the only track that fits; else a question back."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def day(self, text: str) -> DayChoice:
        """The day meant by an address, `dayN`, `28:16`, or `today`-less shorthand.

        Raises:
            NotFoundError: no such day.
            AmbiguousAddressError: several tracks fit and none is active.
        """
        short = parse_shorthand(text)
        if short is None:
            raise NotFoundError(f"{text!r} is not a day.", "Days look like p90/16, 28:16, day16 or guide/3.2.")
        found = self._days(short)
        if not found:
            raise NotFoundError(
                f"No plan has a day {text!r}.", "`studyctl track list` shows the plans and their length."
            )
        chosen = self._preferred(short, found)
        if chosen is None:
            with_lab = [address for address in found if self.labs_of(address)]
            chosen = with_lab[0] if len(with_lab) == 1 else None
        if chosen is None:
            raise AmbiguousAddressError(
                f"{text!r} could mean several days.", [f"studyctl plan show {address}" for address in found]
            )
        return DayChoice(chosen, tuple(address for address in found if address != chosen))

    def lab(self, text: str, command: str = "studyctl lab run") -> LabChoice:
        """The lab meant by a slug or a day.

        Raises:
            NotFoundError: no such lab, or no lab on that day.
            AmbiguousAddressError: several fit; the hint lists `command` with each.
        """
        labs = self._context.library.labs
        if text in labs:
            return LabChoice(labs[text], self._home(labs[text]))
        short = parse_shorthand(text)
        if short is None:
            near = ", ".join(sorted(labs))
            raise NotFoundError(
                f"There is no lab {text!r}.", f"Labs: {near}. `studyctl lab list` says which day has one."
            )
        serving: dict[Address, list[Lab]] = {}
        for lab in labs.values():
            for address in self._matching(short, lab.serves):
                serving.setdefault(address, []).append(lab)
        if not serving:
            raise self._no_lab(text, short)
        chosen = self._preferred(short, list(serving))
        if chosen is None:
            raise AmbiguousAddressError(
                f"{text!r} could mean several labs.",
                [f"{command} {address}   # {lab.slug}" for address, some in serving.items() for lab in some],
            )
        if len(serving[chosen]) > 1:
            raise AmbiguousAddressError(
                f"{chosen} has several labs.", [f"{command} {lab.slug}" for lab in serving[chosen]]
            )
        return LabChoice(serving[chosen][0], chosen, tuple(address for address in serving if address != chosen))

    def labs_of(self, address: Address) -> list[Lab]:
        """Labs that serve a day."""
        return [lab for lab in self._context.library.labs.values() if address in lab.serves]

    def _home(self, lab: Lab) -> Address:
        active = self._context.settings().active_track
        return next((address for address in lab.serves if address.track == active), lab.serves[0])

    def _days(self, short: Shorthand) -> list[Address]:
        tracks = self._context.library.tracks
        return [address for track in tracks.values() for address in self._matching(short, track.days)]

    def _matching(self, short: Shorthand, addresses: tuple[Address, ...]) -> list[Address]:
        number = int(short.label) if short.label.isdigit() else None
        return [
            address
            for address in addresses
            if short.track in (None, address.track)
            and (address.label == short.label or (number is not None and address.covers(number)))
        ]

    def _preferred(self, short: Shorthand, found: list[Address]) -> Address | None:
        if short.track is None:
            active = self._context.settings().active_track
            mine = [address for address in found if address.track == active]
            if mine:
                return mine[0]
        return found[0] if len(found) == 1 else None

    def _no_lab(self, text: str, short: Shorthand) -> NotFoundError:
        days = self._days(short)
        if not days:
            return NotFoundError(f"No plan has a day {text!r}.", "`studyctl lab list` shows every lab and its days.")
        named = ", ".join(str(address) for address in days)
        return NotFoundError(f"There is no lab on {named}.", "`studyctl lab list` shows every lab and its days.")
