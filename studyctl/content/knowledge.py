"""Reads the knowledge map."""

from __future__ import annotations

from studyctl.content.toml_file import TomlTable
from studyctl.domain.knowledge import Branch, Edge, Graph, MapLine, MapLink, Node, Topic

SCHEMA = 1
DIRECTIONS = ("LR", "TD")


def read_topics(file: TomlTable) -> tuple[tuple[Branch, ...], dict[str, Topic]]:
    """Branches, and topics by id, in the order of the file.

    Raises:
        ContentError: with file and line; also for an id that stands twice or a branch that does not exist.
    """
    _head(file, "branch", "topic")
    branches = tuple(Branch(table.text("id"), table.text("title")) for table in file.tables("branch"))
    known = {branch.id for branch in branches}
    topics: dict[str, Topic] = {}
    for table in file.tables("topic"):
        table.only("id", "title", "branch", "needs", "summary")
        topic = Topic(
            table.text("id"),
            table.text("title"),
            table.text("branch"),
            table.text("summary"),
            table.texts("needs", ()),
        )
        if topic.id in topics:
            raise table.error(f"the topic {topic.id!r} stands twice.", "id")
        if topic.branch not in known:
            raise table.error(f"there is no branch {topic.branch!r}.", "branch")
        topics[topic.id] = topic
    return branches, topics


def read_lines(file: TomlTable) -> tuple[MapLine, ...]:
    """The lines of the map, in order.

    Raises:
        ContentError: with file and line.
    """
    _head(file, "line")
    found = []
    for number, table in enumerate(file.tables("line"), start=1):
        table.only("branch", "text", "topics")
        found.append(MapLine(number, table.text("branch"), table.text("text"), table.texts("topics")))
    return tuple(found)


def read_links(file: TomlTable) -> tuple[MapLink, ...]:
    """The resources, in order.

    Raises:
        ContentError: with file and line; also for an address that is not https or http.
    """
    _head(file, "link")
    found = []
    for number, table in enumerate(file.tables("link"), start=1):
        table.only("title", "url", "good_for")
        if not table.text("url").startswith(("https://", "http://")):
            raise table.error("a link's url begins with https://.", "url")
        found.append(MapLink(number, table.text("title"), table.text("url"), table.text("good_for")))
    return tuple(found)


def read_graphs(file: TomlTable) -> tuple[Graph, ...]:
    """The drawn graphs, in order.

    Raises:
        ContentError: with file and line; also for an edge to a node that does not exist.
    """
    _head(file, "graph")
    return tuple(_graph(table) for table in file.tables("graph"))


def _graph(table: TomlTable) -> Graph:
    table.only("id", "title", "direction", "node", "edge")
    if table.text("direction") not in DIRECTIONS:
        raise table.error(f"a direction is one of {', '.join(DIRECTIONS)}.", "direction")
    nodes = tuple(
        Node(entry.text("id"), entry.text("label"), entry.texts("topics", ())) for entry in table.tables("node")
    )
    known = {node.id for node in nodes}
    edges = []
    for entry in table.tables("edge"):
        edge = Edge(entry.text("source"), entry.text("target"), entry.text("label", ""))
        for end in (edge.source, edge.target):
            if end not in known:
                raise entry.error(f"there is no node {end!r} in this graph.")
        edges.append(edge)
    return Graph(table.text("id"), table.text("title"), table.text("direction"), nodes, tuple(edges))


def _head(file: TomlTable, *keys: str) -> None:
    file.only("schema", *keys)
    if file.integer("schema") != SCHEMA:
        raise file.error(f"schema must be {SCHEMA}.", "schema")
