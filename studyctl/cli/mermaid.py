"""Graphs as mermaid text."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from studyctl.domain.knowledge import Graph
    from studyctl.services.coverage import MapView, TopicCoverage


def drawn_graph(graph: Graph) -> str:
    """One of the map's drawn graphs."""
    names = {node.id: _name(node.id) for node in graph.nodes}
    lines = [f"flowchart {graph.direction}"]
    lines += [f'  {names[node.id]}["{_escaped(node.label)}"]' for node in graph.nodes]
    for edge in graph.edges:
        label = f'|"{_escaped(edge.label)}"|' if edge.label else ""
        lines.append(f"  {names[edge.source]} -->{label} {names[edge.target]}")
    return "\n".join(lines)


def coverage_graph(view: MapView, only: str = "") -> str:
    """Topics by branch, with arrows from each prerequisite; dashed where nothing teaches the topic."""
    lines = ["flowchart LR"]
    shown = set()
    for branch in view.branches:
        if only and branch.branch.id != only:
            continue
        lines.append(f'  subgraph branch_{_name(branch.branch.id)}["{_escaped(branch.branch.title)}"]')
        for each in branch.topics:
            shown.add(each.topic.id)
            lines.append(f'    {_name(each.topic.id)}["{_escaped(_label(each))}"]{":::empty" if each.empty else ""}')
        lines.append("  end")
    for branch in view.branches:
        lines += [
            f"  {_name(needed)} --> {_name(each.topic.id)}"
            for each in branch.topics
            for needed in each.topic.needs
            if needed in shown and each.topic.id in shown
        ]
    lines.append("  classDef empty stroke-dasharray: 4 4")
    return "\n".join(lines)


def _label(each: TopicCoverage) -> str:
    return f"{each.topic.title}: {len(each.cards)} cards, {len(each.labs)} labs"


def _name(identifier: str) -> str:
    """A node name that mermaid takes; `end` and the like are words of its language."""
    return "n_" + re.sub(r"\W", "_", identifier)


def _escaped(text: str) -> str:
    return text.replace("&", "#amp;").replace('"', "#quot;").replace("<", "#lt;").replace(">", "#gt;")
