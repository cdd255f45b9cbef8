"""Derived tables: what the decks say, and sums over the logs. Not journaled; `doctor --rebuild` derives them again.

On SQLite triggers (`migrations/review_triggers.py`, `merged_triggers.py`) keep the sums right within the transaction of
the act; elsewhere nothing writes them and `aggregates.py` computes the same rows when they are asked for.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, Text
from sqlmodel import Field, SQLModel

from studyctl.storage.tables import partial_index


class CardRow(SQLModel, table=True):
    """A card of the decks. `sort` is the order in which new cards come, `document` all of it as JSON.

    `fresh` is 1 while the card can come as a new one: never answered and not suspended.
    """

    __tablename__ = "card"
    __table_args__ = (
        partial_index("ix_card_fresh", "sort", "day", "note", "id", where="fresh = 1"),
        Index("ix_card_note", "note"),
        Index("ix_card_path", "path"),
    )
    id: str = Field(sa_column=Column(Text, primary_key=True))
    note: str = Field(sa_column=Column(Text, nullable=False))
    day: str = Field(sa_column=Column(Text, nullable=False))
    sort: str = Field(sa_column=Column(Text, nullable=False))
    kind: str = Field(sa_column=Column(Text, nullable=False))
    path: str = Field(sa_column=Column(Text, nullable=False))
    fresh: int = Field(sa_column=Column(Integer, nullable=False))
    document: str = Field(sa_column=Column(Text, nullable=False))


class CardTopicRow(SQLModel, table=True):
    """A topic of a card."""

    __tablename__ = "card_topic"
    __table_args__ = {"sqlite_with_rowid": False}
    card_id: str = Field(sa_column=Column(Text, primary_key=True))
    topic: str = Field(sa_column=Column(Text, primary_key=True))


class CardNearRow(SQLModel, table=True):
    """A card names a note that asks nearly the same."""

    __tablename__ = "card_near"
    __table_args__ = (Index("ix_card_near_note", "note"), {"sqlite_with_rowid": False})
    card_id: str = Field(sa_column=Column(Text, primary_key=True))
    note: str = Field(sa_column=Column(Text, primary_key=True))


class DeckFileRow(SQLModel, table=True):
    """A deck file as it was read last; `sha256` is of its content and of the reader's version."""

    __tablename__ = "deck_file"
    path: str = Field(sa_column=Column(Text, primary_key=True))
    size: int = Field(sa_column=Column(BigInteger, nullable=False))
    mtime_ns: int = Field(sa_column=Column(BigInteger, nullable=False))
    sha256: str = Field(sa_column=Column(Text, nullable=False))


class ReviewStatsRow(SQLModel, table=True):
    """Standing answers by study day, local hour, phase before and age (0-5, `aggregates.AGES`), by rating; and ms."""

    __tablename__ = "review_stats"
    __table_args__ = {"sqlite_with_rowid": False}
    day: int = Field(sa_column=Column(Integer, primary_key=True))
    hour: int = Field(sa_column=Column(Integer, primary_key=True))
    phase: str = Field(sa_column=Column(Text, primary_key=True))
    age: int = Field(sa_column=Column(Integer, primary_key=True))
    again: int = Field(sa_column=Column(Integer, nullable=False))
    hard: int = Field(sa_column=Column(Integer, nullable=False))
    good: int = Field(sa_column=Column(Integer, nullable=False))
    easy: int = Field(sa_column=Column(Integer, nullable=False))
    ms: int = Field(sa_column=Column(BigInteger, nullable=False))


class TopicStatsRow(SQLModel, table=True):
    """Standing answers to the cards that have a topic now, by study day."""

    __tablename__ = "topic_stats"
    __table_args__ = {"sqlite_with_rowid": False}
    day: int = Field(sa_column=Column(Integer, primary_key=True))
    topic: str = Field(sa_column=Column(Text, primary_key=True))
    answers: int = Field(sa_column=Column(Integer, nullable=False))
    passed: int = Field(sa_column=Column(Integer, nullable=False))


class DueLoadRow(SQLModel, table=True):
    """Cards of the decks in review that are due on a study day; suspended ones do not count."""

    __tablename__ = "due_load"
    day: int = Field(sa_column=Column(Integer, primary_key=True))
    cards: int = Field(sa_column=Column(Integer, nullable=False))
