"""Memory as a whole in the log, flags on cards, predictions before a lab, cards from a lab's figures."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Add a column and three tables."""
    op.add_column("review_log", sa.Column("memory", sa.Text(), nullable=True))
    op.create_table(
        "card_flag",
        sa.Column("card_id", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("card_id", name=op.f("pk_card_flag")),
    )
    op.create_table(
        "prediction",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("figure", sa.Text(), nullable=False),
        sa.Column("value", sa.Float(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("record", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_prediction")),
    )
    op.create_index("ix_prediction_slug", "prediction", ["slug"])
    op.create_table(
        "lab_card",
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("card_id", "slug", "figure", "device", "record")),
        sa.Column("low", sa.Float(), nullable=False),
        sa.Column("high", sa.Float(), nullable=False),
        sa.Column("stale", sa.Text(), nullable=True),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("card_id", name=op.f("pk_lab_card")),
    )
    op.create_index("ix_lab_card_slug", "lab_card", ["slug"])
