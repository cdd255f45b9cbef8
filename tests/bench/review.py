"""The review engine at scale, beside Anki's backend where that is installed.

    python tests/bench/review.py --cards 100000 [--anki-python PATH] [--folder /dev/shm]

Builds a database with N cards and 8N reviews in a temporary folder (journal lines for the newest reviews only, as undo
and answers touch only its end), measures in interleaved rounds, and prints one JSON document as the last line; `anki`
is left out of it where no Python has that package. Percentiles of the same act without its preparation go to stderr.

answer  Good for a card in review: memory, log line, sums and undo entry, committed. The card was shown before, with
        what each rating leads to, and that is not timed; Anki's side (`anki_side.py`) is divided at the same place.
undo    The last answer taken back and committed.
queue   Ours: the first page with the counts of all, looked for anew, as behind each answer. Anki's: its queue built as
        after opening, and a page fetched; between answers it keeps that queue in memory.
graphs  All graphs of a year.
open    Close and open again with all modules imported; ours looks at all deck files. Closing is not timed.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from binascii import crc32
from collections.abc import Callable
from pathlib import Path
from typing import Any

from studyctl.container import Container, open_container
from studyctl.domain.cards import Rating
from studyctl.domain.clock import SystemClock, study_day, to_millis
from studyctl.paths import Paths, resolve_paths
from studyctl.services.review_graphs import review_graphs

ACTS = {"answer": 60, "unseen": 20, "undo": 20, "queue": 4, "graphs": 3, "open": 2}
NAMES = {"answer": "answer_ms", "queue": "queue_first_page_ms", "graphs": "graphs_ms", "undo": "undo_ms"}
NAMES["open"] = "open_ms"  # what the document holds
JOURNALED = 50_000
PER_DECK = 500
DAY_MS = 86_400_000


def say(text: str) -> None:
    """Progress goes to stderr."""
    print(text, file=sys.stderr, flush=True)


def percentiles(values: list[float]) -> dict[str, float]:
    """Median and 99th percentile."""
    ranked = sorted(values)
    return {f"p{n}": round(ranked[min(len(ranked) - 1, len(ranked) * n // 100)], 4) for n in (50, 99)}


def timed(act: Callable[[], Any]) -> float:
    """Milliseconds of one call."""
    began = time.perf_counter()
    act()
    return (time.perf_counter() - began) * 1000


def fsync_ms(folder: Path, times: int = 200) -> dict[str, float]:
    """What it costs to make one page durable there."""
    with (folder / "probe").open("wb") as file:

        def write() -> None:
            file.write(bytes(4096))
            file.flush()
            os.fsync(file.fileno())

        return percentiles([timed(write) for _ in range(times)])


def write_decks(folder: Path, count: int) -> None:
    """Deck files with so many cards."""
    folder.mkdir(parents=True)
    for first in range(0, count, PER_DECK):
        lines = ["schema = 1", f'deck = "deck-{first}"', 'title = "A deck"']
        for n in range(first, min(count, first + PER_DECK)):
            lines += ["", "[[card]]", f'id = "card-{n}"', f'front = "What is card {n}?"']
            lines += [f'back = "It is card {n}, and this is why."', 'source = "a book"']
            lines += [f'topics = ["topic-{n % 97}", "topic-{n % 89}"]']
        (folder / f"deck-{first:07}.toml").write_text("\n".join(lines) + "\n", encoding="utf-8")


def history(draw: random.Random, share: float) -> tuple[list[int], int]:
    """Days ago of eight reviews, oldest first, and the due day from today; `share` of the cards are due."""
    ago = draw.randint(420, 1080)
    days, gap = [], 1
    for _ in range(8):
        days.append(ago)
        gap = max(1, round(gap * draw.uniform(1.5, 2.4)))
        ago = max(1, ago - gap)
    due = draw.randint(-3, 0) if draw.random() < share else draw.randint(1, 300)
    return days, due


def fill(path: Path, count: int, seed: int) -> None:
    """Memory and logs of so many cards, written as the triggers see them."""
    draw = random.Random(seed)
    clock = SystemClock()
    now, today = to_millis(clock.now()), study_day(clock.now())
    memory, log = [], []
    for n in range(count):
        card = f"card-{n}"
        days, due = history(draw, max(0.03, min(0.5, 1500 / count)))
        gap = max(1, days[-2] - days[-1])
        row = (card, "card", "FSRS-6", "review", float(gap), 5.0, 0, today + due, None, today - days[-1], 8, 0, 0, 0)
        memory.append((*row, crc32(card.encode())))
        former = 0
        hour = draw.choice((7, 8, 21))
        for number, ago in enumerate(days):
            rating = draw.choices((1, 2, 3, 4), (1, 1, 7, 1))[0]
            following = days[number + 1] if number < 7 else days[-1] - due
            phase = "review" if number else "new"
            elapsed = days[number - 1] - ago if number else 0
            log.append(
                (
                    card,
                    rating,
                    now - ago * DAY_MS,
                    today - ago,
                    phase,
                    elapsed,
                    5.0,
                    5.0,
                    ago - following,
                    7000,
                    hour,
                    former,
                )
            )
            former = max(0, ago - following)
    log.sort(key=lambda line: line[2])
    raw = sqlite3.connect(path)
    raw.execute("PRAGMA synchronous = OFF")
    with raw:
        raw.executemany(f"INSERT INTO memory VALUES ({', '.join('?' * 15)})", memory)
        raw.executemany(
            "INSERT INTO review_log (card_id, rating, at, day, phase, elapsed_days, stability, difficulty, "
            f"interval_days, duration_ms, hour, former_days) VALUES ({', '.join('?' * 12)})",
            log,
        )
        changes = json.dumps([{"table": "memory", "key": "a card", "before": None, "after": "x" * 600}])
        lines = [(line[2], f"rate {line[0]} Good", changes) for line in log[-JOURNALED:]]
        raw.executemany("INSERT INTO journal (at, scope, summary, changes) VALUES (?, 'review', ?, ?)", lines)
    raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    raw.close()


class Ours:
    """One open container."""

    def __init__(self, paths: Paths) -> None:
        self.paths = paths
        self.container: Container = open_container(paths)
        self._page: list[str] = []

    def answer(self) -> float:
        """Good for the card in front; showing it is not timed."""
        if not self._page:
            self._page = list(self.container.review.queue().ids)
            for card in self._page:
                self.container.review.prompt(card)
        return self._good()

    def unseen(self) -> float:
        """The same for a card that was not shown: what the answer needs is read and computed within it."""
        self._page = list(self.container.review.queue().ids)[:1]
        return self._good()

    def _good(self) -> float:
        card = self._page.pop(0)
        return timed(lambda: self.container.review.answer(card, Rating.GOOD, 7000))

    def queue(self) -> float:
        """The first page with the counts of all."""
        return timed(self.container.review.queue)

    def graphs(self) -> float:
        """All graphs of a year."""
        return timed(lambda: review_graphs(self.container.context))

    def undo(self) -> float:
        """Take the last answer back."""
        self._page = []
        return timed(lambda: self.container.undo.undo("review"))

    def open(self) -> float:
        """Close and open again, with a look at all deck files."""
        self.container.close()

        def again() -> None:
            self.container = open_container(self.paths)
            self.container.context.shelf.sync()

        return timed(again)


class Theirs:
    """Anki in a child process."""

    def __init__(self, python: str, folder: Path, cards: int, seed: int) -> None:
        script = Path(__file__).with_name("anki_side.py")
        self._child = subprocess.Popen(
            [python, str(script), str(folder), str(cards), str(seed)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._hear()

    def do(self, act: str, times: int) -> list[float]:
        """Milliseconds of each of `times` acts."""
        assert self._child.stdin is not None
        self._child.stdin.write(json.dumps({"do": act, "times": times}) + "\n")
        self._child.stdin.flush()
        return list(self._hear())

    def close(self) -> None:
        """End the child."""
        assert self._child.stdin is not None
        self._child.stdin.close()
        self._child.wait(timeout=60)

    def _hear(self) -> Any:
        assert self._child.stdout is not None
        return json.loads(self._child.stdout.readline())


def measure(folder: Path, cards: int, rounds: int, anki: str, seed: int) -> dict[str, Any]:
    """Build both, measure in interleaved rounds."""
    paths = resolve_paths({"STUDYCTL_HOME": str(folder / "home")})
    write_decks(paths.cards, cards)
    began = time.perf_counter()
    container = open_container(paths)
    container.context.shelf.sync()
    container.close()
    say(f"{cards} cards read in {time.perf_counter() - began:.1f} s")
    fill(paths.database, cards, seed)
    say(f"filled after {time.perf_counter() - began:.1f} s, {paths.database.stat().st_size / 2**20:.0f} MiB")
    theirs = Theirs(anki, folder, cards, seed) if anki else None
    say(f"ready after {time.perf_counter() - began:.1f} s")
    ours = Ours(paths)
    mode = ours.container.context.database.engine.raw_connection()
    named = {name: mode.cursor().execute(f"PRAGMA {name}").fetchone()[0] for name in ("journal_mode", "synchronous")}
    mode.close()
    taken: dict[str, dict[str, list[float]]] = {"ours": {}, "anki": {}}
    for number in range(rounds + 1):  # the first round warms up
        for act, times in ACTS.items():
            for side in ("ours", "anki") if number % 2 else ("anki", "ours"):
                if side == "ours":
                    values = [getattr(ours, act)() for _ in range(times)]
                else:
                    values = theirs.do(act, times) if theirs and act in NAMES else []
                if number and values:
                    taken[side].setdefault(act, []).extend(values)
        say(f"round {number} of {rounds}")
    ours.container.close()
    say(f"answer to a card that was not shown, ms: {percentiles(taken['ours'].pop('unseen'))}")
    result = {
        "cards": cards,
        "durability": f"{named['journal_mode']}, synchronous={named['synchronous']} (FULL), folder {folder.parent}",
        "fsync_ms": fsync_ms(folder),
        "ours": {NAMES[act]: percentiles(values) for act, values in taken["ours"].items()},
    }
    if theirs:
        theirs.close()
        result["anki"] = {NAMES[act]: percentiles(values) for act, values in taken["anki"].items()}
    return result


def anki_python(named: str) -> str:
    """A Python that has `anki`: the one named, else this one, else none."""
    for python in (named, sys.executable):
        if python and shutil.which(python):
            found = subprocess.run([python, "-c", "import anki.collection"], capture_output=True, check=False)
            if found.returncode == 0:
                return python
    return ""


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cards", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=8)
    parser.add_argument("--anki-python", default="")
    parser.add_argument("--folder", default=tempfile.gettempdir())
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    anki = anki_python(chosen.anki_python)
    if not anki:
        say("anki is not importable: only ours is measured")
    with tempfile.TemporaryDirectory(dir=chosen.folder) as folder:
        result = measure(Path(folder), chosen.cards, chosen.rounds, anki, chosen.seed)
    print(json.dumps(result))
    return 0


if __name__ == "__main__":
    sys.exit(main())
