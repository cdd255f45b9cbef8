"""Plain dataclasses and rules: no I/O; clock and ids are passed in."""
