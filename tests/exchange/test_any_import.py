"""Whatever a file holds that can be read: it is taken whole, a second time changes nothing, and undo takes it back."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from studyctl.container import Container
from studyctl.domain.collection import Collection
from studyctl.services.exchange import export_collection
from tests.exchange.homes import imported, rebuilt, state_of, undone_whole
from tests.exchange.strategies import collections


@pytest.mark.parametrize("suffix", [".jsonl", ".apkg", ".csv"])
@given(there=collections())
@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_any_collection(there: Collection, suffix: str, container: Container, tmp_path: Path) -> None:
    path = tmp_path / f"any{suffix}"
    export_collection(path, there)
    bundled = state_of(container).cards
    with undone_whole(container, container.context.paths.cards):
        done = imported(container, path)
        cards = {card.id for card in state_of(container).cards.values()} - set(bundled)
        assert len(cards) == done.new
        assert done.new + done.changed + done.same + len(done.skipped) >= len(there.cards)
        assert set(state_of(container).memory) <= cards | set(bundled)
        container.review.queue()
        again = imported(container, path)
        assert (again.new, again.changed, again.answers, again.files) == (0, 0, 0, ())
        assert rebuilt(container) == []
        if not done.new and not done.changed:
            container.cards.suspend(["one-01"])  # so that there is an act to take back
