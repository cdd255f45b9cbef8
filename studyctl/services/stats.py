"""Counts of the curriculum, in the shape in which its sources were counted."""

from __future__ import annotations

from typing import Any

from studyctl.content.earlier import EARLIER_PROGRESS, read_claims
from studyctl.content.library import Library
from studyctl.domain.plan import Day, ItemKind

_P90_KINDS = {
    "objectives": ItemKind.OBJECTIVE,
    "key_points": ItemKind.POINT,
    "time_blocks": ItemKind.BLOCK,
    "deliverables": ItemKind.DELIVERABLE,
    "deep_questions": ItemKind.QUESTION,
    "experiments": ItemKind.EXPERIMENT,
    "example_blocks": ItemKind.EXAMPLE,
}


def curriculum_stats(library: Library) -> dict[str, Any]:
    """Counts by track; days that are not written are absent."""
    p90, p28, s3, guide = (library.days(track) for track in ("p90", "p28", "s3", "guide"))
    protocols = library.protocols
    questions = {
        "p90": count(p90, ItemKind.QUESTION),
        "p28_must_answer": count(p28, ItemKind.ANSWER),
        "p28_self": count(p28, ItemKind.SELF_QUESTION),
        "phases": count([day for day in s3 if day.address.label.startswith("D")], ItemKind.QUESTION),
        "s3_conclusions": count(s3, ItemKind.CONCLUSION),
    }
    return {
        "p90": {
            "totals": {
                "days": len(p90),
                "weeks": len({day.week for day in p90}),
                **_p90_counts(p90),
                "leetcode_topics": sum(bool(day.leetcode) for day in p90),
            },
            "days": {day.address.label: _p90_counts([day]) for day in p90},
        },
        "p28": {
            "entries": len(p28),
            "days_covered": sum(
                last - first + 1 for day in p28 if day.address.span for first, last in [day.address.span]
            ),
            "learn": count(p28, ItemKind.LEARN),
            "do": count(p28, ItemKind.DO),
            "must_answer": count(p28, ItemKind.ANSWER),
            "done_on_import": _claimed_days(library, "p28"),
        },
        "s3": {
            "days": len(library.sequence("s3")),
            "phases": questions["phases"],
            "goals": count(s3, ItemKind.GOAL),
            "checklist_rows": count(s3, ItemKind.ROW),
            "template_fields": len(library.template),
            "later_lines": count(s3, ItemKind.LINE),
        },
        "guide": {
            "chapters": len(library.track("guide").weeks),
            "sections": len(guide),
            "routine_steps": sum(len(protocol.steps) for protocol in protocols if protocol.kind == "routine"),
            "attention_steps": sum(protocol.kind == "attention" for protocol in protocols),
            "resets": sum(protocol.kind == "reset" for protocol in protocols),
        },
        "questions": {"total": sum(questions.values()), **questions},
        "map": {
            "topic_lines": len(library.map.lines),
            "links": len(library.map.links),
            "graphs": len(library.map.graphs),
            "nodes": sum(len(graph.nodes) for graph in library.map.graphs),
            "edges": sum(len(graph.edges) for graph in library.map.graphs),
            "topics": len(library.map.topics),
        },
        "lessons": len(library.lessons),
        "terms": len(library.glossary),
        "cards": len(library.cards),
        "interview_questions": len(library.questions),
        "labs": len(library.labs),
        "protocols": len(protocols),
    }


def count(days: tuple[Day, ...] | list[Day], kind: ItemKind) -> int:
    """Items of one kind in some days."""
    return sum(len(day.of_kind(kind)) for day in days)


def _claimed_days(library: Library, track: str) -> int:
    """Days of a track that the shipped example of earlier progress claims."""
    days = {str(address) for address in library.track(track).days}
    return sum(claim.what in days for claim in read_claims(library.examples / EARLIER_PROGRESS))


def _p90_counts(days: tuple[Day, ...] | list[Day]) -> dict[str, int]:
    counts = {name: count(days, kind) for name, kind in _P90_KINDS.items()}
    return {**counts, "hours": round(sum(day.hours for day in days))}
