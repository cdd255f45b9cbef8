"""Exit codes, usage errors and machines that lack something."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.graders.conftest import ROOT, TEST_LABS, referee

REFERENCE = str(TEST_LABS / "double" / "reference.py")
IN_TEST_LABS = ("--labs", str(TEST_LABS))


@pytest.mark.parametrize(
    ("arguments", "hint"),
    [
        (["run", "no-such-lab", "--solution", REFERENCE], "double"),
        (["run", "double", "--solution", "/no/such/file.py"], "cannot read"),
        (["run", "double", "--solution", str(TEST_LABS)], "cannot read"),
        (["run", "double", "--solution", REFERENCE, "--device", "tpu"], "cuda:N"),
        (["run", "double", "--solution", REFERENCE, "--device", "cuda:0"], "cpu only"),
        (["run", "double", "--solution", REFERENCE, "--profile", "slow"], "quick"),
        (["run", "double", "--solution", REFERENCE, "--seed", "-1"], "--seed"),
        (["run", "double", "--solution", REFERENCE, "--option", "calls"], "KEY=VALUE"),
        (["run", "double", "--solution", REFERENCE, "--option", "nope=1"], "calls"),
        (["run", "double"], "--solution"),
    ],
)
def test_a_usage_error_exits_2_with_a_hint_and_no_event(arguments: list[str], hint: str) -> None:
    run = referee(*arguments, *IN_TEST_LABS)
    assert run.code == 2
    assert run.events == []
    assert hint in run.stderr
    assert "Traceback" not in run.stderr


def without_module(name: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    code = f"import sys; sys.modules[{name!r}] = None; from graders.cli import main; sys.exit(main(sys.argv[1:]))"
    return subprocess.run(
        [sys.executable, "-c", code, *arguments], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )


def test_a_lab_without_torch_says_what_to_install_and_exits_3() -> None:
    solution = str(ROOT / "labs" / "kv-cache-table" / "reference.py")
    done = without_module("torch", "run", "kv-cache-table", "--solution", solution)
    event = json.loads(done.stdout)
    assert done.returncode == 3
    assert (event["event"], event["missing"]) == ("unavailable", "torch")
    assert "pip install" in event["install"]
    assert "Traceback" not in done.stderr


def test_a_machine_without_numpy_says_so() -> None:
    done = without_module("numpy", "run", "double", "--solution", REFERENCE, *IN_TEST_LABS)
    assert done.returncode == 3
    assert json.loads(done.stdout)["missing"] == "numpy"


def test_the_list_needs_neither_torch_nor_numpy() -> None:
    done = without_module("numpy", "list")
    assert done.returncode == 0
    assert {"batch-curve", "kv-cache-table"} <= {lab["slug"] for lab in json.loads(done.stdout)}


def test_an_absent_gpu_exits_3() -> None:
    torch = pytest.importorskip("torch")
    if torch.cuda.is_available():
        pytest.skip("this machine has a GPU")
    solution = str(ROOT / "labs" / "batch-curve" / "reference.py")
    run = referee("run", "batch-curve", "--solution", solution, "--device", "cuda:0")
    assert run.code == 3
    assert run.last["event"] == "unavailable"


def test_a_seed_is_recorded_and_repeats_the_inputs() -> None:
    runs = [referee("run", "double", "--solution", REFERENCE, "--seed", "7", *IN_TEST_LABS) for _ in range(2)]
    assert all(run.verdict == "passed" for run in runs)
    assert [run.last["record"]["seed"] for run in runs] == [7, 7]


def test_the_self_check_proves_starter_reference_and_mutants() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "graders", "check", "double", "--json", *IN_TEST_LABS],
        cwd=ROOT, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    cases = {case["case"]: case for case in map(json.loads, done.stdout.splitlines())}
    assert done.returncode == 0
    assert cases["starter"]["verdict"] == "failed"
    assert cases["reference"]["verdict"] == "passed"
    assert cases["mutant:adds-one"]["failed_checks"] == ["doubled"]


def test_the_self_check_notices_a_mutant_that_passes(tmp_path: Path) -> None:
    lab = tmp_path / "double"
    (lab / "mutants").mkdir(parents=True)
    for name in ("lab.toml", "driver.py", "experiment.py", "reference.py", "starter.py"):
        (lab / name).write_bytes((TEST_LABS / "double" / name).read_bytes())
    (lab / "mutants" / "adds_one.py").write_bytes((lab / "reference.py").read_bytes())
    done = subprocess.run(
        [sys.executable, "-m", "graders", "check", "--labs", str(tmp_path)],
        cwd=ROOT, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert "BAD" in done.stdout


def test_a_terminated_referee_takes_its_workers_along(tmp_path: Path) -> None:
    solution = tmp_path / "solution.py"
    solution.write_text("import time\nprint('here')\ntime.sleep(60)\n", encoding="utf-8")
    command = [sys.executable, "-m", "graders", "run", "double", *IN_TEST_LABS, "--solution", str(solution)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        assert process.stdout is not None
        next(line for line in process.stdout if json.loads(line).get("source") == "learner")
        workers = _descendants(process.pid)
        assert workers
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 130
    assert not [pid for pid in workers if Path(f"/proc/{pid}").exists()]


def _descendants(pid: int) -> list[int]:
    children = [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return children + [each for child in children for each in _descendants(child)]


def test_a_password_in_an_option_stays_out_of_the_record() -> None:
    from graders.runner import _without_login

    assert _without_login("redis://user:secret@host:6379/3") == "redis://host:6379/3"
    assert _without_login("redis://host/3") == "redis://host/3"
