"""A lesson: one idea in eight minutes of markdown, in a fixed order of sections."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

from studyctl.domain.address import Address

SECTIONS = (
    "The idea",
    "How it works",
    "Two worked numbers",
    "What people get wrong",
    "What to measure",
    "Homework",
    "Sources",
)
WORDS = (500, 900)
WORDS_PER_MINUTE = 120  # technical prose with figures and numbers; 200 and more is for novels
LINK = "studyctl:"
_FENCE = re.compile(r"^```(\w*)\n(.*?)^```\s*$", re.MULTILINE | re.DOTALL)
_HEADING = re.compile(r"^## (.+)$", re.MULTILINE)
_LINK = re.compile(r"\[([^\]]+)\]\(([^)\s]+)\)")


@dataclass(frozen=True)
class Lesson:
    """The lesson of one day or guide section; `body` is markdown without front matter."""

    address: Address
    title: str
    topics: tuple[str, ...]
    body: str

    @cached_property
    def prose(self) -> str:
        """The body without its fenced figures."""
        return _FENCE.sub("", self.body)

    @cached_property
    def sections(self) -> dict[str, str]:
        """Section heading -> its prose, in order; what stands before the first heading is under ""."""
        parts = _HEADING.split(self.prose)
        return {"": parts[0].strip()} | {
            name: text.strip() for name, text in zip(parts[1::2], parts[2::2], strict=True)
        }

    @cached_property
    def figures(self) -> tuple[tuple[str, str], ...]:
        """Language and text of each fenced block."""
        return tuple((match[1], match[2]) for match in _FENCE.finditer(self.body))

    @property
    def words(self) -> int:
        """Words to read: without figures and sources."""
        return sum(len(text.split()) for name, text in self.sections.items() if name != "Sources")

    @property
    def minutes(self) -> float:
        """Reading time in minutes."""
        return self.words / WORDS_PER_MINUTE

    @property
    def sources(self) -> tuple[str, ...]:
        """The lines of the section Sources."""
        lines = self.sections.get("Sources", "").splitlines()
        return tuple(line[2:].strip() for line in lines if line.startswith("- "))

    @property
    def named_links(self) -> tuple[tuple[str, str], ...]:
        """Name and target of each link, every target once."""
        found: dict[str, str] = {}
        for name, target in _LINK.findall(self.prose):
            found.setdefault(target, name)
        return tuple((name, target) for target, name in found.items())

    @property
    def links(self) -> tuple[str, ...]:
        """Targets of all links, `studyctl:` ones with their prefix."""
        return tuple(target for _, target in self.named_links)
