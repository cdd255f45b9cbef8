"""Predictions of a lab's figures before a run, and what became of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from studyctl.domain.figures import Figure, measured
from studyctl.domain.labs import Lab, LabRecord, Verdict
from studyctl.domain.outcome import Area, Outcome
from studyctl.domain.predictions import FigureResult, value_in
from studyctl.errors import NotFoundError
from studyctl.services.context import Context
from studyctl.storage.repositories.predictions import (
    predictions_for,
    save_prediction,
    settle_predictions,
    waiting_predictions,
)
from studyctl.storage.unit_of_work import Transaction


@dataclass(frozen=True)
class Asked:
    """A figure of a lab, and what is predicted for its next run."""

    figure: Figure
    predicted: float | None


class PredictionService:
    """Predictions wait for the next run that passes; then they are compared and stay as they are."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def asked(self, lab: Lab) -> tuple[Asked, ...]:
        """The figures of a lab, the headline first; none for a lab without figures."""
        with self._context.database.read() as connection:
            waiting = waiting_predictions(connection, lab.slug)
        return tuple(
            Asked(figure, waiting[figure.name].value if figure.name in waiting else None)
            for figure in self._context.library.figures.get(lab.slug, ())
        )

    def predict(self, lab: Lab, typed: Mapping[str, str]) -> Outcome[tuple[Asked, ...]]:
        """Predict figures as typed, by name, with or without a unit; an empty text takes a prediction away.

        Raises:
            NotFoundError: the lab has no such figure.
            UsageError: not a number, or of another unit.
        """
        figures = {figure.name: figure for figure in self._context.library.figures.get(lab.slug, ())}
        for name in typed:
            if name not in figures:
                known = ", ".join(figures) or "none"
                raise NotFoundError(f"Lab {lab.slug} has no figure {name!r}.", f"Its figures: {known}.")
        values = {name: value_in(text, figures[name]) if text.strip() else None for name, text in typed.items()}
        with self._context.database.write("labs", f"prediction for {lab.slug}") as transaction:
            for name, value in values.items():
                save_prediction(transaction, lab.slug, name, value, self._context.now_ms())
        return Outcome(self.asked(lab), frozenset({Area.LABS}))

    def results(self, record: LabRecord) -> tuple[FigureResult, ...]:
        """What a run measured of its lab's figures beside what was predicted for it; none where it did not pass."""
        with self._context.database.read() as connection:
            predicted = predictions_for(connection, record.id)
        return tuple(
            FigureResult(figure, found, predicted[figure.name].value if figure.name in predicted else None)
            for figure in self._context.library.figures.get(record.slug, ())
            if record.verdict is Verdict.PASSED and (found := measured(figure, record.document)) is not None
        )


def settle(transaction: Transaction, figures: tuple[Figure, ...], record: LabRecord) -> None:
    """Compare what was predicted with a run that passed: from now on it belongs to that record."""
    reached = {figure.name for figure in figures if measured(figure, record.document) is not None}
    settle_predictions(transaction, record.slug, reached, record.id)
