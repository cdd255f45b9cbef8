"""One submission of the suite: a file whose docstring says what it tries, on which lab, and what must come out."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
CHEATS, HONEST = FOLDER / "attacks", FOLDER / "honest"
FIELD = re.compile(r"^(Lab|Expect|Seen|Needs): *(.+)$", re.MULTILINE)
EXPECTATIONS = ("not passed", "no gain", "passed", "only slow")


@dataclass(frozen=True)
class Submission:
    """A file and what it is for.

    ``expect``: "not passed", "no gain METRIC" (passed, METRIC no better than the reference's), "passed", or
    "only slow" (right: at most timing checks may fail). ``needs`` "namespace": it would hurt the user elsewhere.
    """

    path: Path
    family: str
    lab: str
    expect: str
    mechanism: str
    seen: str
    needs: str

    @property
    def name(self) -> str:
        """family/name"""
        return f"{self.family}/{self.path.stem}"


def read(path: Path) -> Submission:
    """Parse the docstring of a submission; raises ValueError with the file when something is missing."""
    text = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    fields = dict(FIELD.findall(text))
    missing = {"Lab", "Expect"} - set(fields)
    if missing or not fields["Expect"].startswith(EXPECTATIONS):
        raise ValueError(f"{path}: the docstring lacks {sorted(missing) or 'a known Expect'}")
    mechanism = FIELD.split(text)[0].strip()
    return Submission(
        path,
        path.parent.name,
        fields["Lab"],
        fields["Expect"],
        mechanism,
        fields.get("Seen", ""),
        fields.get("Needs", ""),
    )


def attacks() -> Iterator[Submission]:
    """Every attack, by family and name."""
    return map(read, sorted(CHEATS.glob("*/*.py")))


def honest() -> Iterator[Submission]:
    """The honest crowd, by lab and name."""
    return map(read, sorted(HONEST.glob("*/*.py")))
