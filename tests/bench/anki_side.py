"""The same acts on Anki's collection, asked for line by line. Runs where the `anki` package is installed.

    python tests/bench/anki_side.py FOLDER CARDS SEED

reads one JSON request a line ({"do": "answer", "times": 100}) and answers each with a list of milliseconds.

The collection is as Anki leaves it: WAL, synchronous FULL, its own exclusive lock and cache, default learning steps (1
and 10 minutes, relearning 10), FSRS with default weights, no limit a day. An answer is what the desktop does: the
states of all ratings come with the queued card (not timed), `build_answer` and `answer_card` are timed, with the undo
entry that the backend keeps in memory. Nothing is fetched behind the answer, and no screen is drawn.
"""

from __future__ import annotations

import json
import random
import sqlite3
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from anki.collection import Collection
from anki.scheduler.v3 import CardAnswer

LIMIT = 9999


def build(path: Path, count: int, seed: int) -> None:
    """A collection with `count` cards in review and eight reviews of each."""
    draw = random.Random(seed)
    col = Collection(str(path))
    col.set_config("fsrs", True)
    deck = col.decks.get_current_id()
    config = col.decks.config_dict_for_deck_id(deck)
    config["rev"]["perDay"] = config["new"]["perDay"] = LIMIT
    col.decks.update_config(config)
    kind = col.models.by_name("Basic")["id"]
    now = int(time.time())
    today = col.sched.today
    base = (now - 1200 * 86_400) * 1000
    notes, cards, log = [], [], []
    for n in range(count):
        key = base + n
        text = f"What is card {n}?\x1fIt is card {n}, and this is why."
        notes.append((key, f"g{n}", kind, now, -1, "", text, f"What is card {n}?", n, 0, ""))
        days, due = history(draw, max(0.03, min(0.5, 1500 / count)))
        gap = max(1, days[-2] - days[-1]) if len(days) > 1 else 1
        data = json.dumps({"s": float(gap), "d": 5.0, "dr": 0.9, "lrt": now - days[-1] * 86_400})
        cards.append((key, key, deck, 0, now, -1, 2, 2, today + due, gap, 2500, 8, 0, 0, 0, 0, 0, data))
        former = 0
        for number, ago in enumerate(days):
            moment = (now - ago * 86_400) * 1000 - n * len(days) - number
            interval = max(1, ago - days[number + 1] if number + 1 < len(days) else ago + due)
            rating = draw.choices((1, 2, 3, 4), (1, 1, 7, 1))[0]
            log.append((moment, key, -1, rating, interval, former, 2500, 7000, 1 if number else 0))
            former = interval
    col.close()
    raw = sqlite3.connect(path)  # plain: the backend's own executemany takes milliseconds a row
    names = {"notes": notes, "cards": cards, "revlog": log}
    for table, rows in names.items():
        marks = ", ".join("?" * len(rows[0]))
        for start in range(0, len(rows), 20_000):
            raw.executemany(f"INSERT INTO {table} VALUES ({marks})", rows[start : start + 20_000])
    raw.commit()
    raw.close()


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


def timed(act: Callable[[], Any]) -> float:
    """Milliseconds of one call."""
    began = time.perf_counter()
    act()
    return (time.perf_counter() - began) * 1000


class Side:
    """One open collection."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.col = Collection(str(path))

    def answer(self) -> float:
        """Good for the card in front, as the desktop does it; fetching the card with its next states is not timed."""
        scheduler = self.col.sched
        queued = scheduler.get_queued_cards(fetch_limit=1).cards[0]
        card = self.col.get_card(queued.card.id)
        card.start_timer()

        def give() -> None:
            scheduler.answer_card(scheduler.build_answer(card=card, states=queued.states, rating=CardAnswer.GOOD))

        return timed(give)

    def queue(self) -> float:
        """Build the queue anew, as after opening, and fetch a page."""
        self.open()
        return timed(lambda: self.col.sched.get_queued_cards(fetch_limit=50))

    def graphs(self) -> float:
        """All graphs of a year."""
        return timed(lambda: self.col._backend.graphs(search="", days=365))

    def undo(self) -> float:
        """Take the last answer back."""
        return timed(self.col.undo)

    def open(self) -> float:
        """Close and open again."""
        self.col.close()

        def again() -> None:
            self.col = Collection(str(self.path))

        return timed(again)


def main() -> int:
    """Build, then do what is asked."""
    answers, sys.stdout = sys.stdout, sys.stderr  # anki prints warnings
    path = Path(sys.argv[1]) / "collection.anki2"
    build(path, int(sys.argv[2]), int(sys.argv[3]))
    side = Side(path)
    print(json.dumps("ready"), file=answers, flush=True)
    for line in sys.stdin:
        request = json.loads(line)
        print(json.dumps([getattr(side, request["do"])() for _ in range(request["times"])]), file=answers, flush=True)
    side.col.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
