"""What the tests share: a clock that moves only when told to, a small bundle of content, an open container."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from textwrap import dedent
from typing import Any
from zoneinfo import ZoneInfo

from studyctl.container import Container, open_container
from studyctl.paths import Paths

BERLIN = ZoneInfo("Europe/Berlin")
START = datetime(2026, 11, 2, 9, 0, tzinfo=BERLIN)
REPOSITORY = Path(__file__).resolve().parent.parent


class FakeClock:
    """Stands still until it is advanced or set."""

    def __init__(self, moment: datetime = START) -> None:
        self.moment = moment

    def now(self) -> datetime:
        """The moment that was set last."""
        return self.moment

    def advance(self, **amount: float) -> None:
        """Move on by real elapsed time, e.g. `minutes=10`."""
        zone = self.moment.tzinfo
        self.moment = (self.moment.astimezone(ZoneInfo("UTC")) + timedelta(**amount)).astimezone(zone)

    def next_day(self, count: int = 1) -> None:
        """The same wall-clock time, days later."""
        self.moment += timedelta(days=count)


def paths_below(home: Path, bundle: Path = REPOSITORY) -> Paths:
    """Data and workspace below `home`, content of `bundle`."""
    data = home / "data"
    return Paths(
        data=data,
        workspace=home / "workspace",
        database_url=f"sqlite:///{data / 'studyctl.db'}",
        bundle=bundle,
        cards=home / "cards",
    )


def last_act_id(container: Container) -> int:
    """Id of the newest act that stands; 0 where there is none."""
    act = container.undo.last()
    return 0 if act is None else act.id


class House:
    """Opens containers over one home, one bundle and one clock; closes them all."""

    def __init__(self, home: Path, bundle: Path, clock: FakeClock) -> None:
        self.paths = paths_below(home, bundle)
        self.clock = clock
        self._opened: list[Container] = []

    def open(self) -> Container:
        """One more container, as a second program or a restart would have."""
        container = open_container(self.paths, self.clock)
        self._opened.append(container)
        return container

    def close(self) -> None:
        """Close every container."""
        for container in self._opened:
            container.close()
        self._opened.clear()

    def reopened(self) -> Container:
        """A container after all others were closed."""
        self.close()
        return self.open()


OpenHouse = Callable[[], House]


# --- a small bundle -------------------------------------------------------------------------------------------------


def write(path: Path, text: str) -> Path:
    """Write a file, dedented, with its folders."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(dedent(text).lstrip("\n"), encoding="utf-8")
    return path


def day_toml(address: str, hours: tuple[float, ...] = (), **counts: int) -> str:
    """A day with so many items of each kind; each of `hours` is a time block."""
    lines = ["schema = 1", f'address = "{address}"', f'title = "Day {address}"', 'summary = "A day."']
    if hours:
        lines.append(f"hours = {sum(hours):g}")
    for kind, count in counts.items():
        for n in range(1, count + 1):
            lines += ["", f"[[{kind}]]", f'text = "{kind} {n} of {address}"']
    for n, length in enumerate(hours, start=1):
        lines += ["", "[[block]]", f"hours = {length:g}", 'activity = "study"', f'text = "block {n} of {address}"']
    return "\n".join(lines) + "\n"


def track_toml(track: str, order: int, length: int, unit: str = "day", extra: str = "") -> str:
    """A track."""
    return (
        f'schema = 1\nid = "{track}"\ntitle = "Plan {track}"\ndescription = "A plan."\n'
        f'length = {length}\nunit = "{unit}"\norder = {order}\n{extra}'
    )


def card_toml(card_id: str, day: str, front: str = "") -> str:
    """A card."""
    return (
        f'\n[[card]]\nid = "{card_id}"\nday = "{day}"\nfront = "{front or f"What is {card_id}?"}"\n'
        f'back = "It is {card_id}."\nsource = "a book"\n'
    )


def question_toml(item: str, weights: tuple[int, ...] = (2, 1, 1)) -> str:
    """An interview question."""
    points = "".join(f'\n[[question.key_point]]\ntext = "point {n}"\nweight = {w}\n' for n, w in enumerate(weights, 1))
    return (
        f'\n[[question]]\nitem = "{item}"\nprompt = "Why {item}?"\nminutes = 5\n'
        f'model_answer = "Because."\nsources = ["a book"]\n{points}'
    )


def lab_toml(slug: str, *serves: str, proves: tuple[str, ...] = ()) -> str:
    """The application's part of a lab.toml."""

    def texts(values: tuple[str, ...]) -> str:
        return "[" + ", ".join(f'"{value}"' for value in values) + "]"

    return (
        f'slug = "{slug}"\ntitle = "Lab {slug}"\nquestion = "How fast is {slug}?"\nserves = {texts(serves)}\n'
        f'evidence = "measured"\nminutes = 30\ndevices = ["cpu"]\nproves = {texts(proves)}\n'
    )


TOPICS = """
    schema = 1

    [[branch]]
    id = "inference"
    title = "Inference"

    [[branch]]
    id = "data"
    title = "Data"

    [[topic]]
    id = "decode"
    title = "Decode"
    branch = "inference"
    summary = "One token at a time."

    [[topic]]
    id = "kv-cache"
    title = "KV cache"
    branch = "inference"
    summary = "Keys and values of former tokens."
    needs = ["decode"]
"""

GLOSSARY = """
    schema = 1

    [[term]]
    name = "TTFT"
    aliases = ["TTFB"]

    [[term.sense]]
    text = "Time to the first token."
    source = "a book"
"""


def lesson_text(address: str, words: int = 520, links: str = "") -> str:
    """A lesson in the wanted layout; nearly all of its words are in the section "The idea"."""
    filler = " ".join(f"{address.replace('/', '-')}-{n}" for n in range(words - 40))
    head = f'+++\nschema = 1\naddress = "{address}"\ntitle = "Lesson of {address}"\ntopics = ["kv-cache"]\n+++\n'
    return (
        f"{head}\nOpening.\n\n## The idea\n\n{filler}\n\n## How it works\n\nSo.\n\n```text\na -> b\n```\n\n"
        "## Two worked numbers\n\n### First: one\n\n1 + 1 = 2 s\n\n### Second: two\n\n2 * 2 = 4 s\n\n"
        f"## What people get wrong\n\n- All.\n\n## What to measure\n\nTime. {links}\n\n## Homework\n\nDo it.\n\n"
        "## Sources\n\n- A paper, 2020.\n- A manual.\n"
    )


def add_lab(root: Path, slug: str, *serves: str, proves: tuple[str, ...] = ()) -> None:
    """A lab folder with the files that `lab start` copies."""
    folder = root / "labs" / slug
    write(folder / "lab.toml", lab_toml(slug, *serves, proves=proves))
    write(folder / "README.md", f"# {slug}\n")
    write(folder / "starter.py", "raise NotImplementedError\n")


def small_bundle(root: Path) -> Path:
    """A bundle with every kind of thing in it, small enough to reason about.

    p90 has days 1, 2, 3 and 16 of 90; p28 has 1, 6-7 and 16; s3 has 1, 2, phase D1 and the wall; guide has 3.1, 3.2.
    """
    c = root / "curriculum"
    week = '\n[[week]]\nnumber = 1\ntitle = "Week 1"\n'
    write(c / "p90" / "track.toml", track_toml("p90", 1, 90, extra=f"default = true\nhours_per_day = 10\n{week}"))
    write(c / "p28" / "track.toml", track_toml("p28", 2, 28))
    write(c / "s3" / "track.toml", track_toml("s3", 3, 3))
    write(c / "guide" / "track.toml", track_toml("guide", 4, 2, unit="section"))
    for label in ("1", "2", "3", "16"):
        day = day_toml(
            f"p90/{label}", hours=(6, 4), objective=2, point=1, deliverable=1, question=2, experiment=1, example=1
        )
        write(c / "p90" / f"{label}.toml", day)
    for label in ("1", "6-7", "16"):
        write(c / "p28" / f"{label}.toml", day_toml(f"p28/{label}", learn=1, do=1, answer=1))
    for label in ("1", "2"):
        write(c / "s3" / f"{label}.toml", day_toml(f"s3/{label}", action=2, conclusion=1))
    write(c / "s3" / "D1.toml", day_toml("s3/D1", question=1))
    write(c / "s3" / "wall.toml", day_toml("s3/wall", row=2))
    for label in ("3.1", "3.2"):
        write(c / "guide" / f"{label}.toml", day_toml(f"guide/{label}", objective=1, question=1))
    template = (REPOSITORY / "curriculum" / "s3" / "template.toml").read_text(encoding="utf-8")
    write(c / "s3" / "template.toml", template)

    deck = 'schema = 1\ndeck = "small"\ntitle = "Small"\n'
    deck += "".join(card_toml(f"one-{n:02}", "p90/1") for n in range(1, 16))
    deck += "".join(card_toml(f"two-{n:02}", "p90/2") for n in range(1, 4))
    deck += card_toml("other-plan", "p28/1")
    write(c / "decks" / "small.toml", deck)
    asked = ("p90/1/question/1", "p90/1/question/2", "p90/2/question/1", "p28/1/answer/1")
    write(c / "interview" / "small.toml", "schema = 1\n" + "".join(question_toml(item) for item in asked))

    write(c / "map" / "topics.toml", TOPICS)
    line = '[[line]]\nbranch = "inference"\ntext = "What is cached."\ntopics = ["kv-cache"]\n'
    write(c / "map" / "lines.toml", f"schema = 1\n{line}")
    write(c / "map" / "links.toml", "schema = 1\n")
    write(c / "map" / "graphs.toml", "schema = 1\n")
    write(c / "glossary.toml", GLOSSARY)
    write(c / "examples" / "earlier-progress.toml", 'schema = 1\n[[claimed]]\nwhat = "p28/1"\n')
    write(c / "lessons" / "p90" / "1.md", lesson_text("p90/1", links="Count the cache."))
    write(c / "counts.json", '{"p28": {"entries": 3}}')

    add_lab(root, "redis-toy", "p90/16", proves=("p90/16/deliverable/1", "p90/16/experiment/1"))
    add_lab(root, "alloc-toy", "p28/16", "guide/3.2")
    add_lab(root, "week-end-toy", "p28/6-7")
    add_lab(root, "first-toy", "s3/2", "p90/2")
    add_lab(root, "second-toy", "p90/2")
    return root


def verdict_document(verdict: str = "passed", **changes: Any) -> dict[str, Any]:
    """What the referee says at the end of a run."""
    document: dict[str, Any] = {
        "event": "verdict",
        "verdict": verdict,
        "evidence": "measured",
        "seconds": 1.5,
        "reason": "",
        "checks": [
            {"id": "fast", "passed": True, "message": "2 | 3 times\nfaster", "value": 2.5, "bound": 2, "unit": "x"}
        ],
        "metrics": {"ratio": 2.5},
        "observation": {"experiment_id": "toy", "hardware": "a CPU"},
        "record": {"device": "cpu", "sha256": {"solution": "ab" * 32}},
    }
    return document | changes
