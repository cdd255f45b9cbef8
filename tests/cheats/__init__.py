"""Submissions that try to pass without doing the work, and honest ones that must not be refused."""
