"""The suite of attacks is whole. What comes out of them is shown by ``python -m tests.cheats``."""

from __future__ import annotations

from graders import manifest
from tests.cheats.submission import attacks, honest

FAMILIES = {
    "aliasing",
    "artefacts",
    "baseline",
    "cache",
    "clock",
    "constants",
    "disk",
    "escape",
    "impossible",
    "known_shapes",
    "late_work",
    "phases",
    "randomness",
    "reaching_over",
    "reports",
    "services",
    "verdict",
}
LEAST_ATTACKS = 45


def test_every_family_is_attacked_and_every_attack_explains_itself() -> None:
    every = list(attacks())
    assert {each.family for each in every} == FAMILIES
    assert len(every) >= LEAST_ATTACKS
    assert [each.name for each in every if len(each.mechanism) < 80 or not each.seen] == []


def test_every_submission_is_aimed_at_a_lab_that_exists() -> None:
    labs = {lab.slug for lab in manifest.load_all()}
    assert {each.lab for each in [*attacks(), *honest()]} <= labs
