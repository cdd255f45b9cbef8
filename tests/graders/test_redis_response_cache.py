"""redis-response-cache against a real redis-server, and the ledger that predicts its hits."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from base64 import b64decode
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from graders import manifest, service
from graders.errors import UsageError
from graders.loading import load_trusted, siblings_importable
from graders.resp import Address, Redis, RedisError
from tests.graders.conftest import ROOT, Run, grade_lab, referee

SLUG = "redis-response-cache"
FOLDER = ROOT / "labs" / SLUG
REFERENCE = str(FOLDER / "reference.py")

pytest.importorskip("numpy")
needs_redis = pytest.mark.skipif(
    shutil.which("redis-server") is None, reason="redis-server is not on PATH: apt-get install redis-server"
)


@pytest.fixture(scope="module")
def reference() -> Run:
    return grade_lab(SLUG, "reference.py")


@pytest.fixture(scope="module")
def server() -> Iterator[Address]:
    def answers(port: int) -> bool:
        probe = Redis(Address(service.LOOPBACK, port))
        try:
            return bool(probe.command("PING") == "PONG")
        except OSError:
            return False
        finally:
            probe.close()

    program = str(shutil.which("redis-server"))
    with service.running(
        lambda port, folder: [program, "--port", str(port), "--dir", str(folder), "--save", ""],
        answers,
        name="redis-server",
        repair="apt-get install redis-server",
    ) as (_, port):
        yield Address(service.LOOPBACK, port)


@pytest.mark.redis
@needs_redis
def test_the_reference_passes_with_all_checks(reference: Run) -> None:
    assert (reference.code, reference.verdict) == (0, "passed"), reference.last["reason"]
    assert reference.last["seconds"] < 60
    ids = [check["id"] for check in reference.last["checks"]]
    named = {mutant.fails for mutant in manifest.find(SLUG).mutants}
    assert named | {"speedup", "miss-overhead", "mean-zipf", "mean-10", "mean-50", "mean-90"} <= set(ids)


@pytest.mark.redis
@needs_redis
def test_the_reference_shows_latency_and_hit_ratio(reference: Run) -> None:
    assert len(reference.last["plots"]) == 3
    for plot in reference.last["plots"]:
        assert all(len(series["x"]) == len(series["y"]) > 0 for series in plot["series"])
    assert reference.last["observation"]["throughput"] > 0
    assert reference.last["metrics"]["zipf_hit_ratio"] > 0.5
    hits = [hit for _, hit in reference.last["record"]["samples"]["replay"]["90"]]
    assert sum(hits) / len(hits) == 0.9


@pytest.mark.redis
@needs_redis
def test_the_starter_runs_and_does_not_pass() -> None:
    run = grade_lab(SLUG, "starter.py")
    assert (run.code, run.verdict) == (1, "failed")
    assert "answers" not in run.failed


@pytest.mark.redis
@needs_redis
@pytest.mark.parametrize("mutant", manifest.find(SLUG).mutants, ids=lambda mutant: mutant.name)
def test_each_mutant_fails_its_named_check(mutant: manifest.Mutant) -> None:
    run = grade_lab(SLUG, mutant.file)
    assert run.verdict == "failed"
    assert mutant.fails in run.failed


@pytest.mark.redis
@needs_redis
def test_a_server_of_the_users_is_used_and_left_as_it_was(server: Address) -> None:
    admin = Redis(server)
    admin.command("SET", "mine", "untouched")
    run = grade_lab(SLUG, "mutants/looks_twice.py", "--option", f"redis_url=redis://{server.host}:{server.port}")
    assert run.failed == ["keyspace-hits", "one-lookup"]
    assert admin.command("KEYS", "*") == [b"mine"]
    admin.close()


@pytest.mark.redis
@needs_redis
def test_the_server_dies_with_a_killed_referee(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "graders", "run", SLUG, "--solution", REFERENCE],
        cwd=ROOT, env={**os.environ, "TMPDIR": str(tmp_path)}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        redis = _wait_for(lambda: _child(process.pid, "redis-server"))
        assert redis is not None
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert _wait_for(lambda: not _alive(redis))


def test_without_redis_server_the_lab_is_unavailable_and_says_what_to_install(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "graders", "run", SLUG, "--solution", REFERENCE],
        cwd=ROOT, env={**os.environ, "PATH": str(tmp_path)}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 3
    assert '"install": "apt-get install redis-server"' in done.stdout
    assert "apt-get install redis-server" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_silent_redis_url_cannot_run_here() -> None:
    run = referee(
        "run", SLUG, "--solution", REFERENCE, "--option", f"redis_url=redis://127.0.0.1:{service.free_port()}"
    )
    assert run.code == 3
    assert run.last["event"] == "unavailable"


@pytest.mark.parametrize("url", ["rediss://host", "redis://", "redis://host:port", "redis://host/name", "host:6379"])
def test_a_url_that_is_none_is_a_usage_error(url: str) -> None:
    with pytest.raises(UsageError):
        Address.parse(url)


def test_a_url_brings_port_database_and_login() -> None:
    assert Address.parse("redis://me:p%40ss@cache:7000/2") == Address("cache", 7000, 2, "me", "p@ss")
    assert Address.parse("redis://cache") == Address("cache", 6379)


@pytest.mark.redis
@needs_redis
def test_the_client_speaks_every_kind_of_reply(server: Address) -> None:
    redis = Redis(server)
    assert redis.command("SET", "k", b"\r\n\0binary", "PX", 60_000) == "OK"
    assert redis.command("GET", "k") == b"\r\n\0binary"
    assert redis.command("GET", "absent") is None
    assert redis.command("EXISTS", "k", "absent") == 1
    assert redis.command("MGET", "k", "absent") == [b"\r\n\0binary", None]
    with pytest.raises(RedisError):
        redis.command("GET")
    assert redis.command("DEL", "k") == 1
    redis.close()


@pytest.mark.redis
@needs_redis
def test_a_socket_that_was_detached_goes_on_in_another_client(server: Address) -> None:
    admin = Redis(Address(server.host, server.port, db=1))
    given = admin.detach()
    assert given.gettimeout() is None
    redis = Redis([given], timeout=2.0)
    assert redis.command("SET", "in", "one") == "OK"
    redis.close()
    assert Redis(server).command("GET", "in") is None  # database 0: the login was done before the socket was given away
    assert admin.command("DEL", "in") == 1
    admin.close()


def test_a_client_with_handed_over_sockets_moves_on_after_a_failure_and_then_stays_failed() -> None:
    pairs = [socket.socketpair() for _ in range(2)]
    redis = Redis([own for own, _ in pairs], timeout=1.0)
    first, second = (other for _, other in pairs)
    first.sendall(b"+PONG\r\n")
    assert redis.command("PING") == "PONG"
    first.close()
    second.sendall(b"+PONG\r\n")
    with pytest.raises(ConnectionError):
        redis.command("PING")
    assert redis.command("PING") == "PONG"
    second.close()
    for _ in range(3):
        with pytest.raises(ConnectionError):
            redis.command("PING")


def test_a_silent_server_is_a_timeout_and_costs_the_socket() -> None:
    own, other = socket.socketpair()
    redis = Redis([own], timeout=0.05)
    with pytest.raises(TimeoutError):
        redis.command("GET", "k")
    with pytest.raises(BrokenPipeError):
        other.sendall(b"$-1\r\n")  # a late reply could be taken for that of the next command
    with pytest.raises(ConnectionError):
        redis.command("GET", "k")
    other.close()


@pytest.fixture
def judge() -> Iterator[ModuleType]:
    with siblings_importable(FOLDER):
        yield load_trusted(FOLDER / "judge.py", "redis_judge_under_test")


@pytest.mark.redis
@needs_redis
def test_the_stored_samples_give_the_same_findings_again(judge: ModuleType, reference: Run) -> None:
    outcome = judge.judge(reference.last["record"]["samples"])
    assert [check.as_dict() for check in outcome.checks] == reference.last["checks"]
    assert [plot.as_dict() for plot in outcome.plots] == reference.last["plots"]


@pytest.mark.redis
@needs_redis
def test_samples_that_stop_early_do_not_pass(judge: ModuleType, reference: Run) -> None:
    samples = reference.last["record"]["samples"]
    untimed = {key: value for key, value in samples.items() if key != "orders"}
    for stopped in ({}, untimed):
        assert any(not check.passed for check in judge.judge(stopped).checks)


@pytest.mark.redis
@needs_redis
@pytest.mark.parametrize(
    ("part", "key", "fails"),
    [("redis", "hits", "keyspace-hits"), ("redis", "misses", "one-lookup"), ("ledger", "misses", "model-runs"),
     ("redis", "foreign_keys", "namespace")],
)  # fmt: skip
def test_a_count_that_is_one_too_high_fails_its_check(
    judge: ModuleType, reference: Run, part: str, key: str, fails: str
) -> None:
    samples = dict(reference.last["record"]["samples"])
    samples[part] = {**samples[part], key: samples[part][key] + 1}
    assert fails in [check.id for check in judge.judge(samples).checks if not check.passed]


@pytest.mark.redis
@needs_redis
def test_the_workers_have_no_network(reference: Run) -> None:
    isolation = reference.last["record"]["isolation"]
    assert isolation["network"] is (isolation["level"] != "namespace")


def test_the_model_serves_a_connection_and_survives_nonsense(ledger_module: ModuleType, model: Any) -> None:
    item = ledger_module.Item("ranker", 1, b"x")
    for line in (b"nonsense\n", b"[]\n", b'{"model": 1}\n'):
        broken = model.connect()
        broken.sendall(line)
        assert broken.recv(1) == b""
        broken.close()
    client = model.connect()
    client.sendall(json.dumps(item.as_dict()).encode() + b"\n")
    assert b64decode(client.makefile("rb").readline()) == model.answer(item)
    assert model.calls == 1
    client.close()


@pytest.fixture
def ledger_module() -> Iterator[ModuleType]:
    with siblings_importable(FOLDER):
        yield load_trusted(FOLDER / "ledger.py", "redis_ledger_under_test")


@pytest.fixture
def model(ledger_module: ModuleType) -> Iterator[Any]:
    slow = ledger_module.SlowModel(b"secret", seconds=0.0)
    yield slow
    slow.close()


def test_the_ledger_predicts_hits_until_the_time_to_live_is_over(ledger_module: ModuleType, model: Any) -> None:
    ledger, item = ledger_module.Ledger(model), ledger_module.Item("ranker", 1, b"x")

    def ask(sent: float, *, ran: bool) -> bool:
        seen = ledger_module.Answered(sent, sent + 0.01, model.answer(item))
        return bool(ledger.record(item, 1.0, seen, ran_model=ran))

    assert [ask(0.0, ran=True), ask(0.5, ran=False), ask(1.2, ran=True)] == [False, True, False]
    assert (ledger.hits, ledger.misses, ledger.unclear) == (1, 2, 0)


@pytest.mark.parametrize("ran", [True, False])
def test_a_lookup_across_the_end_of_an_entry_counts_as_it_went(
    ledger_module: ModuleType, model: Any, ran: bool
) -> None:
    ledger, item = ledger_module.Ledger(model), ledger_module.Item("ranker", 1, b"x")
    right = model.answer(item)
    ledger.record(item, 1.0, ledger_module.Answered(0.0, 0.03, right), ran_model=True)
    hit = ledger.record(item, 1.0, ledger_module.Answered(1.0, 1.01, right), ran_model=ran)
    assert (hit, ledger.unclear, sum(ledger.faults.values())) == (not ran, 1, 0)


@pytest.mark.parametrize("bound", ["ttl", "invalidation"])
def test_an_old_answer_is_blamed_on_what_should_have_ended_it(
    ledger_module: ModuleType, model: Any, bound: str
) -> None:
    ledger, item = ledger_module.Ledger(model), ledger_module.Item("ranker", 1, b"x")
    old = model.answer(item)
    ledger.record(item, 1.0, ledger_module.Answered(0.0, 0.01, old), ran_model=True)
    model.replace_weights(item)
    ledger.replaced(item, bound)
    ledger.record(item, 1.0, ledger_module.Answered(2.0, 2.01, old), ran_model=False)
    assert dict(ledger.faults) == {bound: 1}


def test_the_answer_of_another_version_or_of_another_input_is_told_apart(ledger_module: ModuleType, model: Any) -> None:
    ledger, item = ledger_module.Ledger(model), ledger_module.Item("ranker", 1, b"x")
    answers = {}
    for other in (item, ledger_module.Item("ranker", 2, b"x"), ledger_module.Item("ranker", 1, b"y")):
        answers[other] = model.answer(other)
        ledger.record(other, 1.0, ledger_module.Answered(0.0, 0.01, answers[other]), ran_model=True)
    for other in list(answers)[1:]:
        ledger.record(item, 1.0, ledger_module.Answered(0.2, 0.21, answers[other]), ran_model=False)
    assert dict(ledger.faults) == {"version-bump": 1, "answers": 1}


def _child(parent: int, name: str) -> int | None:
    for pid in Path(f"/proc/{parent}/task/{parent}/children").read_text().split():
        try:
            if name in Path(f"/proc/{pid}/cmdline").read_text():
                return int(pid)
        except OSError:
            continue
    return None


def _alive(pid: int | None) -> bool:
    try:
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return False


def _wait_for(look: Callable[[], int | bool | None], seconds: float = 10.0) -> int | None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = look()
        if found:
            return int(found)
        time.sleep(0.02)
    return None
