"""The knowledge map: topics with prerequisites, the lines and links that they came from, and two drawn graphs."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Branch:
    """A part of the map; it stays visible where it holds nothing yet."""

    id: str
    title: str


@dataclass(frozen=True)
class Topic:
    """One thing to know. `needs` are the topics to know before it."""

    id: str
    title: str
    branch: str
    summary: str
    needs: tuple[str, ...] = ()


@dataclass(frozen=True)
class MapLine:
    """A line of the map: what it asks to know, and the topics that cover it. `number` counts from 1."""

    number: int
    branch: str
    text: str
    topics: tuple[str, ...]


@dataclass(frozen=True)
class MapLink:
    """A resource: what it is good for, in a line."""

    number: int
    title: str
    url: str
    good_for: str


@dataclass(frozen=True)
class Node:
    """A node of a drawn graph; `topics` lead into the map."""

    id: str
    label: str
    topics: tuple[str, ...] = ()


@dataclass(frozen=True)
class Edge:
    """An arrow of a drawn graph."""

    source: str
    target: str
    label: str = ""


@dataclass(frozen=True)
class Graph:
    """A drawn graph; `direction` is LR or TD, as in mermaid."""

    id: str
    title: str
    direction: str
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]


@dataclass(frozen=True)
class KnowledgeMap:
    """Everything that lies under curriculum/map/."""

    branches: tuple[Branch, ...]
    topics: dict[str, Topic]
    lines: tuple[MapLine, ...]
    links: tuple[MapLink, ...]
    graphs: tuple[Graph, ...]

    def of_branch(self, branch: str) -> tuple[Topic, ...]:
        """Topics of a branch, in their order."""
        return tuple(topic for topic in self.topics.values() if topic.branch == branch)


def first_cycle(topics: dict[str, Topic]) -> tuple[str, ...]:
    """Ids along a circle of prerequisites, the first one again at the end; empty where there is none."""
    done: set[str] = set()

    def walk(topic_id: str, path: tuple[str, ...]) -> tuple[str, ...]:
        if topic_id in path:
            return (*path[path.index(topic_id) :], topic_id)
        if topic_id in done or topic_id not in topics:
            return ()
        for needed in topics[topic_id].needs:
            if found := walk(needed, (*path, topic_id)):
                return found
        done.add(topic_id)
        return ()

    return next((found for topic_id in topics if (found := walk(topic_id, ()))), ())
