"""Use cases: one act, one transaction each; results say which areas changed."""
