"""Kills a studying process with SIGKILL at random moments and looks for acknowledged acts that were lost.

    python -m tests.crash.killer --kills 500

prints one JSON document and exits 1 if anything was lost. Each round forks a child that studies through the services
and writes a line to a pipe after each act has returned; what the parent read from that pipe must be in the database.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import select
import signal
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

from studyctl.container import Container, open_container
from studyctl.domain.cards import Rating
from studyctl.domain.sprint import ThoughtState
from studyctl.paths import Paths, resolve_paths
from studyctl.storage.integrity import check_integrity
from studyctl.storage.repositories.items import all_ticks
from studyctl.storage.repositories.review_log import reviews

STARTING_S = 0.03  # a shorter wait kills the child while it starts, a longer one is counted from its first act


@dataclass
class Tally:
    """What the kills did. `lost` names acknowledged acts that the database does not hold."""

    kills: int = 0
    acknowledged: int = 0
    lost: list[str] = field(default_factory=list)
    damaged: list[str] = field(default_factory=list)


def study(paths: Paths, seed: int, acks: int) -> None:
    """Act until killed; acknowledge each act on the file descriptor after it returned."""
    draw = random.Random(seed)
    container = open_container(paths)
    items = [item.id for day in container.library.days("p90") for item in day.tickable]
    os.write(acks, b"{}\n")  # ready: the content is read
    number = 0
    while True:
        number += 1
        choice = draw.random()
        if choice < 0.5:
            text = f"thought {seed} {number}"
            container.inbox.capture(text)
            done = {"thought": text}
        elif choice < 0.8:
            item = draw.choice(items)
            container.ticks.tick(item)
            done = {"item": item}
        elif (prompt := container.review.next()) is not None:
            container.review.answer(prompt.card.id, draw.choice(list(Rating)), duration_ms=seed * 100_000 + number)
            done = {"review": seed * 100_000 + number}
        else:
            continue
        os.write(acks, (json.dumps(done) + "\n").encode())


def kill_once(paths: Paths, seed: int, wait_s: float) -> list[dict[str, object]]:
    """Let a child study for a while, kill it, and return what it acknowledged."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        study(paths, seed, writer)
        os._exit(0)
    os.close(writer)
    if wait_s > STARTING_S:
        select.select([reader], [], [], 60)
    time.sleep(wait_s)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    with os.fdopen(reader, encoding="utf-8") as pipe:
        return [act for line in pipe if line.endswith("\n") and (act := json.loads(line))]


def missing(container: Container, acts: list[dict[str, object]]) -> list[str]:
    """Acknowledged acts that are not in the database."""
    texts = {thought.text for thought in container.inbox.thoughts(None) if thought.state is ThoughtState.OPEN}
    with container.context.database.read() as connection:
        ticked = set(all_ticks(connection))
        answered = {entry.duration_ms for entry in reviews(connection)}
    kept = {"thought": texts, "item": ticked, "review": answered}
    return [json.dumps(act) for act in acts for kind, value in act.items() if value not in kept[kind]]


def run(kills: int, seed: int, home: Path) -> Tally:
    """Kill `kills` times over one database and verify after each kill."""
    paths = resolve_paths({"STUDYCTL_HOME": str(home)})
    draw = random.Random(seed)
    setup = open_container(paths)
    setup.settings.first_start()
    setup.close()
    tally = Tally()
    for round_number in range(1, kills + 1):
        acts = kill_once(paths, round_number, draw.uniform(0.005, 0.25))
        container = open_container(paths)
        tally.kills += 1
        tally.acknowledged += len(acts)
        tally.lost += missing(container, acts)
        if round_number % 25 == 0 or round_number == kills:
            try:
                check_integrity(container.context.database)
            except Exception as error:
                tally.damaged.append(str(error))
        container.close()
    return tally


def main() -> int:
    """Parse arguments, run, print JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=500)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as home:
        tally = run(chosen.kills, chosen.seed, Path(home))
    sys.stdout.write(json.dumps(tally.__dict__) + "\n")
    return 1 if tally.lost or tally.damaged else 0


if __name__ == "__main__":
    sys.exit(main())
