"""`studyctl map`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from studyctl.cli import output
from studyctl.cli.mermaid import coverage_graph, drawn_graph
from studyctl.cli.state import state_of
from studyctl.errors import NotFoundError, UsageError

if TYPE_CHECKING:
    from studyctl.domain.knowledge import KnowledgeMap
    from studyctl.services.coverage import MapView, TopicCoverage


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("map")(show_map)


def show_map(
    context: typer.Context,
    topic: Annotated[str, typer.Argument(help="A topic or branch, e.g. kv-cache; without it, the whole map.")] = "",
    mermaid: Annotated[
        bool, typer.Option("--mermaid", help="Print a mermaid graph of topics and prerequisites.")
    ] = False,
    graph: Annotated[str, typer.Option("--graph", help="With --mermaid: landscape or cuda-toolchain instead.")] = "",
    sources: Annotated[
        bool, typer.Option("--sources", help="Print the lines that it grew from, and its links.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Show the knowledge map: what teaches each topic, and how well it is known."""
    if mermaid and as_json:
        raise UsageError("--mermaid and --json exclude each other.", "Choose one of them.")
    if sources and (topic or mermaid or as_json):
        raise UsageError("--sources stands alone.", "studyctl map --sources")
    if graph and not mermaid:
        raise UsageError("--graph draws, so it needs --mermaid.", f"studyctl map --mermaid --graph {graph}")
    container = state_of(context).container
    knowledge = container.library.map
    if graph:
        found = {each.id: each for each in knowledge.graphs}
        if graph not in found:
            raise NotFoundError(f"There is no graph {graph!r}.", f"Graphs: {', '.join(found)}.")
        output.line(drawn_graph(found[graph]))
        return
    if sources:
        _sources(knowledge)
        return
    view = container.map.view()
    if topic and topic not in {branch.branch.id for branch in view.branches}:
        _one(view.topic(topic), as_json)
    elif mermaid:
        output.line(coverage_graph(view, topic))
    elif as_json:
        output.document({"branches": view.branches, "lines": view.lines, "links": knowledge.links})
    else:
        _all(view, topic)


def _sources(knowledge: KnowledgeMap) -> None:
    for line in knowledge.lines:
        output.line(f"{line.number:2}  {line.branch}: {line.text}")
        output.line(f"    topics: {', '.join(line.topics)}")
    output.line()
    for link in knowledge.links:
        output.line(f"{link.number:2}  {link.title}  {link.url}")
        output.line(f"    {link.good_for}")


def _one(found: TopicCoverage, as_json: bool) -> None:
    if as_json:
        output.document(found)
        return
    output.line(f"{found.topic.title} ({found.topic.branch}): {found.topic.summary}")
    output.line(f"before it: {', '.join(found.topic.needs) or 'nothing'}")
    for name, ids in (
        ("days", found.days),
        ("lessons", found.lessons),
        ("labs", found.labs),
        ("cards", found.cards),
        ("questions", found.questions),
    ):
        output.line(f"{name} ({len(ids)}): {', '.join(ids) or 'none'}")
    output.line(_known(found))


def _all(view: MapView, only: str) -> None:
    for branch in view.branches:
        if only and branch.branch.id != only:
            continue
        output.line(
            f"{branch.branch.title} ({branch.branch.id}): {branch.covered} of {len(branch.topics)} topics covered"
        )
        rows = [
            (
                f"  {each.topic.id}",
                len(each.days),
                len(each.lessons),
                f"{each.labs_passed}/{len(each.labs)}",
                f"{each.cards_seen}/{len(each.cards)}",
                f"{each.questions_answered}/{len(each.questions)}",
                "-" if each.recall is None else f"{each.recall:.0%}",
            )
            for each in branch.topics
        ]
        if rows:
            output.table(("  topic", "days", "lessons", "labs", "cards", "questions", "recall"), rows)
        output.line()


def _known(found: TopicCoverage) -> str:
    recall = "no cards" if found.recall is None else f"recall {found.recall:.0%} (new cards count as 0)"
    return (
        f"you: {found.days_closed}/{len(found.days)} days closed, {found.labs_passed}/{len(found.labs)} labs passed, "
        f"{found.cards_seen}/{len(found.cards)} cards seen, {found.questions_answered}/{len(found.questions)} "
        f"questions answered, {recall}"
    )
