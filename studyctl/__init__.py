"""studyctl: a spaced-repetition study tracker with auto-graded AI-infrastructure labs."""

__version__ = "0.1.0"
