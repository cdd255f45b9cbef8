"""The fits of the memory model in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from studyctl.statistics_text.layout import counted, prose

if TYPE_CHECKING:
    from studyctl.services.fit import Refit
    from studyctl.services.review_statistics import ReviewStatistics


def kept_line(refit: Refit) -> str:
    """What a fit in the background has done, and what it has left to the user."""
    fit = refit.fit
    moved = refit.load.moved if refit.load else 0
    return (
        f"Weights fitted: log loss {fit.old.log_loss:.4f} -> {fit.new.log_loss:.4f}; "
        f"`studyctl review fit --reschedule` would move {counted(moved, 'card')}."
    )


def weights_lines(view: ReviewStatistics, width: int) -> list[str]:
    """Which weights stand, and what the last look after a session found."""
    text = "Weights: the defaults of FSRS-6."
    if view.weights.weights is not None:
        text = f"Weights: of your own, {view.weights.algo}."
    if view.weights.weights is not None and view.weights.history:
        last = view.weights.history[-1]
        text = (
            f"Weights: fitted on {last.date} to {last.reviews} answers, "
            f"log loss {last.old_log_loss:.4f} -> {last.new_log_loss:.4f} on {last.held_out} held out."
        )
    attempt = view.attempt
    if attempt is not None and not attempt.accepted:
        why = "too few days to judge by"
        if attempt.change is not None and attempt.bound is not None:
            verdict = "may be chance" if attempt.change < 0 else "no better"
            why = f"change of the log loss {attempt.change:+.4f}, 95 % sure below {attempt.bound:+.4f}: {verdict}"
        text += f" Tried again on {attempt.date} after {attempt.answers} answers and kept as they were: {why}."
    return prose(text, width)
