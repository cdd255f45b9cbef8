"""The sizes of the experiment, shared by the experiment, the checks and the report."""

from __future__ import annotations

MODEL_SECONDS = 0.025
SHORT_TTL = 1.0  # seconds
BUILT = (0.1, 0.5, 0.9)  # hit ratios of the constructed traces
TRACES = ("zipf", "10", "50", "90")  # the last three by their hit ratio in per cent
