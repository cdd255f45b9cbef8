"""paged-kv-allocator end to end, and the memory and plan that the referee judges with."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from graders import manifest
from graders.errors import SolutionError
from graders.loading import load_trusted, siblings_importable
from tests.graders.conftest import ROOT, Run, grade_lab, referee

SLUG = "paged-kv-allocator"
FOLDER = ROOT / "labs" / SLUG

np = pytest.importorskip("numpy")


@pytest.fixture(scope="module")
def reference() -> Run:
    return grade_lab(SLUG, "reference.py")


def test_the_reference_passes_ten_thousand_operations(reference: Run) -> None:
    assert (reference.code, reference.verdict) == (0, "passed"), reference.last["reason"]
    assert reference.last["metrics"]["operations"] >= 10_000
    assert reference.last["metrics"]["outputs"] > 1_000
    assert reference.last["seconds"] < 20


def test_the_operations_reach_refusals_forks_and_copies(reference: Run) -> None:
    pools = reference.last["record"]["samples"]["pools"]
    assert len(pools) == 5
    assert pools[0]["block_size"] == 16
    for event in ("refused", "forks", "copies"):
        assert sum(pool[event] for pool in pools) > 50, event


def test_the_memory_map_has_a_cell_for_each_block(reference: Run) -> None:
    memory_map, sharing, utilisation = reference.last["plots"]
    blocks = reference.last["record"]["samples"]["pools"][0]["blocks"]
    for plot in (memory_map, sharing):
        assert plot["kind"] == "grid"
        assert sum(len(row["y"]) for row in plot["series"]) == blocks
    free = [cell == 0 for row in memory_map["series"] for cell in row["y"]]
    assert free == [cell == 0 for row in sharing["series"] for cell in row["y"]]
    assert all(0 <= share <= 1 for series in utilisation["series"] for share in series["y"])


def test_the_starter_runs_and_does_not_pass() -> None:
    run = grade_lab(SLUG, "starter.py")
    assert (run.code, run.verdict) == (1, "failed")
    assert "refusal" in run.failed


@pytest.mark.parametrize("mutant", manifest.find(SLUG).mutants, ids=lambda mutant: mutant.name)
def test_each_mutant_fails_its_named_check(mutant: manifest.Mutant) -> None:
    run = grade_lab(SLUG, mutant.file)
    assert run.verdict == "failed"
    assert mutant.fails in run.failed


def test_every_named_check_is_another_one() -> None:
    mutants = manifest.find(SLUG).mutants
    assert len({mutant.fails for mutant in mutants}) == len(mutants) >= 3


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("return copies, self._slots(seq_id, length)", "return self._slots(seq_id, length)", "append returns"),
        ("return len(self.free_blocks)", "return 'many'", "num_free returns an int"),
        ("return list(self.tables[seq_id])", "return [None]", "block_table returns a list of block numbers"),
        ("self.lengths[seq_id] = length + n_tokens", "self.lengths[seq_id] = 1 / 0", "ZeroDivisionError"),
    ],
)
def test_a_wrong_type_or_an_exception_is_an_error_with_a_sentence(
    tmp_path: Path, old: str, new: str, sentence: str
) -> None:
    source = (FOLDER / "reference.py").read_text()
    assert old in source
    solution = tmp_path / "solution.py"
    solution.write_text(source.replace(old, new))
    run = referee("run", SLUG, "--solution", str(solution))
    assert (run.code, run.verdict) == (1, "error")
    assert sentence in run.last["reason"]


def test_the_same_seed_draws_the_same_operations() -> None:
    counts = [
        referee("run", SLUG, "--solution", str(FOLDER / "reference.py"), "--seed", "7").last["record"]["samples"][
            "pools"
        ]
        for _ in range(2)
    ]
    assert counts[0] == counts[1]


@pytest.fixture
def audit() -> Iterator[ModuleType]:
    with siblings_importable(FOLDER):
        yield load_trusted(FOLDER / "audit.py", "paged_audit_under_test")


def used(memory: Any, sequence: int, table: list[int]) -> float:
    """Share of the error budget that the attention output of one sequence used."""
    return float(memory.attention("a sequence", sequence, table).worst)


def test_attention_notices_a_swapped_pair_of_slots(audit: ModuleType) -> None:
    right, swapped = (audit.Memory(4, 2, np.random.default_rng(1)) for _ in range(2))
    right.write(1, [], [4, 5, 0])
    swapped.write(1, [], [4, 5, 1])
    assert used(right, 1, [2, 0]) < 0.5
    assert used(swapped, 1, [2, 0]) > 1


def test_attention_notices_one_wrong_token_among_thousands(audit: ModuleType) -> None:
    blocks, size = 96, 32
    right, swapped = (audit.Memory(blocks, size, np.random.default_rng(5)) for _ in range(2))
    slots = list(range(blocks * size))
    right.write(1, [], slots)
    swapped.write(1, [], [*slots[:-1], slots[-2]])
    assert used(right, 1, list(range(blocks))) < 0.5
    assert used(swapped, 1, list(range(blocks))) > 1


def test_a_freed_block_is_poisoned(audit: ModuleType) -> None:
    memory = audit.Memory(4, 2, np.random.default_rng(1))
    memory.write(1, [], [0, 1])
    memory.fork(1, 2)
    memory.forget(1, [])
    assert used(memory, 2, [0]) < 0.5
    memory.fork(2, 3)
    memory.forget(2, [0])
    assert used(memory, 3, [0]) > 1


def test_a_copied_block_carries_its_tokens(audit: ModuleType) -> None:
    memory = audit.Memory(4, 2, np.random.default_rng(1))
    memory.write(1, [], [0])
    memory.fork(1, 2)
    memory.write(2, [[0, 3]], [7])
    assert used(memory, 1, [0]) < 0.5
    assert used(memory, 2, [3]) < 0.5


def test_a_table_that_is_too_short_is_wrong(audit: ModuleType) -> None:
    memory = audit.Memory(4, 2, np.random.default_rng(1))
    memory.write(1, [], [0, 1, 2])
    assert used(memory, 1, [0]) > 1


@pytest.fixture
def judge() -> Iterator[ModuleType]:
    with siblings_importable(FOLDER):
        yield load_trusted(FOLDER / "judge.py", "paged_judge_under_test")


def test_the_stored_samples_give_the_same_findings_again(judge: ModuleType, reference: Run) -> None:
    samples = reference.last["record"]["samples"]
    outcome = judge.judge(samples)
    assert [check.as_dict() for check in outcome.checks] == reference.last["checks"]
    assert [plot.as_dict() for plot in outcome.plots] == reference.last["plots"]


@pytest.mark.parametrize("missing", ["pools", "operations", "violations", "attention", "formula", "everything"])
def test_samples_that_stop_early_are_judged_and_do_not_pass_on_nothing(
    judge: ModuleType, reference: Run, missing: str
) -> None:
    samples = dict(reference.last["record"]["samples"])
    if missing == "everything":
        samples = {}
    else:
        del samples[missing]
    failed = {check.id for check in judge.judge(samples).checks if not check.passed}
    assert ("refusal" in failed) == (missing in {"operations", "everything"})
    assert ("attention" in failed) == (missing in {"attention", "everything"})


def test_a_violation_fails_its_rule_alone(judge: ModuleType, reference: Run) -> None:
    samples = {**reference.last["record"]["samples"], "violations": {"no-leak": "operation 7: two blocks are gone"}}
    failed = [check for check in judge.judge(samples).checks if not check.passed]
    assert [(check.id, check.message) for check in failed] == [("no-leak", "operation 7: two blocks are gone")]


@pytest.mark.parametrize(
    "body",
    [
        {"result": None, "table": "none", "free": 1, "refs": []},
        {"result": None, "table": [], "free": True, "refs": []},
        {"result": None, "table": [], "free": 1, "refs": [[1]]},
        {"result": [], "table": [], "free": 1, "refs": []},
        {"result": {"copies": [], "slots": [0.5]}, "table": [], "free": 1, "refs": []},
        {},
    ],
)
def test_a_malformed_answer_is_the_solutions_error(audit: ModuleType, body: dict[str, Any]) -> None:
    with pytest.raises(SolutionError):
        audit.Answer.parse(body)
