"""Predictions of a lab's figures: at most one that waits for a run for each figure, and those that were compared."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import Connection, select

from studyctl.domain.predictions import Prediction
from studyctl.storage.tables import PredictionRow, table_of
from studyctl.storage.unit_of_work import Transaction


def waiting_predictions(connection: Connection, slug: str) -> dict[str, Prediction]:
    """What is predicted for the next run of a lab, by figure."""
    table = table_of(PredictionRow)
    query = select(table).where(table.c.slug == slug, table.c.record.is_(None)).order_by(table.c.id)
    return {row["figure"]: Prediction(**row) for row in connection.execute(query).mappings()}


def predictions_for(connection: Connection, record_id: str) -> dict[str, Prediction]:
    """What was predicted for a run, by figure."""
    table = table_of(PredictionRow)
    query = select(table).where(table.c.record == record_id)
    return {row["figure"]: Prediction(**row) for row in connection.execute(query).mappings()}


def save_prediction(transaction: Transaction, slug: str, figure: str, value: float | None, at: int) -> None:
    """Predict a figure for the next run, in place of what was predicted before; None takes that away."""
    before = waiting_predictions(transaction.connection, slug).get(figure)
    if before is not None and value == before.value:
        return
    if value is None:
        if before is not None:
            transaction.remove(PredictionRow, before.id)
        return
    values: dict[str, Any] = {"slug": slug, "figure": figure, "value": value, "at": at, "record": None}
    if before is None:
        transaction.add(PredictionRow, values)
    else:
        transaction.put(PredictionRow, {"id": before.id, **values})


def settle_predictions(transaction: Transaction, slug: str, figures: Collection[str], record_id: str) -> None:
    """Note the run with which predictions of these figures were compared; they cannot be changed any more."""
    for figure, prediction in waiting_predictions(transaction.connection, slug).items():
        if figure in figures:
            transaction.put(PredictionRow, {**vars(prediction), "record": record_id})
