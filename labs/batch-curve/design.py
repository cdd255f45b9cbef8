"""The sizes of the experiment, shared by the load generator, the checks and the report."""

from __future__ import annotations

BATCHES = (1, 4, 8)
BURST = 16  # requests of a saturated burst: a multiple of every batch size, so no window is waited for
PROMPT_TOKENS = 10
NEW_TOKENS = 16
WINDOW = (0.025, 0.06)  # seconds; drawn anew for each round
