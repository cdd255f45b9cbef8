"""The seam to the referee: events come through, and every way to end without a verdict is explained."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from studyctl.errors import CannotRunHereError, DataError, ExitCode, UsageError
from studyctl.services.lab_runner import LINE_LIMIT, Event, LocalReferee
from tests.helpers import write

SAY = "import json, os, sys, time\ndef say(**event): print(json.dumps(event), flush=True)\n"


def referee(bundle: Path, script: str, *arguments: str) -> LocalReferee:
    """Start a `graders` package that does what the script says."""
    write(bundle / "graders" / "__init__.py", '"""Fake."""\n')
    (bundle / "graders" / "__main__.py").write_text(SAY + script)
    return LocalReferee(bundle, list(arguments or ("run", "toy")))


def events(bundle: Path, script: str, *arguments: str) -> list[Event]:
    """Every event of such a referee."""
    return list(referee(bundle, script, *arguments).events())


def is_gone(pid: int) -> bool:
    """True where the process has ended (a zombie has)."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return True
    return state == "Z"


def wait_until_gone(*pids: int) -> bool:
    """True as soon as all have ended; False after ten seconds."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        if all(is_gone(pid) for pid in pids):
            return True
        time.sleep(0.02)
    return False


VERDICT = 'say(event="verdict", verdict="passed")\n'


@pytest.mark.parametrize("code", [0, 1])
def test_events_come_in_order_and_the_verdict_last(tmp_path: Path, code: int) -> None:
    script = f'say(event="progress", n=1)\nsay(event="log", text="hi")\n{VERDICT}sys.exit({code})\n'
    assert events(tmp_path, script) == [
        {"event": "progress", "n": 1},
        {"event": "log", "text": "hi"},
        {"event": "verdict", "verdict": "passed"},
    ]


def test_the_referee_gets_the_arguments_the_bundle_and_nothing_of_our_python(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONSTARTUP", "/evil.py")
    monkeypatch.setenv("PYTHONPATH", "/evil")
    (event, _verdict) = events(
        tmp_path,
        "seen = {name: value for name, value in os.environ.items() if name.startswith('PYTHON')}\n"
        f"say(event='seen', argv=sys.argv[1:], python=seen, session=os.getsid(0) == os.getpid())\n{VERDICT}",
        *("run", "toy", "--seed", "7"),
    )
    assert event["argv"] == ["run", "toy", "--seed", "7"]
    assert event["python"] == {"PYTHONPATH": str(tmp_path), "PYTHONUTF8": "1"}
    assert event["session"] is True


def test_the_learners_current_folder_shadows_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    elsewhere = tmp_path / "elsewhere"
    for name in ("graders/__main__.py", "graders/__init__.py", "json.py", "torch.py"):
        write(elsewhere / name, "print('shadowed', flush=True)\n")
    monkeypatch.chdir(elsewhere)
    assert events(tmp_path / "bundle", VERDICT) == [{"event": "verdict", "verdict": "passed"}]


def test_events_arrive_while_the_referee_still_runs(tmp_path: Path) -> None:
    running = referee(tmp_path, 'say(event="progress", pid=os.getpid())\ntime.sleep(600)\n')
    stream = running.events()
    pid = next(stream)["pid"]
    assert not is_gone(pid)
    running.cancel()
    with pytest.raises(DataError):
        next(stream)
    assert wait_until_gone(pid)


def test_what_cannot_run_here_says_what_to_install(tmp_path: Path) -> None:
    script = 'say(event="unavailable", why="torch is missing", install="pip install torch")\nsys.exit(3)\n'
    with pytest.raises(CannotRunHereError, match="torch is missing") as caught:
        events(tmp_path, script)
    assert caught.value.exit_code == ExitCode.CANNOT_RUN_HERE
    assert caught.value.hint == "pip install torch"


@pytest.mark.parametrize(
    ("script", "error", "words"),
    [
        ('print("warming up", file=sys.stderr)\nsys.exit(0)', DataError, "without a verdict: warming up"),
        ('say(event="progress")\nsys.exit(1)', DataError, "without a verdict: exit status 1"),
        ('print("first\\nno such option", file=sys.stderr)\nsys.exit(2)', UsageError, "^no such option$"),
        ('print("no CUDA device 7", file=sys.stderr)\nsys.exit(3)', CannotRunHereError, "no CUDA device 7"),
        ("raise RuntimeError('a bug')", DataError, "RuntimeError: a bug"),
        ("os.kill(os.getpid(), 9)", DataError, "exit status -9"),
        (f"{VERDICT}sys.exit(70)", DataError, "exit status 70"),
    ],
    ids=["no verdict", "only progress", "usage", "device", "a traceback", "killed", "verdict and a bad end"],
)
def test_an_end_without_a_verdict_is_explained(tmp_path: Path, script: str, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        events(tmp_path, script + "\n")


@pytest.mark.parametrize("garbage", ["print('Traceback?', flush=True)", "sys.stdout.buffer.write(b'\\xff\\xfe\\n')"])
def test_a_line_that_is_no_json_ends_the_run_and_the_referee(tmp_path: Path, garbage: str) -> None:
    script = f'say(event="progress", pid=os.getpid())\n{garbage}\nsys.stdout.flush()\ntime.sleep(600)\n'
    stream = referee(tmp_path, script).events()
    pid = next(stream)["pid"]
    with pytest.raises(DataError, match="not JSON") as caught:
        next(stream)
    assert caught.value.hint
    assert wait_until_gone(pid)


def test_json_that_is_no_event_is_passed_over(tmp_path: Path) -> None:
    assert [event["event"] for event in events(tmp_path, f"print('[1, 2]')\nprint('3')\n{VERDICT}")] == ["verdict"]


def test_a_line_without_end_is_cut_off_instead_of_filling_the_memory(tmp_path: Path) -> None:
    script = f"sys.stdout.write('\"' + 'x' * {LINE_LIMIT + 10})\nsys.stdout.flush()\ntime.sleep(600)\n"
    with pytest.raises(DataError, match="not JSON"):
        events(tmp_path, script)


def test_other_questions_to_the_referee_need_no_verdict(tmp_path: Path) -> None:
    assert events(tmp_path, 'say(lab="toy", ok=True)\n', "check", "--json") == [{"lab": "toy", "ok": True}]


PARENT_AND_CHILD = """
import subprocess
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
say(event="progress", pids=[os.getpid(), child.pid])
time.sleep(600)
"""


def test_cancelling_ends_the_referee_and_all_that_it_started(tmp_path: Path) -> None:
    running = referee(tmp_path, PARENT_AND_CHILD)
    stream = running.events()
    pids = next(stream)["pids"]
    assert not any(is_gone(pid) for pid in pids)
    running.cancel()
    assert wait_until_gone(*pids)
    running.cancel()
    with pytest.raises(DataError, match="without a verdict"):
        next(stream)


def test_leaving_the_events_early_ends_the_referee_too(tmp_path: Path) -> None:
    stream = referee(tmp_path, PARENT_AND_CHILD).events()
    pids = next(stream)["pids"]
    stream.close()  # type: ignore[attr-defined]
    assert wait_until_gone(*pids)


def test_a_python_that_cannot_be_started_is_explained(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.executable", str(tmp_path / "no-python"))
    with pytest.raises(CannotRunHereError, match="cannot be started"):
        referee(tmp_path, VERDICT)
