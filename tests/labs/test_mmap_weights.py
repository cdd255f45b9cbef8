"""mmap-weights: the referee's parser, its spoilt files, its reading of smaps, and the judge."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

np = pytest.importorskip("numpy")

from graders.loading import load_trusted, siblings_importable  # noqa: E402

FOLDER = Path(__file__).resolve().parents[2] / "labs" / "mmap-weights"
SMAPS = """\
7f00-7f10 r--s 00000000 fe:00 77                 /somewhere/a.weights
Rss:                4096 kB
Pss:                2048 kB
Anonymous:             0 kB
7f20-7f30 rw-p 00000000 00:00 0
Rss:                 100 kB
Pss:                 100 kB
Anonymous:           100 kB
VmFlags: rd wr
"""


@pytest.fixture(scope="module")
def lab() -> Iterator[dict[str, ModuleType]]:
    with siblings_importable(FOLDER):
        names = ("container", "damage", "cases", "residency", "memory", "judge", "reference")
        yield {name: load_trusted(FOLDER / f"{name}.py", name) for name in names}


def rng(seed: int = 1) -> object:
    return np.random.default_rng(seed)


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 1 << 32), pad=st.booleans(), shuffled=st.booleans())
def test_what_is_packed_is_parsed_bit_for_bit(seed: int, pad: bool, shuffled: bool) -> None:
    with siblings_importable(FOLDER):
        container = load_trusted(FOLDER / "container.py", "container")
        cases = load_trusted(FOLDER / "cases.py", "cases")
        for case in cases.cases(rng(seed), 1):
            data = container.pack(case.tensors, pad=pad, shuffled=shuffled)
            entries, start = container.parse(data)
            assert set(entries) == set(case.tensors)
            for name, tensor in case.tensors.items():
                found = container.tensor_of(data, start, entries[name])
                assert (found.dtype, found.shape) == (tensor.dtype, tensor.shape)
                assert found.tobytes() == tensor.tobytes()
            assert start % 8 == 0 or not pad


def test_every_drawn_set_has_wide_items_behind_an_odd_number_of_bytes(lab: dict[str, ModuleType]) -> None:
    container = lab["container"]
    for case in lab["cases"].cases(rng(), 5)[2:]:
        entries, start = container.parse(container.pack(case.tensors))
        assert container.misaligned(entries, start), case.title


def test_every_spoilt_file_is_refused_by_parser_and_reference(lab: dict[str, ModuleType], tmp_path: Path) -> None:
    cases, container, reference = lab["cases"], lab["container"], lab["reference"]
    tensors = {f"t{n}": cases.draw(rng(n), "F32", (2 + n, 3)) for n in range(4)}
    marker, path = tmp_path / "ran", tmp_path / "file"
    files = lab["damage"].damaged_files(tensors, rng(), marker)
    assert len(files) == len({file.title for file in files}) == 23
    for file in files:
        with pytest.raises(container.MalformedError):
            container.parse(file.data)
        path.write_bytes(file.data)
        for load in (reference.load_read, reference.load_mmap):
            with pytest.raises(ValueError) as caught:
                load(str(path))
            assert not file.names or any(name in str(caught.value) for name in file.names), file.title
    assert not marker.exists()


def test_the_whole_file_is_accepted(lab: dict[str, ModuleType], tmp_path: Path) -> None:
    case = lab["cases"].cases(rng(3), 1)[-1]
    path = tmp_path / "file"
    lab["reference"].save(str(path), case.tensors)
    entries, start = lab["container"].parse(path.read_bytes())
    assert lab["container"].misaligned(entries, start) == []
    mapped = lab["reference"].load_mmap(str(path))
    assert {name: tensor.tobytes() for name, tensor in mapped.items()} == {
        name: tensor.tobytes() for name, tensor in case.tensors.items()
    }
    assert not any(tensor.flags.writeable for tensor in mapped.values())


def test_smaps_are_summed_by_inode(lab: dict[str, ModuleType]) -> None:
    found = lab["residency"].parse_smaps(SMAPS, 77)
    assert found.as_dict() == {
        "rss": 4196 << 10,
        "anonymous": 100 << 10,
        "file_rss": 4096 << 10,
        "file_pss": 2048 << 10,
    }
    assert lab["residency"].parse_smaps(SMAPS, 78).file_rss == 0


def memory(**changed: dict[str, int]) -> dict[str, object]:
    file, tensor, base = 64 << 20, 4 << 20, {"rss": 30 << 20, "anonymous": 10 << 20, "file_rss": 0, "file_pss": 0}
    shared = {**base, "rss": base["rss"] + file, "file_rss": file, "file_pss": file // 2}
    own = {**base, "rss": base["rss"] + file, "anonymous": base["anonymous"] + file}
    told: dict[str, object] = {
        "page": 4096, "file_bytes": file, "tensor_bytes": tensor, "tensors": 16, "wrong": [],
        "before": base, "twin_before": base, "opened": base, "dropped": base, "peak_known": True,
        "one_touched": {**base, "rss": base["rss"] + tensor, "file_rss": tensor, "file_pss": tensor},
        "all_touched": shared, "twin_touched": shared, "read": own, "read_peak": own["rss"],
    }  # fmt: skip
    return {**told, **changed}


def failed(lab: dict[str, ModuleType], told: dict[str, object]) -> set[str]:
    return {check.id for check in lab["memory"].memory_checks(told) if not check.passed}


def test_whose_pages_are_where_decides_the_memory_checks(lab: dict[str, ModuleType]) -> None:
    good = memory()
    assert failed(lab, good) == set()
    base, own = good["before"], good["read"]
    assert failed(lab, memory(one_touched=own)) == {"resident"}
    assert failed(lab, memory(all_touched=own, twin_touched=own)) == {"shared-pages"}
    assert failed(lab, memory(read=good["all_touched"])) == {"read-holds"}
    assert failed(lab, {**good, "read_peak": base["rss"] + (128 << 20)}) == {"read-peak"}


def samples() -> dict[str, object]:
    rounds = {f"mmap-{size}": [1e-4 * (1 + 0.01 * (i % 3)) for i in range(9)] for size in (4, 32, 128)}
    rounds |= {f"read-{size}": [size * 3e-4 * (1 + 0.01 * (i % 2)) for i in range(9)] for size in (32, 64, 128)}
    rounds |= {name: [128 * 3e-4] * 9 for name in ("baseline", "control")}
    return {
        "saved": [{"case": "a", "problem": None, "wrong": [], "misaligned": [], "total": 3}],
        "loaded": [{"case": "a", "how": how, "wrong": [], "total": 3} for how in ("read", "mmap")],
        "refusals": [{"case": "a", "got": "refused", "expected": "refused"}],
        "ran_pickle": False,
        "memory": memory(),
        "walks": [{"state": "warm", "how": "mmap", "seconds": [1.0, 2.0, 3.0]}],
        "read_sizes": [32, 64, 128], "mmap_sizes": [4, 32, 128], "rounds": rounds, "orders": [[]] * 9,
        "wrong_timed": [], "floors": {str(size): size * 4e-5 for size in (32, 64, 128)},
        "scheduling": {"involuntary": 0, "own_s": 1.0, "core_busy_s": 1.0, "core_total_s": 2.0},
    }  # fmt: skip


def test_the_judge_passes_a_flat_mapping_and_fails_one_that_reads(lab: dict[str, ModuleType]) -> None:
    outcome = lab["judge"].judge(samples())
    assert all(check.passed for check in outcome.checks)
    assert math.isclose(outcome.metrics["gain"], 128 * 3e-4 / 1.01e-4, rel_tol=0.02)
    slow = samples()
    slow["rounds"] |= {f"mmap-{size}": [size * 1e-4] * 9 for size in (4, 32, 128)}  # type: ignore[operator]
    states = {check.id: check.state for check in lab["judge"].judge(slow).checks}
    assert states["open-flat"] == states["gain"] == "failed"


def test_one_read_that_was_a_mapping_is_impossible(lab: dict[str, ModuleType]) -> None:
    mixed = samples()
    mixed["rounds"]["read-64"][4] = 1e-4  # type: ignore[index]
    states = {check.id: check.state for check in lab["judge"].judge(mixed).checks}
    assert states["floor"] == "impossible"


@pytest.mark.parametrize("last", ["saved", "loaded", "refusals", "memory", "walks"])
def test_the_judge_copes_with_samples_that_stop_early(lab: dict[str, ModuleType], last: str) -> None:
    keys = ["saved", "loaded", "refusals", "ran_pickle", "memory", "walks"]
    whole = samples()
    kept = {key: whole[key] for key in keys[: keys.index(last) + 1]}
    found = lab["judge"].judge({"loaded": [], "refusals": [], "ran_pickle": False, **kept})
    assert found.checks
    assert not all(check.passed for check in found.checks)
