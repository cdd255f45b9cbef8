"""Runs in the referee: what is written, what is read back, and what must be refused."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import Any

import container
from cases import Case, draw, name
from container import DTYPES, Array, MalformedError
from damage import Damaged, damaged_files
from shelf import Shelf, read_saved

from graders.arena import Slot
from graders.context import Context
from graders.outcome import Samples
from graders.process import Worker

CALL_SECONDS = 10.0
HOWS = ("read", "mmap")
REFUSED = "refused"


def saved(context: Context, worker: Worker, case: Case) -> Samples:
    """Let the learner save the tensors, and read the file as the format says."""
    told: Samples = {"case": case.title, "problem": None, "wrong": [], "misaligned": [], "total": len(case.tensors)}
    mark = worker.arena.mark()
    tensors = []
    for key, tensor in case.tensors.items():
        turned = key in case.transposed
        slot = worker.arena.place(tensor.dtype.name, tensor.T.shape if turned else tensor.shape)
        worker.arena.view(slot)[...] = tensor.T if turned else tensor
        tensors.append([key, slot.describe(), turned])
    path = worker.spec.directory / f"{secrets.token_hex(6)}.saved"
    worker.call("save", timeout=context.within(CALL_SECONDS), path=str(path), tensors=tensors)
    worker.arena.reset(mark)
    data = read_saved(path)
    path.unlink(missing_ok=True)
    if data is None:
        return {**told, "problem": "save() left no ordinary file"}
    try:
        entries, start = container.parse(data)
    except MalformedError as error:
        return {**told, "problem": str(error)[:300]}
    told["wrong"] = [key for key in {**case.tensors, **entries} if not _same_in_file(case, key, data, entries, start)]
    told["misaligned"] = container.misaligned(entries, start)
    return told


def _same_in_file(case: Case, key: str, data: bytes, entries: dict[str, container.Entry], start: int) -> bool:
    if key not in case.tensors or key not in entries:
        return False
    return same(container.tensor_of(data, start, entries[key]), case.tensors[key])


def same(found: Array, right: Array) -> bool:
    """Equal in dtype, shape and every bit (NaN payloads and negative zeros included)."""
    return found.dtype == right.dtype and found.shape == right.shape and found.tobytes() == right.tobytes()


def loaded(context: Context, worker: Worker, shelf: Shelf, case: Case, how: str) -> Samples:
    """Let the learner load a file of the referee, laid out in one of several ways that the format allows."""
    rng = context.rng
    shape = {
        "pad": bool(rng.integers(2)),
        "indent": [None, 2][int(rng.integers(2))],
        "shuffled": case.shuffled or bool(rng.integers(2)),
    }
    stored = shelf.put(container.pack(case.tensors, **shape))
    mark = worker.arena.mark()
    slots: dict[str, Slot] = {}
    for key, tensor in case.tensors.items():
        if tensor.nbytes:
            slots[key] = worker.arena.place("uint8", (tensor.nbytes,))
            worker.arena.poison(slots[key])
    out = {key: slot.describe() for key, slot in slots.items()}
    with stored.lent(worker) as (path,):
        body = worker.call("values", timeout=context.within(CALL_SECONDS), how=how, path=path, out=out).body
    found = {str(entry[0]): (entry[1], entry[2]) for entry in body["tensors"]}
    wrong = [key for key in found if key not in case.tensors]
    for key, tensor in case.tensors.items():
        right = (tensor.dtype.str, list(tensor.shape))
        filled = key not in slots or worker.arena.view(slots[key]).tobytes() == tensor.tobytes()
        if found.get(key) != right or not filled:
            wrong.append(key)
    worker.arena.reset(mark)
    return {"case": f"{case.title} ({_in_words(shape)})", "how": how, "wrong": wrong, "total": len(case.tensors)}


def _in_words(shape: dict[str, Any]) -> str:
    return ", ".join(
        [
            "padded header" if shape["pad"] else "header not padded",
            "entries in another order than the data" if shape["shuffled"] else "entries in order",
            "indented JSON" if shape["indent"] else "compact JSON",
        ]
    )


def refusals(context: Context, worker: Worker, shelf: Shelf) -> tuple[list[Samples], bool]:
    """Offer every spoilt file to both loaders; also whether one of them ran a pickle."""
    rng = context.rng
    shapes = [(int(rng.integers(2, 9)), int(rng.integers(2, 9))) for _ in range(4)]
    tensors = {name(rng): draw(rng, str(rng.choice(["F32", "F64", "I16"])), shape) for shape in shapes}
    assert all(tensor.dtype.str in DTYPES.values() for tensor in tensors.values())
    marker = worker.spec.directory / f"ran-{secrets.token_hex(4)}"
    found = []
    for file in damaged_files(tensors, rng, marker):
        stored = shelf.put(file.data)
        for how in HOWS:
            with stored.lent(worker) as (path,):
                body = worker.call("refuse", timeout=context.within(CALL_SECONDS), how=how, path=path).body
            found.append({"case": f"load_{how} of {file.title}", **_refusal(file, body)})
    return found, Path(marker).exists()


def _refusal(file: Damaged, body: dict[str, Any]) -> Samples:
    expected = REFUSED if not file.names else f"{REFUSED}, naming {file.names[0]!r}"
    error, text = body.get("error"), str(body.get("text", ""))
    if error is None:
        return {"got": "loaded without a complaint", "expected": expected}
    if body.get("is_value_error") is not True:
        return {"got": f"{error}: {text[:120]}", "expected": f"{expected} by a ValueError"}
    if not text or (file.names and not any(key in text or repr(key) in text for key in file.names)):
        return {"got": f"{error} that names no tensor: {text[:120]!r}", "expected": expected}
    return {"got": expected, "expected": expected}
