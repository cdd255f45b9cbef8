"""What a worker can see and reach: tried from inside, by a solution that looks around."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from graders import isolation, kernel
from tests.graders.conftest import ROOT, Run

Grade = Callable[..., Run]

LOOK_AROUND = """
    import ctypes, fcntl, json, os, socket

    def new_namespace():
        if ctypes.CDLL(None, use_errno=True).unshare(0x10000000):
            raise OSError("refused")

    def timer():
        if ctypes.CDLL(None, use_errno=True).timer_create(1, None, ctypes.byref(ctypes.c_void_p())):
            raise OSError("refused")

    def tried(work):
        try:
            return [True, str(work())]
        except BaseException as error:
            return [False, type(error).__name__]

    def look():
        here = os.getcwd()
        return {
            "pids": sorted(p for p in os.listdir("/proc") if p.isdigit()),
            "read a lab": tried(lambda: os.listdir(LABS) or 1 / 0),
            "read a reference": tried(lambda: open(LABS + "/double/reference.py").read()),
            "read the home": tried(lambda: os.listdir(os.path.expanduser(HOME))),
            "write beside the graders": tried(lambda: open(ROOT + "/owned", "w").write("x")),
            "write into its folder": tried(lambda: open(os.path.join(here, "notes"), "w").write("x")),
            "see other temporary files": tried(lambda: os.listdir(os.path.dirname(os.path.dirname(here)))),
            "reach a server": tried(lambda: socket.create_connection(("127.0.0.1", PORT), timeout=1)),
            "take every core": tried(lambda: os.sched_setaffinity(0, range(os.cpu_count()))),
            "raise its priority": tried(lambda: os.setpriority(os.PRIO_PROCESS, 0, -5)),
            "signal process 1": tried(lambda: os.kill(1, 9)),
            "read memory of process 1": tried(lambda: open("/proc/1/mem", "rb").read(1)),
            "new namespace": tried(new_namespace),
            "open a terminal": tried(os.openpty),
            "a signal by timer": tried(timer),
            "a signal by file": tried(lambda: fcntl.fcntl(0, 10, 18)),
        }

    def double(x):
        if not os.path.exists("looked"):
            open("looked", "w").close()
            print("FOUND " + json.dumps(look()))
        return 2 * x
"""


@pytest.fixture
def listening() -> Any:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def found_by(double: Grade, port: int, *arguments: str) -> tuple[Run, dict[str, Any]]:
    values = {"LABS": str(ROOT / "tests/graders/labs"), "ROOT": str(ROOT), "HOME": str(Path.home()), "PORT": port}
    head = "\n".join(f"    {name} = {value!r}" for name, value in values.items())
    run = double(head + "\n" + LOOK_AROUND, *arguments)
    line = next(line for line in run.learner_log.splitlines() if line.startswith("FOUND "))
    return run, json.loads(line.removeprefix("FOUND "))


def namespaces_here(double: Grade) -> bool:
    return double("def double(x):\n    return 2 * x\n").last["record"]["isolation"]["level"] == "namespace"


def test_in_a_namespace_there_is_nothing_to_reach_for(double: Grade, listening: int) -> None:
    if not namespaces_here(double):
        pytest.skip("this kernel gives an unprivileged user no namespaces")
    run, found = found_by(double, listening)
    assert run.verdict == "passed"
    assert len(found["pids"]) == 2, "process 1 and the worker itself"
    assert found["write into its folder"][0]
    for refused in (
        "read a lab",
        "read a reference",
        "write beside the graders",
        "reach a server",
        "take every core",
        "raise its priority",
        "read memory of process 1",
        "new namespace",
        "open a terminal",
        "a signal by timer",
        "a signal by file",
    ):
        assert not found[refused][0], refused
    assert not (ROOT / "owned").exists()


def test_landlock_alone_closes_other_files(double: Grade, listening: int) -> None:
    run, found = found_by(double, listening, "--isolation", "process")
    told = run.last["record"]["isolation"]
    assert (told["level"], told["why"]) == ("process", "asked for")
    if not told["landlock_abi"]:
        pytest.skip("this kernel has no Landlock")
    for refused in ("read a lab", "read a reference", "write beside the graders", "see other temporary files"):
        assert not found[refused][0], refused
    assert found["write into its folder"][0]


def test_the_record_says_what_kept_the_solution_apart(double: Grade) -> None:
    told = double("def double(x):\n    return 2 * x\n").last["record"]["isolation"]
    assert told["level"] in {"namespace", "process"}
    assert told["seccomp"] is kernel.linux()
    assert told["level"] == "namespace" or told["why"]


def test_between_two_calls_nothing_of_the_solution_runs(double: Grade) -> None:
    run = double(
        """
        import os, threading, time
        ticks = []
        def tick():
            while True:
                ticks.append(time.monotonic())
                time.sleep(0.001)
        threading.Thread(target=tick, daemon=True).start()
        time.sleep(0.05)
        def double(x):
            began = time.monotonic()
            pauses = [b - a for a, b in zip(ticks, ticks[1:])]
            print("LONGEST", max(pauses), flush=True)
            time.sleep(0.01)
            return 2 * x
    """,
        "--option",
        "pause=0.3",
    )
    longest = [float(line.split()[1]) for line in run.learner_log.splitlines() if line.startswith("LONGEST")]
    assert run.verdict == "passed"
    assert max(longest[1:]) > 0.25, "a thread went on while the referee paused"


def test_a_kernel_without_namespaces_is_a_named_refusal(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def refused(flags: int) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(kernel, "unshare", refused)
    place = isolation.Place(tmp_path, (), (), network=False)
    with pytest.raises(isolation.NoNamespaceError, match="Operation not permitted"):
        isolation.enter(place, (), namespaces=True)


@pytest.mark.parametrize("level", ["auto", "process"])
@pytest.mark.parametrize(
    ("ending", "words"),
    [("os._exit(3)", "exit status 3"), ("os.kill(os.getpid(), 11)", "SIGSEGV"), ("os.abort()", "SIGABRT")],
)
def test_how_a_worker_ended_is_told_through_its_walls(double: Grade, level: str, ending: str, words: str) -> None:
    run = double(f"import os\ndef double(x):\n    {ending}\n", "--isolation", level)
    assert run.verdict == "crashed"
    assert words in run.last["reason"]


def test_packages_that_are_links_stay_readable(tmp_path: Path) -> None:
    from graders.sandbox import _linked_from

    store, site = tmp_path / "store", tmp_path / "site"
    for package in ("torch", "sympy"):
        (store / package / package).mkdir(parents=True)
        (store / package / package / "__init__.py").touch()
        (site / package).mkdir(parents=True)
        (site / package / "__init__.py").symlink_to(store / package / package / "__init__.py")
    (site / "numpy").mkdir()
    (site / "numpy" / "__init__.py").touch()
    assert _linked_from(site) == {store / "torch", store / "sympy"}
