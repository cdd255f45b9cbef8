"""flash-attention: the float64 oracle, the byte counts, the memory reader and the judge, without running the lab."""

from __future__ import annotations

import math
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graders.loading import load_trusted, siblings_importable

np = pytest.importorskip("numpy")

FOLDER = Path(__file__).resolve().parents[2] / "labs" / "flash-attention"
MIB = 1 << 20
SIZES = st.integers(1, 40)


def load(name: str) -> ModuleType:
    with siblings_importable(FOLDER):
        return load_trusted(FOLDER / f"{name}.py", f"flash_attention_{name}")


ORACLE, REFERENCE = load("oracle"), load("reference")


@pytest.fixture
def oracle() -> ModuleType:
    return ORACLE


@pytest.fixture(scope="module")
def judge() -> ModuleType:
    return load("judge")


def test_one_key_gives_its_value_and_its_logit(oracle: ModuleType) -> None:
    q, k, v = (np.array(values, dtype=np.float32).reshape(1, 1, 1, 4) for values in ([2] * 4, [3] * 4, [5, 6, 7, 8]))
    right = oracle.truth(q, k, v, causal=False)
    assert right.out.ravel().tolist() == [5, 6, 7, 8]
    assert right.lse.item() == pytest.approx(4 * 6 / math.sqrt(4))


def test_equal_keys_average_the_values_and_rows_without_a_key_are_zero(oracle: ModuleType) -> None:
    q, k = np.zeros((1, 1, 3, 2), dtype=np.float32), np.zeros((1, 1, 2, 2), dtype=np.float32)
    v = np.array([[2, 4], [6, 8]], dtype=np.float32)[None, None]
    right = oracle.truth(q, k, v, causal=True)
    assert right.out[0, 0].tolist() == [[0, 0], [2, 4], [4, 6]]
    assert right.lse[0, 0].tolist() == [-math.inf, 0, pytest.approx(math.log(2))]


@settings(deadline=None, max_examples=60)
@given(SIZES, SIZES, st.integers(1, 9), st.integers(1, 50), st.integers(1, 50), st.booleans())
def test_the_reference_agrees_with_the_oracle_in_any_tiling(
    t_q: int, t_k: int, d: int, block_q: int, block_k: int, causal: bool
) -> None:
    oracle, reference = ORACLE, REFERENCE
    rng = np.random.default_rng(t_q * 1000 + t_k)
    q, k, v = (rng.standard_normal((1, 2, t, d)).astype(np.float32) for t in (t_q, t_k, t_k))
    out, lse = reference.attention(q, k, v, block_q, block_k, causal)
    right = oracle.truth(q, k, v, causal)
    seen = np.isfinite(right.lse)
    assert (np.abs(out - right.out) <= right.out_slack + 1e-6 * np.abs(right.out)).all()
    assert (np.isneginf(lse) == ~seen).all()
    assert (np.abs(lse[seen] - right.lse[seen]) <= right.lse_slack[seen] + 1e-6 * np.abs(right.lse[seen])).all()
    arguments = (t_q, t_k, d, block_q, block_k, causal)
    assert reference.tiled_traffic(*arguments) == oracle.tiled_traffic(*arguments)
    assert reference.standard_traffic(t_q, t_k, d) == oracle.standard_traffic(t_q, t_k, d)
    assert reference.score_bytes(t_q, t_k, block_q, block_k) == oracle.score_bytes(t_q, t_k, block_q, block_k)


def test_the_budget_is_smaller_than_the_error_of_a_forgotten_key(oracle: ModuleType) -> None:
    rng = np.random.default_rng(1)
    q, k, v = (rng.standard_normal((1, 1, 300, 16)).astype(np.float32) for _ in range(3))
    right = oracle.truth(q, k, v, causal=False)
    without = oracle.truth(q, k[:, :, :-1], v[:, :, :-1], causal=False)
    assert (np.abs(without.out - right.out) > 10 * right.out_slack).any()


def test_the_worked_numbers_of_the_readme(oracle: ModuleType) -> None:
    assert oracle.standard_traffic(4096, 4096, 64) == (131 * MIB, 129 * MIB)
    assert oracle.tiled_traffic(4096, 4096, 64, 128, 128, False) == (65 * MIB, MIB + 16384)
    assert oracle.score_bytes(4096, 4096, 128, 128) == (64 * MIB, 64 << 10)


def test_a_causal_mask_saves_the_hidden_tiles_and_nothing_else(oracle: ModuleType) -> None:
    # 4 query tiles of 2 rows over 8 keys in tiles of 2: 1 + 2 + 3 + 4 tiles of keys and values, d = 1
    read, _ = oracle.tiled_traffic(8, 8, 1, 2, 2, True)
    assert read == 4 * (8 + 2 * (2 + 4 + 6 + 8))
    assert oracle.tiled_traffic(6, 2, 1, 2, 2, True)[0] == 4 * (6 + 2 * 2)  # two query tiles see no key at all


def test_only_writable_mappings_count_as_touched() -> None:
    memory = load("memory")
    lines = [
        "7f00-7f10 r--p 00000000 08:01 7 /usr/lib/libtorch.so", "Referenced:   999 kB",
        "7f20-7f30 rw-p 00000000 00:00 0", "Rss:  900 kB", "Referenced:    12 kB",
        "7f40-7f50 rw-s 00000000 00:01 9 /memfd:arena", "Referenced:     3 kB",
    ]  # fmt: skip
    assert memory.writable_referenced(lines) == 15 * 1024


def watched(who: str, shape: str, grown: float, touched: float | None = 10.0, helpers: int = 0) -> dict[str, Any]:
    return {"who": who, "shape": shape, "t_q": 8192, "t_k": 8192, "d": 64, "block_q": 128, "block_k": 128,
            "scores": [256 * MIB, 64 << 10], "grown": int(grown * MIB), "helpers": helpers,
            "touched": None if touched is None else int(touched * MIB), "seconds": 0.3}  # fmt: skip


@pytest.mark.parametrize(
    ("own", "passes"),
    [
        (watched("solution", "square", 10), True),
        (watched("solution", "square", 10, touched=None), True),
        (watched("solution", "square", 256), False),
        (watched("solution", "square", 2, touched=266), False),  # taken before the call, used in it
        (watched("solution", "square", 65), False),
    ],
)
def test_a_score_matrix_is_seen_wherever_it_lies(judge: ModuleType, own: dict[str, Any], passes: bool) -> None:
    outcome = judge.judge({"memory": [own, watched("control", "square", 260)]})
    state = {check.id: check.passed for check in outcome.checks}
    assert state == {"memory-square": passes, "one-process": True}


def test_a_helper_process_is_told(judge: ModuleType) -> None:
    outcome = judge.judge({"memory": [watched("solution", "square", 2, helpers=1)]})
    assert [check.id for check in outcome.checks if not check.passed] == ["one-process"]


def test_the_judge_lists_what_there_is(judge: ModuleType) -> None:
    assert judge.judge({}).checks == []
    wrong = {"group": "causal", "case": "tiny", "worst": 1e30, "where": [0], "got": None, "right": 1.0}
    right = {**wrong, "worst": 0.1, "got": 1.0}
    told = [[[4, 4, 2], [1, 2], [1, 2]], [[5, 5, 2], [1, 2], [1, 3]]]
    outcome = judge.judge({"outputs": [right, wrong], "logsumexps": [right], "counts": {"standard_traffic": told}})
    assert [(check.id, check.passed) for check in outcome.checks] == [
        ("causal", False), ("logsumexp", True), ("standard-traffic", False)]  # fmt: skip
    assert "tiny" in outcome.checks[0].message
    assert "(5, 5, 2)" in outcome.checks[2].message
