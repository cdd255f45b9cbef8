"""The map as coverage: what teaches a topic, what the learner has of it, and that an empty branch stays."""

from __future__ import annotations

from pathlib import Path

import pytest

from studyctl.cli.mermaid import coverage_graph, drawn_graph
from studyctl.container import Container, open_container
from studyctl.domain.cards import Rating
from studyctl.domain.knowledge import Edge, Graph, Node, Topic, first_cycle
from studyctl.errors import NotFoundError
from tests.helpers import FakeClock, card_toml, paths_below, small_bundle, write


@pytest.fixture
def topical(tmp_path: Path, clock: FakeClock) -> Container:
    """A container whose first two cards and first day are about the KV cache."""
    bundle = small_bundle(tmp_path / "bundle")
    deck = bundle / "curriculum" / "decks" / "small.toml"
    text = deck.read_text()
    for name in ("one-01", "one-02"):
        text = text.replace(f'id = "{name}"', f'id = "{name}"\ntopics = ["kv-cache"]')
    deck.write_text(text)
    day = bundle / "curriculum" / "p90" / "1.toml"
    day.write_text(day.read_text().replace("schema = 1", 'schema = 1\ntopics = ["kv-cache"]'))
    return open_container(paths_below(tmp_path / "home", bundle), clock)


def test_what_teaches_a_topic_and_how_well_it_is_known(topical: Container) -> None:
    before = topical.map.view().topic("kv-cache")
    assert (before.days, before.lessons, before.cards) == (("p90/1",), ("p90/1",), ("one-01", "one-02"))
    assert (before.cards_seen, before.recall, before.empty) == (0, 0.0, False)
    topical.review.answer("one-01", Rating.EASY)
    after = topical.map.view().topic("kv-cache")
    assert after.cards_seen == 1
    assert after.recall == pytest.approx(0.5, abs=0.01), "one card just seen, one never"


def test_own_cards_count_for_their_topics(topical: Container) -> None:
    head = 'schema = 1\ndeck = "own"\ntitle = "Own"\n'
    deck = head + card_toml("mine", "p90/1").replace('day = "p90/1"', 'topics = ["kv-cache", "decode", "my-own"]')
    file = write(topical.context.paths.cards / "own.toml", deck)
    topical.review.answer("mine", Rating.EASY)
    view = topical.map.view()
    assert sorted(view.topic("kv-cache").cards) == ["mine", "one-01", "one-02"]
    assert (view.topic("decode").cards, view.topic("decode").cards_seen) == (("mine",), 1)
    assert view.topic("kv-cache").recall == pytest.approx(1 / 3, abs=0.01)
    file.unlink()
    assert topical.map.view().topic("decode").empty


def test_what_nothing_teaches_and_an_empty_branch_are_there(topical: Container) -> None:
    view = topical.map.view()
    assert [(branch.branch.id, branch.covered, len(branch.topics)) for branch in view.branches] == [
        ("inference", 1, 2),
        ("data", 0, 0),
    ]
    assert view.topic("decode").empty
    assert view.topic("decode").recall is None
    with pytest.raises(NotFoundError):
        view.topic("zebra")


def test_the_mermaid_graph_has_every_topic_arrow_and_branch(topical: Container) -> None:
    lines = coverage_graph(topical.map.view()).splitlines()
    assert lines[0] == "flowchart LR"
    assert "  n_decode --> n_kv_cache" in lines
    assert '    n_decode["Decode: 0 cards, 0 labs"]:::empty' in lines
    assert '    n_kv_cache["KV cache: 2 cards, 0 labs"]' in lines
    assert '  subgraph branch_n_data["Data"]' in lines


def test_a_drawn_graph_escapes_what_mermaid_would_read() -> None:
    graph = Graph("g", "G", "TD", (Node("end", 'say "<end>"'), Node("b", "b")), (Edge("end", "b", "c & d"),))
    assert drawn_graph(graph).splitlines() == [
        "flowchart TD",
        '  n_end["say #quot;#lt;end#gt;#quot;"]',
        '  n_b["b"]',
        '  n_end -->|"c #amp; d"| n_b',
    ]


def test_a_circle_of_prerequisites_is_found() -> None:
    topics = {name: Topic(name, name, "b", "s", needs) for name, needs in {"a": ("b",), "b": ("c",), "c": ()}.items()}
    assert first_cycle(topics) == ()
    topics["c"] = Topic("c", "c", "b", "s", ("a",))
    assert first_cycle(topics) == ("a", "b", "c", "a")
