"""The sizes of the experiment, shared by the bench, the checks and the report."""

from __future__ import annotations

PROMPTS = (10, 50, 200)
NEW_TOKENS = 8
DTYPE_BYTES = 4  # float32
