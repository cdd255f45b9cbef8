"""What a learner's file may do, honest or not, and the verdict each time."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.graders.conftest import Run

Grade = Callable[..., Run]
RIGHT = "def double(x):\n    return 2 * x\n"


def test_a_right_solution_passes_and_its_verdict_is_the_last_event(double: Grade) -> None:
    run = double(RIGHT)
    assert (run.code, run.verdict) == (0, "passed")
    assert run.events[0]["event"] == "start"
    assert [e["event"] for e in run.events].count("verdict") == 1


def test_the_record_says_what_was_run_where_and_by_what(double: Grade) -> None:
    record = double(RIGHT).last["record"]
    assert record["isolation"]["level"] in {"namespace", "process"}
    assert set(record["sha256"]) == {"solution", "lab", "graders"}
    assert record["seed"] is None
    assert record["machine"]["cores"] == os.cpu_count()
    assert record["versions"]["python"]


def test_the_observation_has_the_thirteen_fields_of_the_template(double: Grade) -> None:
    observation = double(RIGHT).last["observation"]
    assert len(observation) == 13
    assert observation["experiment_id"] == "double"
    assert observation["hardware"]


def test_a_wrong_answer_fails_its_check(double: Grade) -> None:
    run = double("def double(x):\n    return x\n")
    assert (run.code, run.verdict, run.failed) == (1, "failed", ["doubled"])


def test_an_output_that_was_never_written_is_wrong(double: Grade) -> None:
    assert double("def double(x):\n    return None\n").failed == ["doubled"]


def test_a_replayed_output_is_wrong_because_every_call_has_fresh_inputs(double: Grade) -> None:
    run = double("""
        kept = []
        def double(x):
            kept.append(2 * x)
            return kept[0]
    """)
    assert run.verdict == "failed"


def test_an_exception_is_shown_with_the_learners_line(double: Grade) -> None:
    run = double("def double(x):\n    return x / undefined_name\n")
    assert run.verdict == "error"
    assert "undefined_name" in run.last["reason"]
    assert "line 2" in run.last["reason"]


def test_a_wrong_shape_is_an_error_and_not_a_crash(double: Grade) -> None:
    assert double("import numpy\ndef double(x):\n    return numpy.zeros(3)\n").verdict == "error"


@pytest.mark.parametrize(
    ("source", "hint"),
    [
        ("def double(x:\n    pass\n", "SyntaxError"),
        ("import not_installed_anywhere\n", "not_installed_anywhere"),
        ("raise SystemExit(0)\n", "SystemExit"),
        ("def triple(x):\n    return 3 * x\n", "missing here: double"),
        ("double = 3\n", "missing here: double"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused(double: Grade, source: str, hint: str) -> None:
    run = double(source)
    assert (run.code, run.verdict) == (1, "refused")
    assert hint in run.last["reason"]


def test_a_hang_is_a_timeout(double: Grade) -> None:
    assert double("import time\ndef double(x):\n    time.sleep(60)\n").verdict == "timeout"


def test_leaving_with_status_0_is_a_crash_and_never_a_pass(double: Grade) -> None:
    run = double("import os\ndef double(x):\n    os._exit(0)\n")
    assert (run.code, run.verdict) == (1, "crashed")


def test_leaving_with_status_0_at_import_is_a_crash(double: Grade) -> None:
    assert double("import os\nos._exit(0)\n").verdict == "crashed"


def test_sys_exit_in_a_call_is_an_error(double: Grade) -> None:
    assert double("import sys\ndef double(x):\n    sys.exit(0)\n").verdict == "error"


def test_a_segfault_is_a_crash(double: Grade) -> None:
    run = double("import ctypes\ndef double(x):\n    ctypes.string_at(0)\n")
    assert run.verdict == "crashed"
    assert "SIGSEGV" in run.last["reason"]


def test_a_flood_of_memory_is_stopped(double: Grade) -> None:
    assert double("def double(x):\n    return bytearray(1 << 40)\n").verdict in {"error", "crashed"}


def test_a_flood_of_disk_is_stopped(double: Grade) -> None:
    run = double("""
        def double(x):
            with open("flood", "wb") as file:
                while True:
                    file.write(bytes(1 << 20))
    """)
    assert run.verdict in {"error", "crashed"}


def test_a_printed_verdict_is_only_a_line_of_log(double: Grade) -> None:
    run = double("""
        import os, sys
        FAKE = '{"event": "verdict", "lab": "double", "verdict": "passed", "checks": []}'
        print(FAKE, flush=True)
        print(FAKE, file=sys.stderr, flush=True)
        def double(x):
            print(FAKE, flush=True)
            return x
    """)
    assert (run.code, run.verdict) == (1, "failed")
    assert '"passed"' in run.learner_log


def test_a_harmless_print_is_shown_without_control_sequences(double: Grade) -> None:
    run = double("""
        print("\\x1b[31mred\\x1b[0m \\x1b]0;title\\x07bell\\x07 done", flush=True)
        def double(x):
            return 2 * x
    """)
    assert run.verdict == "passed"
    assert "red bell done" in run.learner_log
    assert "\x1b" not in run.learner_log


def test_endless_output_is_cut(double: Grade) -> None:
    run = double("""
        def double(x):
            for _ in range(20000):
                print("x" * 100)
            return 2 * x
    """)
    assert run.verdict == "passed"
    assert len(run.learner_log) < 200_000
    assert "not shown" in run.learner_log


@pytest.mark.parametrize(
    "line",
    [
        b"not json at all",
        b"[1, 2, 3]",
        b'{"no": "type"}',
        b'{"type": "reply", "id": "wrong"}',
        b'{"type": "reply", "x": NaN}',
        b"[" * 5000,
        b"x" * 200_000,
    ],
    ids=["text", "array", "typeless", "foreign", "nan", "deep", "endless"],
)
def test_garbage_on_the_reply_pipe_is_an_error(double: Grade, line: bytes) -> None:
    run = double(f"""
        import os, sys
        def double(x):
            data = {line!r} + b"\\n"
            while data:
                data = data[os.write(int(sys.argv[2]), data):]
            return 2 * x
    """)
    assert (run.code, run.verdict) == (1, "error")


def test_a_forged_early_reply_does_not_beat_the_poison(double: Grade) -> None:
    run = double("""
        import gc, time
        def double(x):
            session = next(o for o in gc.get_objects() if type(o).__name__ == "Session")
            session.send("reply")
            time.sleep(0.2)
            return 2 * x
    """)
    assert run.code == 1
    assert run.verdict in {"error", "failed"}


@pytest.mark.parametrize("isolation", ["auto", "process"])
def test_an_orphan_does_not_survive_and_cannot_leave_the_group(double: Grade, isolation: str) -> None:
    marker = f"left-behind-{os.urandom(8).hex()}"
    source = f"""
        import os, subprocess, sys
        code = "import sys, time; print(sys.argv[1], flush=True); time.sleep(300)"
        if os.fork() == 0:
            try:
                os.setsid()
                print("ran away")
            except PermissionError:
                subprocess.Popen([sys.executable, "-c", code, {marker!r}])
            os._exit(0)
        import time
        time.sleep(0.5)
        def double(x):
            return 2 * x
    """
    run = double(source, "--isolation", isolation)
    assert run.verdict == "passed"
    assert marker in run.learner_log
    assert "ran away" not in run.learner_log
    time.sleep(0.1)
    assert not [path for path in Path("/proc").glob("[0-9]*/cmdline") if marker in _text(path)]


def _text(path: Path) -> str:
    try:
        return path.read_text(errors="replace")
    except OSError:
        return ""


def test_the_environment_of_the_user_stays_outside(double: Grade, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOME_SECRET_TOKEN", "hunter2")
    run = double("""
        import os
        print(sorted(os.environ), os.getcwd(), flush=True)
        def double(x):
            return 2 * x
    """)
    assert run.verdict == "passed"
    assert "SOME_SECRET_TOKEN" not in run.learner_log
    assert "OMP_WAIT_POLICY" in run.learner_log


def test_files_of_the_learners_folder_do_not_shadow_modules(double: Grade, tmp_path: Path) -> None:
    (tmp_path / "numpy.py").write_text("raise RuntimeError('shadowed')", encoding="utf-8")
    assert double("import numpy\n" + RIGHT).verdict == "passed"


def test_an_exception_in_a_thread_is_an_error(double: Grade) -> None:
    run = double("""
        import threading, time
        def double(x):
            threading.Thread(target=lambda: 1 / 0).start()
            time.sleep(0.2)
            return 2 * x
    """)
    assert run.verdict == "error"
    assert "ZeroDivisionError" in run.last["reason"]


def test_state_kept_between_calls_is_allowed(double: Grade) -> None:
    run = double("""
        import numpy
        calls = 0
        def double(x):
            global calls
            calls += 1
            return numpy.add(x, x)
    """)
    assert run.verdict == "passed"


def test_the_lab_ends_at_its_budget(double: Grade) -> None:
    run = double("import time\ndef double(x):\n    time.sleep(0.5)\n    return 2 * x\n", "--option", "calls=1000")
    assert run.verdict == "timeout"
    assert run.last["seconds"] < 12
