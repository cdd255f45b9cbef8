"""A lab with figures of every kind, and verdicts that measure them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from studyctl.container import Container
from studyctl.domain.labs import LabRecord
from tests.helpers import small_bundle, verdict_document, write

SLUG = "redis-toy"
FIGURES = """
    schema = 1
    lab = "redis-toy"

    [[figure]]
    name = "ratio"
    title = "speed-up of a hit"
    unit = "x"
    ask = "How many times faster is a hit than a miss?"
    why = "It bounds what a cache can win."

    [[figure]]
    name = "wait"
    title = "wait for a hit"
    unit = "ms"
    ask = "How many milliseconds does a hit take?"
    why = "It is one round trip."
    samples = "rounds.*.hit"
    scale = 1000

    [[figure]]
    name = "share"
    title = "share of hits"
    ask = "What share of the trace hits?"
    why = "A few questions carry the load."
    spread = 0.1

    [[figure]]
    name = "bytes"
    title = "bytes of an entry"
    unit = "B"
    ask = "How many bytes does an entry take?"
    why = "Key, value and 64 bytes more."
    exact = true
"""


def bundle_with_figures(root: Path) -> Path:
    """The small bundle, with figures for its lab `redis-toy`."""
    small_bundle(root)
    write(root / "curriculum" / "figures" / f"{SLUG}.toml", FIGURES)
    return root


def measured_verdict(
    verdict: str = "passed", *, ratio: float = 2.5, share: float = 0.5, size: float = 4096.0, device: str = "cpu"
) -> dict[str, Any]:
    """A verdict with all figures: `ratio` within 0.1, a wait of 10 ms within 9 and 12."""
    waits = [{"hit": seconds} for seconds in (0.009, 0.01, 0.0095, 0.0105, 0.012)]
    return verdict_document(
        verdict,
        metrics={"ratio": ratio, "share": share, "bytes": size, "never": None},
        record={
            "device": device,
            "sha256": {"solution": "ab" * 32},
            "machine": {"cpu": 'Toy "9000"\\CPU', "gpu": None},
            "intervals": {"ratio": {"estimate": ratio, "low": ratio - 0.1, "high": ratio + 0.1}},
            "samples": {"rounds": waits},
        },
    )


def graded(container: Container, profile: str = "quick", **measured: Any) -> LabRecord:
    """Store a run of the lab that measured this."""
    lab = container.library.labs[SLUG]
    container.labs.start(lab)
    request = container.labs.request(lab, profile=profile)
    return container.labs.store(container.resolve.lab(SLUG), request, measured_verdict(**measured)).value
