"""Runs in the worker: applies operations to the learner's allocator and reports what it says after each."""

from __future__ import annotations

import operator
from collections.abc import Iterable
from types import ModuleType
from typing import Any

from graders.loading import describe
from graders.protocol import Body
from graders.session import Handler, Session


def handlers(solution: ModuleType, session: Session) -> dict[str, Handler]:
    """Return the requests that this lab's worker answers."""
    pools: list[Pool] = []

    def start(request: Body) -> Body:
        pools[:] = [Pool(solution.BlockAllocator(request["num_blocks"], request["block_size"]))]
        return {"free": pools[0].free()}

    def run(request: Body) -> Body:
        for operation in request["operations"]:
            try:
                session.item(**pools[0].apply(*operation))
            except Exception as error:  # reported in its place: an earlier operation may have been wrong already
                session.item(raised=describe(error, str(solution.__file__)))
                break
        return {}

    def inspect(request: Body) -> Body:
        pool = pools[0]
        return {
            "tables": [pool.table(seq) for seq in request["sequences"]],
            "refs": pool.refs(range(request["blocks"])),
        }

    def wasted_slots(request: Body) -> Body:
        answer = solution.wasted_slots(list(request["lengths"]), request["block_size"], request["reserved"])
        reserved, paged = _pair(answer, "wasted_slots returns (wasted when reserved, wasted when paged)")
        return {"reserved": reserved, "paged": paged}

    return {"start": start, "run": run, "inspect": inspect, "wasted_slots": wasted_slots}


class Pool:
    """The learner's allocator with its answers brought into JSON form."""

    def __init__(self, allocator: Any) -> None:
        self._allocator = allocator

    def apply(self, name: str, sequence: int, argument: int) -> Body:
        """Run one operation; ``argument`` is a number of tokens, or the child of a fork."""
        before = self.table(sequence) if name in {"append", "free", "fork"} else []
        result = self._call(name, sequence, argument)
        shown = argument if name == "fork" else sequence
        after = [] if name == "free" or (name == "allocate" and result is None) else self.table(shown)
        blocks = dict.fromkeys([*before, *after])
        return {"result": result, "table": after, "free": self.free(), "refs": [[b, self._ref(b)] for b in blocks]}

    def table(self, sequence: int) -> list[int]:
        """Return a block table."""
        return _integers(self._allocator.block_table(sequence), "block_table returns a list of block numbers")

    def refs(self, blocks: Iterable[int]) -> list[int]:
        """Return reference counts."""
        return [self._ref(block) for block in blocks]

    def free(self) -> int:
        """Return the number of free blocks."""
        return _integer(self._allocator.num_free(), "num_free returns an int")

    def _ref(self, block: int) -> int:
        return _integer(self._allocator.ref_count(block), "ref_count returns an int")

    def _call(self, name: str, sequence: int, argument: int) -> Body | None:
        if name == "allocate":
            slots = self._allocator.allocate(sequence, argument)
            return (
                None if slots is None else {"copies": [], "slots": _integers(slots, "allocate returns a list of slots")}
            )
        if name == "append":
            return _written(self._allocator.append(sequence, argument))
        if name == "fork":
            self._allocator.fork(sequence, argument)
        else:
            self._allocator.free(sequence)
        return {"copies": [], "slots": []}


def _written(answer: Any) -> Body | None:
    if answer is None:
        return None
    what = "append returns (copies, slots), or None when the blocks do not suffice"
    if not isinstance(answer, tuple) or len(answer) != 2:
        raise TypeError(what)
    copies, slots = answer
    return {"copies": [list(_pair(copy, what)) for copy in copies], "slots": _integers(slots, what)}


def _pair(answer: Any, what: str) -> tuple[int, int]:
    if not isinstance(answer, tuple | list) or len(answer) != 2:
        raise TypeError(f"{what}, got {answer!r:.80}")
    return _integer(answer[0], what), _integer(answer[1], what)


def _integers(answer: Any, what: str) -> list[int]:
    if not isinstance(answer, Iterable):
        raise TypeError(f"{what}, got {type(answer).__name__}")
    return [_integer(value, what) for value in answer]


def _integer(value: Any, what: str) -> int:
    try:
        return operator.index(value)
    except TypeError:
        raise TypeError(f"{what}, got {value!r:.80}") from None
