"""Runs in the referee: reads texts and plans, loads four models into a real server, and lets clients loose on them."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from load import measure
from modelconfig import as_text, differences, expected, read
from scenario import Scenario, cases, draw
from server import Model, Server, TritonError, open_server

from graders.context import Context
from graders.outcome import Samples
from graders.process import Worker

PHASES = 4
CALL_SECONDS = 10.0
TEXTS, PLANS = 12, 24
ROOM_MS = 10.0  # which the limit of the measured case leaves beside a full batch
ROLES = ("base", "plain", "batched", "tuned")
BATCHING = ("dynamic_batching ", "max_batch_size ")


def run(context: Context) -> Samples:
    """Measure one solution; raises SubmissionError for its faults, UnavailableError without a server."""
    with open_server(context) as server:
        (worker,) = context.start_workers({"solution": None})
        samples: Samples = {}
        context.phase("configurations as text", 1, PHASES)
        samples["texts"] = _texts(context, worker)
        if any(each["problem"] or _touches_more(each["wrong"]) for each in samples["texts"]):
            return samples
        context.phase("plans", 2, PHASES)
        samples["plans"] = _plans(context, worker)
        scenario = draw(context.rng, ROOM_MS)
        plan = _tune(context, worker, scenario)
        samples["scenario"] = {**scenario.as_dict(), "plan": plan}
        decided = all(each["feasible"] == each["met"] for each in samples["plans"])
        if not decided or plan is None or plan[0] < 1 or plan[1] < 0:
            return samples
        context.phase("four models into the server", 3, PHASES)
        models, samples["texts"] = _models(context, worker, scenario, plan, samples["texts"])
        samples["loading"] = _load(server, models)
        if len(models) < len(ROLES) or any(problem for problem in samples["loading"].values()):
            return samples
        context.phase("clients", 4, PHASES)
        names = {role: model.name for role, model in models.items()}
        return {**samples, **measure(context, server, names, scenario, plan)}


def _texts(context: Context, worker: Worker) -> list[Samples]:
    """Ask for configurations of drawn numbers, at first without a batcher, then with every combination."""
    rng = context.rng
    found = []
    for number in range(TEXTS):
        largest = int(rng.integers(8, 65))
        preferred = sorted({int(size) for size in rng.integers(2, largest + 1, size=number % 4)})
        delay = None if number % 3 == 0 else int(rng.integers(1, 50_000))
        text, right = _ask_text(context, worker, f"m{secrets.token_hex(3)}", largest, preferred if delay else [], delay)
        problem, wrong = differences(text, right)
        asked = f"max_batch_size {largest}, preferred {preferred if delay else []}, delay {delay}"
        found.append({"case": asked, "problem": problem, "wrong": wrong})
    return found


def _ask_text(
    context: Context, worker: Worker, name: str, largest: int, preferred: list[int], delay: int | None
) -> tuple[str, dict[str, Any]]:
    fields = {"name": name, "max_batch_size": largest, "preferred": preferred, "delay_us": delay}
    text = str(worker.call("config", timeout=context.within(CALL_SECONDS), **fields).body.get("text"))
    return text, expected(name, largest, preferred, delay)


def _tune(context: Context, worker: Worker, scenario: Scenario) -> list[int] | None:
    plan = worker.call("tune", timeout=context.within(CALL_SECONDS), **scenario.as_dict()).body.get("plan")
    return plan if plan is None else [int(plan[0]), int(plan[1])]


def _plans(context: Context, worker: Worker) -> list[Samples]:
    found = []
    for scenario in cases(context.rng, PLANS):
        plan = _tune(context, worker, scenario)
        found.append({**scenario.as_dict(), "plan": plan, "feasible": scenario.feasible, "met": plan is not None,
                      "longest_delay_us": scenario.longest_delay_us})  # fmt: skip
    return found


def _touches_more(wrong: list[str]) -> bool:
    """Whether a text differs in more than its batching: such a text does not reach the server."""
    return any(not each.startswith(BATCHING) for each in wrong)


def _models(
    context: Context, worker: Worker, scenario: Scenario, plan: list[int], texts: list[Samples]
) -> tuple[dict[str, Model], list[Samples]]:
    """The referee's own model without a batcher and three by the learner's text, as far as that may be loaded."""
    files = {
        "model.py": (context.lab.folder / "device.py").read_text(),
        "device.json": json.dumps({"base": scenario.base_ms / 1000, "item": scenario.item_ms / 1000}),
    }
    tag, room = secrets.token_hex(3), 4 * scenario.clients
    numbers: Mapping[str, tuple[int, list[int], int | None]] = {
        "base": (room, [], None),
        "plain": (room, [], None),
        "batched": (room, [scenario.clients], scenario.longest_delay_us),
        "tuned": (plan[0], [], plan[1]),
    }
    models, told = {}, list(texts)
    for role in ROLES:
        text, right = _ask_text(context, worker, f"{role}-{tag}", *numbers[role])
        if role == "base":
            text = as_text(right)
        problem, wrong = differences(text, right)
        told.append({"case": f"the model {role}", "problem": problem, "wrong": wrong})
        if problem is None and not _touches_more(wrong):
            models[role] = Model(f"{role}-{tag}", text, read(text), files)
    return models, told


def _load(server: Server, models: Mapping[str, Model]) -> dict[str, str]:
    """Load all side by side; the server's reason for each that it refuses."""

    def one(model: Model) -> str:
        try:
            server.load(model)
        except TritonError as error:
            return str(error)
        return ""

    with ThreadPoolExecutor(len(models)) as pool:
        return dict(zip(models, pool.map(one, models.values()), strict=True))
