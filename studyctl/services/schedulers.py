"""The scheduler that the user's choices make."""

from __future__ import annotations

from functools import lru_cache

from studyctl.domain.deadline_choice import retention_on
from studyctl.domain.scheduling import Scheduler
from studyctl.domain.settings import Settings


def scheduler_for(settings: Settings, day: int | None = None) -> Scheduler:
    """The scheduler with the user's choices; on a study day `day` with the retention that a deadline gives it.

    Raises:
        DataError: the stored weights are not those of the memory model.
    """
    retention = settings.desired_retention
    if day is not None:
        retention = retention_on(settings.deadline, retention, day)
    return _scheduler(
        retention,
        settings.maximum_interval,
        settings.fsrs_weights,
        settings.easy_days,
        tuple(each.span for each in settings.breaks),
    )


_scheduler = lru_cache(maxsize=8)(Scheduler)
