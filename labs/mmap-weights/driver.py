"""Runs in the worker: turns requests into calls of the learner's save and load functions."""

from __future__ import annotations

from collections.abc import Mapping
from types import ModuleType
from typing import Any

import numpy as np

from graders.arena import Slot
from graders.protocol import Body
from graders.session import Handler, Session


def handlers(solution: ModuleType, session: Session) -> dict[str, Handler]:
    """Return the requests that this lab's workers answer."""
    desk = Desk(solution, session)
    return {
        "save": desk.save,
        "values": desk.values,
        "refuse": desk.refuse,
        "open": desk.open,
        "touch": desk.touch,
        "drop": desk.drop,
        "fill": desk.fill,
        "timed": desk.timed,
        "walk": desk.walk,
    }


class Desk:
    """The learner's functions, the arena, and what load returned and the referee has not yet dropped."""

    def __init__(self, solution: ModuleType, session: Session) -> None:
        self._solution = solution
        self._session = session
        self._held: Mapping[str, Any] = {}

    def save(self, request: Body) -> Body:
        """Save arrays of the arena, some of them as transposed views."""
        tensors = {}
        for name, slot, transposed in request["tensors"]:
            tensors[name] = self._view(slot).T if transposed else self._view(slot)
        self._solution.save(request["path"], tensors)
        return {}

    def values(self, request: Body) -> Body:
        """Load a file and copy every tensor's bytes into its slot; tells names, dtypes and shapes."""
        found = self._load(request)
        told = []
        for name in found:
            tensor = _array(found[name], name)
            told.append([str(name), tensor.dtype.str, list(tensor.shape)])
            slot = request["out"].get(name)
            if slot is not None and self._view(slot).nbytes == tensor.nbytes:
                self._view(slot)[...] = np.ascontiguousarray(tensor).reshape(-1).view(np.uint8)
        return {"tensors": told}

    def refuse(self, request: Body) -> Body:
        """Load a file that must not be loaded; tells what was raised."""
        try:
            self._load(request)
        except Exception as error:
            name = type(error).__name__
            return {"error": name, "is_value_error": isinstance(error, ValueError), "text": f"{error}"[:500]}
        return {"error": None}

    def open(self, request: Body) -> Body:
        """Load a file and keep what came back."""
        self._held = self._load(request)
        return {}

    def touch(self, request: Body) -> Body:
        """Copy the named tensors one after the other into the same slot."""
        out = self._view(request["out"])
        for name in request["names"]:
            out[...] = _array(self._held[name], name).reshape(-1).view(np.uint8)
        return {}

    def drop(self, request: Body) -> Body:
        """Let go of what is held."""
        self._held = {}
        return {}

    def fill(self, request: Body) -> Body:
        """Touch a slot of the arena, so that its pages count before and after."""
        self._view(request["out"])[...] = 0
        return {}

    def timed(self, request: Body) -> Body:
        """Load file after file and take one value of each."""
        out = self._view(request["out"])
        for number, (path, name, index) in enumerate(request["opens"]):
            tensor = self._load({"how": request["how"], "path": path})[name]
            out[number] = tensor.reshape(-1)[index : index + 1].view(np.uint32)[0]
        return {}

    def walk(self, request: Body) -> Body:
        """Load a file, take the first value, then all of them; streams an item at each stage."""
        found = self._load(request)
        self._session.item(stage="open")
        first = next(iter(found))
        total = int(found[first].reshape(-1)[:1].view(np.uint32)[0])
        self._session.item(stage="first byte")
        for name in found:
            total ^= int(np.bitwise_xor.reduce(found[name].reshape(-1).view(np.uint32)))
        return {"total": total}

    def _view(self, slot: Body) -> Any:
        return self._session.arena.view(Slot.parse(slot))

    def _load(self, request: Body) -> Mapping[str, Any]:
        name = f"load_{request['how']}"
        found = getattr(self._solution, name)(request["path"])
        if not isinstance(found, Mapping):
            raise TypeError(f"{name} returns a dict of numpy arrays, got {type(found).__name__}")
        return found


def _array(tensor: Any, name: str) -> Any:
    if not isinstance(tensor, np.ndarray):
        raise TypeError(f"tensor {name!r} has to be a numpy array, got {type(tensor).__name__}")
    return tensor
