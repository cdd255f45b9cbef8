"""The schema. Times are epoch milliseconds, days are study-day ordinals, lists are JSON text.

Tables in `LOGS` are append-only. Those in `DERIVED` (`derived_tables.py`) follow from the others and from the decks and
can be built again. All others are projections whose changes the undo journal records.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Float, ForeignKey, Index, Integer, MetaData, Table, Text, text
from sqlmodel import Field, SQLModel

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}
SQLModel.metadata.naming_convention = NAMING


def partial_index(name: str, *columns: str, where: str) -> Index:
    """An index over the rows for which `where` holds."""
    return Index(name, *columns, sqlite_where=text(where), postgresql_where=text(where))


class SettingRow(SQLModel, table=True):
    """One choice of the user; `value` is JSON."""

    __tablename__ = "setting"
    name: str = Field(sa_column=Column(Text, primary_key=True))
    value: str = Field(sa_column=Column(Text, nullable=False))


class DayRow(SQLModel, table=True):
    """A closed day of a track."""

    __tablename__ = "day"
    address: str = Field(sa_column=Column(Text, primary_key=True))
    closed_at: int = Field(sa_column=Column(BigInteger, nullable=False))
    closed_on: int = Field(sa_column=Column(Integer, nullable=False))


class ItemRow(SQLModel, table=True):
    """State of an item that is not simply open."""

    __tablename__ = "item"
    item_id: str = Field(sa_column=Column(Text, primary_key=True))
    status: str = Field(sa_column=Column(Text, nullable=False))
    evidence: str = Field(sa_column=Column(Text, nullable=False))
    evidence_kind: str = Field(sa_column=Column(Text, nullable=False))
    carried_to: str | None = Field(sa_column=Column(Text, nullable=True, index=True))
    at: int = Field(sa_column=Column(BigInteger, nullable=False))


class SprintRow(SQLModel, table=True):
    """A sprint; it runs as long as `closed` is null and `ends_at` lies ahead."""

    __tablename__ = "sprint"
    id: int | None = Field(default=None, sa_column=Column(Integer, primary_key=True))
    target: str = Field(sa_column=Column(Text, nullable=False))
    item_id: str | None = Field(sa_column=Column(Text, nullable=True))
    started_at: int = Field(sa_column=Column(BigInteger, nullable=False, index=True))
    ends_at: int = Field(sa_column=Column(BigInteger, nullable=False))
    closed: str | None = Field(sa_column=Column(Text, nullable=True))
    closed_at: int | None = Field(sa_column=Column(BigInteger, nullable=True))


class ThoughtRow(SQLModel, table=True):
    """A captured thought."""

    __tablename__ = "thought"
    id: int | None = Field(default=None, sa_column=Column(Integer, primary_key=True))
    text: str = Field(sa_column=Column(Text, nullable=False))
    captured_at: int = Field(sa_column=Column(BigInteger, nullable=False))
    sprint_id: int | None = Field(sa_column=Column(Integer, ForeignKey("sprint.id"), nullable=True, index=True))
    state: str = Field(sa_column=Column(Text, nullable=False, index=True))
    triaged_at: int | None = Field(sa_column=Column(BigInteger, nullable=True))


class MemoryRow(SQLModel, table=True):
    """Scheduling state; `subject` is a card id or an interview question's item id, told apart by `kind`.

    `mix` is a checksum of the subject: a fixed random order among the cards of one due day.
    """

    __tablename__ = "memory"
    __table_args__ = (
        partial_index(
            "ix_memory_queue", "due_day", "mix", "subject", where="kind = 'card' AND suspended = 0 AND phase = 'review'"
        ),
        partial_index("ix_memory_steps", "due_at", where="kind = 'card' AND suspended = 0 AND due_at IS NOT NULL"),
        partial_index("ix_memory_questions", "subject", where="kind <> 'card'"),
    )
    subject: str = Field(sa_column=Column(Text, primary_key=True))
    kind: str = Field(sa_column=Column(Text, nullable=False))
    algo: str = Field(sa_column=Column(Text, nullable=False))
    phase: str = Field(sa_column=Column(Text, nullable=False))
    stability: float | None = Field(sa_column=Column(Float, nullable=True))
    difficulty: float | None = Field(sa_column=Column(Float, nullable=True))
    step: int = Field(sa_column=Column(Integer, nullable=False))
    due_day: int | None = Field(sa_column=Column(Integer, nullable=True))
    due_at: int | None = Field(sa_column=Column(BigInteger, nullable=True))
    last_day: int | None = Field(sa_column=Column(Integer, nullable=True))
    reps: int = Field(sa_column=Column(Integer, nullable=False))
    lapses: int = Field(sa_column=Column(Integer, nullable=False))
    suspended: int = Field(sa_column=Column(Integer, nullable=False))
    leech: int = Field(sa_column=Column(Integer, nullable=False))
    mix: int = Field(sa_column=Column(BigInteger, nullable=False, server_default="0"))


class ReviewLogRow(SQLModel, table=True):
    """Append-only: each answer or other act on a card (`act`), and each undo of one (`undoes` is the id taken back).

    From these lines alone the memory of every card follows. `hour` is the local hour of the day, `former_days` the
    interval in days that the card had before (0 for one of the same day). A `move` sets the due day to `day` +
    `interval_days`. `rating` is 0 where the act is not an answer. `memory` is JSON, the memory behind an act that sets
    all of it.
    """

    __tablename__ = "review_log"
    __table_args__ = (partial_index("ix_review_log_undoes", "undoes", where="undoes IS NOT NULL"),)
    id: int | None = Field(default=None, sa_column=Column(Integer, primary_key=True))
    undoes: int | None = Field(sa_column=Column(Integer, ForeignKey("review_log.id"), nullable=True))
    card_id: str = Field(sa_column=Column(Text, nullable=False, index=True))
    rating: int = Field(sa_column=Column(Integer, nullable=False))
    at: int = Field(sa_column=Column(BigInteger, nullable=False))
    day: int = Field(sa_column=Column(Integer, nullable=False, index=True))
    phase: str = Field(sa_column=Column(Text, nullable=False))
    elapsed_days: int = Field(sa_column=Column(Integer, nullable=False))
    stability: float | None = Field(sa_column=Column(Float, nullable=True))
    difficulty: float | None = Field(sa_column=Column(Float, nullable=True))
    interval_days: int = Field(sa_column=Column(Integer, nullable=False))
    duration_ms: int = Field(sa_column=Column(Integer, nullable=False))
    act: str = Field(sa_column=Column(Text, nullable=False, server_default="answer"))
    hour: int = Field(sa_column=Column(Integer, nullable=False, server_default="0"))
    former_days: int = Field(sa_column=Column(Integer, nullable=False, server_default="0"))
    memory: str | None = Field(sa_column=Column(Text, nullable=True))


class CardFlagRow(SQLModel, table=True):
    """A card that the user called bad in the middle of a review, with what is wrong with it."""

    __tablename__ = "card_flag"
    card_id: str = Field(sa_column=Column(Text, primary_key=True))
    note: str = Field(sa_column=Column(Text, nullable=False))
    at: int = Field(sa_column=Column(BigInteger, nullable=False))


class PredictionRow(SQLModel, table=True):
    """What the learner expects a figure of a lab to be; `record` is the run that it was compared with, null before."""

    __tablename__ = "prediction"
    id: int | None = Field(default=None, sa_column=Column(Integer, primary_key=True))
    slug: str = Field(sa_column=Column(Text, nullable=False, index=True))
    figure: str = Field(sa_column=Column(Text, nullable=False))
    value: float = Field(sa_column=Column(Float, nullable=False))
    at: int = Field(sa_column=Column(BigInteger, nullable=False))
    record: str | None = Field(sa_column=Column(Text, nullable=True))


class LabCardRow(SQLModel, table=True):
    """A card made from a measured figure: its record and interval; `stale` is the later record that left it."""

    __tablename__ = "lab_card"
    card_id: str = Field(sa_column=Column(Text, primary_key=True))
    slug: str = Field(sa_column=Column(Text, nullable=False, index=True))
    figure: str = Field(sa_column=Column(Text, nullable=False))
    device: str = Field(sa_column=Column(Text, nullable=False))
    record: str = Field(sa_column=Column(Text, nullable=False))
    low: float = Field(sa_column=Column(Float, nullable=False))
    high: float = Field(sa_column=Column(Float, nullable=False))
    stale: str | None = Field(sa_column=Column(Text, nullable=True))
    at: int = Field(sa_column=Column(BigInteger, nullable=False))


class InterviewLogRow(SQLModel, table=True):
    """Append-only: each attempt at a mock-interview question, and each undo of one."""

    __tablename__ = "interview_log"
    id: int | None = Field(default=None, sa_column=Column(Integer, primary_key=True))
    undoes: int | None = Field(sa_column=Column(Integer, ForeignKey("interview_log.id"), nullable=True, index=True))
    question_id: str = Field(sa_column=Column(Text, nullable=False, index=True))
    at: int = Field(sa_column=Column(BigInteger, nullable=False))
    day: int = Field(sa_column=Column(Integer, nullable=False))
    seconds: int = Field(sa_column=Column(Integer, nullable=False))
    mode: str = Field(sa_column=Column(Text, nullable=False))
    answer: str = Field(sa_column=Column(Text, nullable=False))
    confidence: int = Field(sa_column=Column(Integer, nullable=False))
    ticked: str = Field(sa_column=Column(Text, nullable=False))
    score: float = Field(sa_column=Column(Float, nullable=False))
    rating: int = Field(sa_column=Column(Integer, nullable=False))


class LabRecordRow(SQLModel, table=True):
    """Append-only: one graded run; `document` is the referee's JSON."""

    __tablename__ = "lab_record"
    id: str = Field(sa_column=Column(Text, primary_key=True))
    slug: str = Field(sa_column=Column(Text, nullable=False, index=True))
    address: str = Field(sa_column=Column(Text, nullable=False))
    verdict: str = Field(sa_column=Column(Text, nullable=False))
    evidence: str = Field(sa_column=Column(Text, nullable=False))
    at: int = Field(sa_column=Column(BigInteger, nullable=False))
    day: int = Field(sa_column=Column(Integer, nullable=False))
    seconds: float = Field(sa_column=Column(Float, nullable=False))
    device: str = Field(sa_column=Column(Text, nullable=False))
    profile: str = Field(sa_column=Column(Text, nullable=False))
    path: str = Field(sa_column=Column(Text, nullable=False))
    solution_hash: str = Field(sa_column=Column(Text, nullable=False))
    document: str = Field(sa_column=Column(Text, nullable=False))


class HintLogRow(SQLModel, table=True):
    """Append-only: one hint of a lab that the learner took; `number` counts from 1."""

    __tablename__ = "hint_log"
    id: int | None = Field(default=None, sa_column=Column(Integer, primary_key=True))
    slug: str = Field(sa_column=Column(Text, nullable=False, index=True))
    number: int = Field(sa_column=Column(Integer, nullable=False))
    cost: int = Field(sa_column=Column(Integer, nullable=False))
    at: int = Field(sa_column=Column(BigInteger, nullable=False))


class JournalRow(SQLModel, table=True):
    """One act of the user with the row images that undo needs."""

    __tablename__ = "journal"
    __table_args__ = (
        partial_index("ix_journal_undone_at", "undone_at", where="undone_at IS NOT NULL"),
        partial_index("ix_journal_standing", "at", where="undone_at IS NULL"),
    )
    id: int | None = Field(default=None, sa_column=Column(Integer, primary_key=True))
    at: int = Field(sa_column=Column(BigInteger, nullable=False))
    scope: str = Field(sa_column=Column(Text, nullable=False))
    summary: str = Field(sa_column=Column(Text, nullable=False))
    changes: str = Field(sa_column=Column(Text, nullable=False))
    undone_at: int | None = Field(sa_column=Column(BigInteger, nullable=True))


METADATA: MetaData = SQLModel.metadata
LOGS = frozenset({"review_log", "interview_log", "lab_record", "hint_log", "journal"})
DERIVED = frozenset({"card", "card_topic", "card_near", "deck_file", "review_stats", "topic_stats", "due_load"})


def table_of(model: type[SQLModel]) -> Table:
    """The SQLAlchemy table behind a model."""
    return METADATA.tables[str(model.__tablename__)]
