"""Reads lab.toml: what a lab is called, serves, needs and may cost."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from graders.errors import UsageError

Evidence = Literal["measured", "probed", "submitted"]
EVIDENCE = ("measured", "probed", "submitted")
DEFAULT_LABS = Path(__file__).resolve().parent.parent / "labs"


@dataclass(frozen=True)
class Requirement:
    """A Python module or a command-line tool, how to install it, and the option that makes it unnecessary."""

    kind: Literal["module", "tool"]
    name: str
    install: str
    unless_option: str | None = None


@dataclass(frozen=True)
class Mutant:
    """A plausible wrong solution and the id of the check that must catch it."""

    name: str
    file: str
    fails: str
    why: str


@dataclass(frozen=True)
class Hint:
    """One step towards the solution; hints are taken in order and each costs more than the one before."""

    text: str
    cost: int


@dataclass(frozen=True)
class Lab:
    """One lab folder. ``budget`` holds the hard limit in seconds for each profile."""

    slug: str
    title: str
    question: str
    serves: tuple[str, ...]
    evidence: Evidence
    minutes: int
    devices: tuple[str, ...]
    interface: tuple[str, ...]
    budget: Mapping[str, float]
    requires: tuple[Requirement, ...]
    mutants: tuple[Mutant, ...]
    hints: tuple[Hint, ...]
    options: Mapping[str, str]
    folder: Path

    @property
    def uses_torch(self) -> bool:
        """Whether the worker has to import torch."""
        return any(need.name == "torch" for need in self.requires)

    def as_dict(self) -> dict[str, Any]:
        """Return what ``python -m graders list`` prints."""
        return {
            "slug": self.slug,
            "title": self.title,
            "question": self.question,
            "serves": list(self.serves),
            "evidence": self.evidence,
            "minutes": self.minutes,
            "devices": list(self.devices),
            "requires": [{need.kind: need.name, "install": need.install} for need in self.requires],
            "budget": dict(self.budget),
            "options": dict(self.options),
            "mutants": [mutant.name for mutant in self.mutants],
        }


def load_all(labs: Path = DEFAULT_LABS) -> list[Lab]:
    """Return every lab in the folder, by slug."""
    return [load(path.parent) for path in sorted(labs.glob("*/lab.toml"))]


def find(slug: str, labs: Path = DEFAULT_LABS) -> Lab:
    """Return one lab; raises UsageError that names the labs there are."""
    known = sorted(path.parent.name for path in labs.glob("*/lab.toml"))
    if slug not in known:
        raise UsageError(f"there is no lab {slug!r}; known: {', '.join(known) or 'none'}")
    return load(labs / slug)


def load(folder: Path) -> Lab:
    """Read ``folder/lab.toml``; raises UsageError with file and key when something is missing or wrong."""
    path = folder / "lab.toml"
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
        lab = _build(folder, data)
    except KeyError as error:
        raise UsageError(f"{path}: key {error} is missing") from error
    except (tomllib.TOMLDecodeError, OSError, TypeError, ValueError) as error:
        raise UsageError(f"{path}: {error}") from error
    if lab.slug != folder.name:
        raise UsageError(f"{path}: slug {lab.slug!r} differs from the folder's name")
    costs = [hint.cost for hint in lab.hints]
    if costs != sorted(set(costs)):
        raise UsageError(f"{path}: each hint costs more than the one before it")
    if lab.evidence not in EVIDENCE:
        raise UsageError(f"{path}: evidence is one of {', '.join(EVIDENCE)}")
    return lab


def _build(folder: Path, data: dict[str, Any]) -> Lab:
    numpy = {"module": "numpy", "install": "pip install numpy"}
    return Lab(
        slug=data["slug"],
        title=data["title"],
        question=data["question"],
        serves=tuple(data["serves"]),
        evidence=data["evidence"],
        minutes=int(data["minutes"]),
        devices=tuple(data["devices"]),
        interface=tuple(data["interface"]),
        budget={"quick": float(data["budget"]["quick"]), "full": float(data["budget"]["full"])},
        requires=tuple(_requirement(entry) for entry in [numpy, *data.get("requires", [])]),
        mutants=tuple(Mutant(m["name"], m["file"], m["fails"], m["why"]) for m in data.get("mutant", [])),
        hints=tuple(Hint(hint["text"].strip(), int(hint["cost"])) for hint in data.get("hint", [])),
        options=dict(data.get("options", {})),
        folder=folder,
    )


def _requirement(entry: dict[str, str]) -> Requirement:
    kind: Literal["module", "tool"] = "module" if "module" in entry else "tool"
    return Requirement(kind, entry[kind], entry["install"], entry.get("unless_option"))
