"""The plan: tracks, days and their items, as the curriculum gives them."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from studyctl.domain.address import Address


class ItemKind(StrEnum):
    """Kinds of items, in the order in which a day shows them."""

    OBJECTIVE = "objective"
    GOAL = "goal"
    POINT = "point"
    LEARN = "learn"
    BLOCK = "block"
    ACTION = "action"
    DO = "do"
    EXAMPLE = "example"
    EXPERIMENT = "experiment"
    METRIC = "metric"
    DELIVERABLE = "deliverable"
    OUTPUT = "output"
    REQUIREMENT = "requirement"
    CHECK = "check"
    CONCLUSION = "conclusion"
    QUESTION = "question"
    ANSWER = "answer"
    SELF_QUESTION = "self_question"
    ROW = "row"
    LINE = "line"

    @property
    def heading(self) -> str:
        """Plural heading of the section that lists this kind."""
        return _HEADINGS[self]

    @property
    def tickable(self) -> bool:
        """Examples and later lines are read, not done."""
        return self not in (ItemKind.EXAMPLE, ItemKind.LINE)

    @property
    def asked(self) -> bool:
        """True for kinds that can be a mock-interview prompt."""
        return self in (ItemKind.QUESTION, ItemKind.ANSWER, ItemKind.SELF_QUESTION, ItemKind.CONCLUSION)


_HEADINGS = {
    ItemKind.OBJECTIVE: "Objectives",
    ItemKind.GOAL: "Goals",
    ItemKind.POINT: "Key points",
    ItemKind.LEARN: "Learn",
    ItemKind.BLOCK: "Time blocks",
    ItemKind.ACTION: "Actions",
    ItemKind.DO: "Do",
    ItemKind.EXAMPLE: "Examples",
    ItemKind.EXPERIMENT: "Experiments",
    ItemKind.METRIC: "Metrics",
    ItemKind.DELIVERABLE: "Deliverables",
    ItemKind.OUTPUT: "Outputs",
    ItemKind.REQUIREMENT: "Requirements",
    ItemKind.CHECK: "Checkpoints",
    ItemKind.CONCLUSION: "Conclusions",
    ItemKind.QUESTION: "Deep questions",
    ItemKind.ANSWER: "Must answer",
    ItemKind.SELF_QUESTION: "Ask yourself",
    ItemKind.ROW: "Checklist wall",
    ItemKind.LINE: "Later",
}


@dataclass(frozen=True)
class Item:
    """One countable thing of a day. `hours` is planned time in hours; empty strings mean "not given"."""

    address: Address
    kind: ItemKind
    number: int
    text: str
    name: str = ""
    title: str = ""
    hours: float = 0.0
    activity: str = ""
    language: str = ""
    code: str = ""
    measure: str = ""
    expect: str = ""
    category: str = ""
    note: str = ""

    @property
    def id(self) -> str:
        """Permanent id, e.g. `p90/16/deliverable/2`."""
        return f"{self.address}/{self.kind.value}/{self.number}"

    @property
    def label(self) -> str:
        """One line for lists: the file name first where the item has one."""
        lead = self.name or self.title
        return f"{lead}: {self.text}" if lead else self.text


@dataclass(frozen=True)
class Erratum:
    """Where the plan is dated or wrong: what it says, what holds today, and who says so."""

    says: str
    today: str
    source: str


@dataclass(frozen=True)
class Warmup:
    """Ten minutes of video before a heavy block: what to search for, and three terms to listen for."""

    search: str
    listen: tuple[str, ...]


class Level(StrEnum):
    """How hard a LeetCode problem is, by its own rating."""

    EASY = "easy"
    MEDIUM = "medium"
    HARD = "hard"


@dataclass(frozen=True)
class Problem:
    """A LeetCode problem: its public number and title."""

    number: int
    title: str
    level: Level


@dataclass(frozen=True)
class Day:
    """One entry of a track with all its items in source order.

    `gathers` names the days that a weekly summary or a closing day brings together.
    """

    address: Address
    title: str
    summary: str
    items: tuple[Item, ...]
    topics: tuple[str, ...] = ()
    week: int | None = None
    hours: float = 0.0
    sequence: bool = True
    leetcode: str = ""
    problems: tuple[Problem, ...] = ()
    warmup: Warmup | None = None
    twins: tuple[Address, ...] = ()
    gathers: tuple[Address, ...] = ()
    errata: tuple[Erratum, ...] = ()

    def of_kind(self, kind: ItemKind) -> tuple[Item, ...]:
        """Items of one kind, in order."""
        return tuple(item for item in self.items if item.kind is kind)

    @property
    def tickable(self) -> tuple[Item, ...]:
        """Items that count towards completing the day."""
        return tuple(item for item in self.items if item.kind.tickable)


@dataclass(frozen=True)
class Track:
    """A plan to walk through. `length` counts its units (days or sections), written or not."""

    id: str
    title: str
    description: str
    length: int
    unit: str
    order: int
    default: bool = False
    hours_per_day: float = 0.0
    weeks: tuple[str, ...] = ()
    days: tuple[Address, ...] = field(default=())
