"""What happens when a review session on the command line ends."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from studyctl.cli.output import line
from studyctl.errors import StudyError

if TYPE_CHECKING:
    from studyctl.container import Container


def fit_after_session(container: Container) -> None:
    """Fit the weights where that is due, and say so where better ones were found.

    Nobody asked for it, so a failure is not told; the next session tries again.
    """
    with suppress(StudyError):
        kept = container.background_fit.after_session()
        if kept is not None:
            from studyctl.statistics_text.weights import kept_line

            line(kept_line(kept))
