"""Derives the verdict of a stored run again from its raw samples, and says what has changed since."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from graders import fingerprint, gpu, manifest
from graders.errors import UsageError
from graders.events import finite
from graders.loading import siblings_importable
from graders.runner import GRADERS, load_judge
from graders.verdict import decide

WITHOUT_JUDGEMENT = {"error", "timeout", "crashed", "refused"}  # what happened, not what was measured


@dataclass(frozen=True)
class Verification:
    """``sealed``: not a byte differs from what the referee wrote. ``holds``: the samples give the recorded findings.

    ``holds`` is None for a verdict that no samples stand behind. ``changed`` names what is no longer as it was graded:
    solution, lab, graders. ``differences`` says what came out otherwise.
    """

    lab: str
    verdict: str
    derived: str | None
    sealed: bool
    holds: bool | None
    changed: list[str]
    differences: list[str]

    @property
    def exit_code(self) -> int:
        """0 when the record can be trusted, 1 when its samples say something else, 4 when it was altered."""
        if not self.sealed:
            return 4
        return 1 if self.holds is False else 0

    def as_dict(self) -> dict[str, Any]:
        """Return the JSON form."""
        return asdict(self)


def verify(path: Path, labs: Path, solution: Path | None) -> Verification:
    """Verify one record file; raises UsageError when it is none, or its lab is not here."""
    try:
        event = json.loads(path.read_text(encoding="utf-8"))
        hashes, samples, recorded = event["record"]["sha256"], event["record"]["samples"], event["verdict"]
        slug, checks = str(event["lab"]), list(event["checks"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UsageError(f"{path} is no record of a lab run: {error}") from error
    lab = manifest.find(slug, labs)
    derived, found, differences = None, None, []
    if recorded not in WITHOUT_JUDGEMENT:
        with siblings_importable(lab.folder):
            derived, found = _derive(lab, samples, event["record"].get("gpu_states", []))
        differences = _differences(recorded, checks, derived, found)
    return Verification(
        lab=slug,
        verdict=recorded,
        derived=derived,
        sealed=event.get("seal") == fingerprint.of_event(event),
        holds=None if derived is None else not differences,
        changed=_changed(hashes, lab, solution),
        differences=differences,
    )


def _derive(
    lab: manifest.Lab, samples: dict[str, Any], states: list[gpu.State | None]
) -> tuple[str, list[dict[str, Any]]]:
    try:
        outcome = load_judge(lab).judge(samples)
    except Exception as error:  # samples that were altered may be anything
        return f"not derivable: {type(error).__name__}: {error}", []
    verdict, _ = decide(outcome.checks, replace(outcome.quietness, gpu=gpu.disturbance(states)))
    return verdict, json.loads(json.dumps(finite([check.as_dict() for check in outcome.checks])))


def _differences(recorded: str, checks: list[Any], derived: str, found: list[dict[str, Any]] | None) -> list[str]:
    told = [] if recorded == derived else [f"the record says {recorded}, its samples say {derived}"]
    again = {check["id"]: check for check in found or []}
    for check in checks:
        other = again.pop(check["id"], None)
        if other is None:
            told.append(f"check {check['id']}: not derivable from the samples")
        elif other != check:
            told.append(f"check {check['id']}: recorded {check['message']!r}, derived {other['message']!r}")
    return told + [f"check {name}: not in the record" for name in again]


def _changed(hashes: dict[str, str], lab: manifest.Lab, solution: Path | None) -> list[str]:
    now = {"lab": fingerprint.of_folder(lab.folder), "graders": fingerprint.of_folder(GRADERS)}
    if solution is not None:
        try:
            now["solution"] = fingerprint.of_bytes(solution.read_bytes())
        except OSError:
            now["solution"] = "gone"
    return [name for name, digest in now.items() if hashes.get(name) != digest]
