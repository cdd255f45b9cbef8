"""True retention: how much was recalled of what came due, against what was desired."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from studyctl.domain.intervals import Share, share
from studyctl.statistics_text.layout import columns, last_days, percent, prose, with_interval

if TYPE_CHECKING:
    from studyctl.services.review_statistics import ReviewStatistics, Topic

AGES = ("same day", "1-6 d", "7-20 d", "21-89 d", "90-364 d", "365 d and more")
SHOWN_TOPICS = 8
ENOUGH = 20
"""Answers from which on a topic is ranked."""


def retention(view: ReviewStatistics, width: int) -> list[str]:
    """By span, by age of the interval, by hour, by topic; each with its 95 % interval."""
    if view.empty:
        return prose("No answer to a card in review yet: retention is counted from the first one on.", width)
    rows = [
        (f"{each.days} days", *(with_interval(part) for part in (each.all, each.young, each.mature)), each.all.total)
        for each in view.retention
    ]
    graphs = view.graphs
    return [
        *prose(
            "True retention, with 95 % intervals (Wilson): passed answers to cards in review; desired is "
            f"{percent(view.desired_retention)}.",
            width,
        ),
        "",
        *columns(("last", "all", "interval < 21 d", "21 d and more", "answers"), rows),
        "",
        *_groups(f"by former interval, {last_days(graphs.span)}", [(AGES[age], c) for age, c in graphs.ages.items()]),
        "",
        *_groups("by hour of the day", [(f"{hour:02}:00", counts) for hour, counts in graphs.review_hours.items()]),
        "",
        *topic_lines(view.topics),
    ]


def _groups(title: str, groups: Sequence[tuple[str, tuple[int, int, int, int]]]) -> list[str]:
    rows = [(name, *_cells(share(sum(counts[1:]), sum(counts)))) for name, counts in groups]
    return columns((title, "passed", "95 % interval", "answers"), rows) if rows else [f"{title}: no answer"]


def topic_lines(topics: Sequence[Topic]) -> list[str]:
    """Topics with most answers, then those that are certainly worst: the lowest upper bound first."""
    if not topics:
        return ["by topic: no answer to a card that has one"]
    most = [(each.topic, *_cells(each.answers)) for each in topics[:SHOWN_TOPICS]]
    ranked = sorted((each for each in topics if each.answers.total >= ENOUGH), key=_upper)
    worst = [(each.topic, *_cells(each.answers)) for each in ranked[:SHOWN_TOPICS]]
    lines = columns(("topics with most answers, steps too", "passed", "95 % interval", "answers"), most)
    if worst:
        lines += ["", *columns((f"worst topics of {ENOUGH} answers on", "passed", "95 % interval", "answers"), worst)]
    return lines


def _upper(topic: Topic) -> tuple[float, str]:
    return topic.answers.high or 0.0, topic.topic


def _cells(found: Share) -> tuple[str, str, int]:
    low, high = 100 * (found.low or 0.0), 100 * (found.high or 0.0)
    return percent(found.share), f"{low:.1f}-{high:.1f}", found.total
