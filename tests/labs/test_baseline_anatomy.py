"""baseline-anatomy: two tokenizers agree, the judge compares report and stamps, the bench refuses nonsense."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graders import manifest
from graders.errors import SolutionError
from graders.loading import load_trusted, siblings_importable
from graders.manifest import DEFAULT_LABS
from graders.process import Message, Reply

pytest.importorskip("torch")

import torch

from graders.tinygpt import GPTConfig

FOLDER = DEFAULT_LABS / "baseline-anatomy"
SMALL = GPTConfig(layers=1, heads=2, head_dim=8, vocab=300, context=704)

with siblings_importable(FOLDER):
    bpe = load_trusted(FOLDER / "bpe.py", "bpe")
    bench = load_trusted(FOLDER / "bench.py", "bench")
    findings = load_trusted(FOLDER / "findings.py", "findings")
    judge = load_trusted(FOLDER / "judge.py", "baseline_anatomy_judge")
reference = load_trusted(FOLDER / "reference.py", "baseline_anatomy_reference")

TONGUE = bench.Tongue.invent(np.random.default_rng(1), SMALL.vocab - 256)
pairs = st.tuples(st.integers(97, 99), st.integers(97, 99))


@settings(deadline=None)
@given(st.text(alphabet="abc é中", max_size=60), st.lists(pairs, max_size=5, unique=True))
def test_both_tokenizers_merge_alike_and_lose_nothing(text: str, merges: list[tuple[int, int]]) -> None:
    merges = [*merges, (256, 256), (256, 97)] if merges else []
    mine = reference.Tokenizer(merges)
    assert mine.encode(text) == bpe.encode(text, merges)
    assert bpe.decode(mine.encode(text), merges) == mine.decode(mine.encode(text)) == text


def test_three_equal_letters_hold_one_pair() -> None:
    assert bpe.encode("aaa", [(97, 97)]) == [256, 97]
    assert bpe.encode("aaaa", [(97, 97), (256, 256)]) == [257]


def test_training_joins_the_most_frequent_pair_first() -> None:
    assert bpe.train("ab ab ab cd", 2) == [(97, 98), (256, 32)]


@pytest.mark.parametrize("nbytes", [10, 400])
def test_a_text_is_long_enough_and_not_only_ascii(nbytes: int) -> None:
    text = TONGUE.language.text(np.random.default_rng(2), nbytes)
    assert len(text.encode()) >= nbytes
    assert len(text.encode()) > len(text)


def served(tmp_path: Path) -> tuple[Any, list[Any]]:
    """A session of the reference in this process: the loaded program and the events of one request."""
    model = bench.Model.draw(SMALL, TONGUE, np.random.default_rng(3))
    model.write(tmp_path / "model")
    program = reference.Baseline()
    with torch.no_grad():
        assert list(program.load(str(tmp_path / "model"))) == [("tokenizer", 300), ("model", SMALL.parameters)]
        return program, list(program.generate("é" + TONGUE.language.words[0], 5))


def test_the_reference_reports_segments_that_add_up(tmp_path: Path) -> None:
    program, events = served(tmp_path)
    told = program.report()
    assert [name for name, _ in events] == ["prompt", *["token"] * 5, "text"]
    assert len(told["decode"]) == 4
    parts = told["tokenize"] + told["prefill"] + sum(told["decode"]) + told["detokenize"]
    assert parts == pytest.approx(told["total"])
    assert told["tokens_per_s"] == pytest.approx(5 / told["total"])


def test_the_reference_describes_this_machine(tmp_path: Path) -> None:
    from graders import machine

    program, _ = served(tmp_path)
    told, here = program.environment(), machine.describe("cpu")
    assert {name: told[name] for name in ("cpu", "cores", "ram_bytes")} == {
        name: here[name] for name in ("cpu", "cores", "ram_bytes")
    }
    assert (told["device"], told["dtype"]) == ("cpu", "float32")


def good_samples() -> dict[str, Any]:
    """Samples of a run that passes: 8 sessions with reports one percent below the stamps."""

    def request() -> dict[str, Any]:
        stamped = {"tokenize": 0.01, "prefill": 0.02, "decode": 0.03, "detokenize": 0.00001, "total": 0.06001}
        told = {name: 0.99 * value for name, value in stamped.items()}
        decode = [told.pop("decode") / 9] * 9
        rate = {"tokens_per_s": 10 / 0.0594, "prompt_tokens": 100, "new_tokens": 10}
        reported = {**told, "decode": decode, "decode_s": sum(decode), **rate}
        return {"stamped": stamped, "reported": reported, "prompt_tokens": 100, "new_tokens": 10}

    load = {"load_tokenizer": 0.0003, "load_model": 0.0015}
    sessions = [{"stamped": load, "reported": dict(load), "requests": [request(), request()]} for _ in range(8)]
    probe = {"cpu": "x", "cores": 2, "ram_bytes": 1 << 33, "torch": "2.13.0+cpu", "dtype": "float32", "threads": 1}
    seconds = [0.12 + i * 1e-4 for i in range(8)]
    return {
        "config": SMALL.as_dict(),
        "environment": {"told": {**probe, "torch": "2.13.0"}, "probe": probe},
        "requests": 18,
        "wrong": {fact: {"count": 0, "examples": []} for fact in bench.FACTS},
        "sessions": sessions,
        "seconds": dict.fromkeys(("solution", "baseline", "control"), seconds),
        "scheduling": {"involuntary": 0, "own_s": 1.0, "core_busy_s": 1.0, "core_total_s": 2.0},
        "prefill_s_per_token": {name: [0.001, 0.0002, 0.0002] for name in ("solution", "baseline", "control")},
        "ceilings": {
            "machine_id": "x",
            "device": "cpu",
            "bandwidth": {"1000": 1e11},
            "flops": {"float32": 1e12},
            "round_trip_s": 1e-4,
        },
    }


def failed(samples: dict[str, Any]) -> list[str]:
    return [check.id for check in judge.judge(samples).checks if not check.passed]


def test_a_good_run_passes_with_plots_and_a_filled_template() -> None:
    outcome = judge.judge(good_samples())
    assert [check.message for check in outcome.checks if not check.passed] == []
    assert len(outcome.plots) == 2
    assert outcome.metrics["first_request_factor"] == pytest.approx(5)
    assert all(outcome.observation[key] is not None for key in ("load_model", "prefill", "throughput", "hardware"))


def every_request(**changes: float) -> Callable[[dict[str, Any]], None]:
    def change(samples: dict[str, Any]) -> None:
        for session in samples["sessions"]:
            for request in session["requests"]:
                request["reported"].update(changes)

    return change


def test_a_report_that_is_right_on_average_only_is_found() -> None:
    samples = good_samples()
    for number, session in enumerate(samples["sessions"]):
        for request in session["requests"][1:]:
            request["stamped"]["prefill"] *= 1.4 if number % 2 else 0.6
    assert "each-request" in failed(samples)


def test_a_report_that_is_wrong_in_some_requests_only_is_found() -> None:
    samples = good_samples()
    for session in samples["sessions"][::2]:
        session["requests"][1]["reported"]["prefill"] *= 1.1
    assert failed(samples) == ["each-request"]
    del samples["sessions"][1:]
    assert failed(samples) == ["each-request"]


@pytest.mark.parametrize(
    ("change", "checks"),
    [
        (every_request(total=0.05), ["segments-sum", "agree-total"]),
        (every_request(prefill=0.0), ["segments-sum", "agree-prefill", "each-request"]),
        (every_request(tokenize=10.0), ["segments-sum", "agree-tokenize", "each-request"]),
        (every_request(tokens_per_s=1000.0), ["agree-throughput"]),
        (every_request(detokenize=0.0001), []),
        (lambda s: [each["reported"].update(load_model=0.0001) for each in s["sessions"]], ["agree-load-model"]),
        (lambda s: [each["reported"].update(load_tokenizer=0.00025) for each in s["sessions"]], []),
        (lambda s: s["seconds"].update(solution=[0.4] * 8), ["overhead"]),
        (lambda s: s["environment"]["told"].pop("cores"), ["environment"]),
        (lambda s: s["environment"]["told"].update(torch="2.12.0"), ["environment"]),
        (lambda s: s["wrong"]["tokens"].update(count=1), ["tokens"]),
        (lambda s: s.pop("sessions"), ["timed"]),
    ],
)
def test_each_finding_fails_its_checks(change: Callable[[dict[str, Any]], Any], checks: list[str]) -> None:
    samples = good_samples()
    change(samples)
    assert failed(samples) == checks


def test_a_total_of_zero_is_judged_and_not_a_crash() -> None:
    samples = good_samples()
    names = ("tokenize", "prefill", "decode_s", "detokenize", "total", "tokens_per_s")
    every_request(**dict.fromkeys(names, 0.0))(samples)
    assert {"agree-total", "agree-prefill", "agree-decode"} <= set(failed(samples))


@pytest.mark.parametrize("told", [None, {"decode": 1}, {"decode": ["x"]}, {"decode": [], "total": True}])
def test_a_report_of_anything_but_numbers_is_the_solutions_error(told: Any) -> None:
    with pytest.raises(SolutionError):
        bench._numbers(told)


def test_events_in_another_order_are_the_solutions_error() -> None:
    found = bench.Bench(None, {})
    items = [Message({"mark": mark}, 0.0) for mark in ("start", "token", "prompt", "text")]
    with pytest.raises(SolutionError, match="order prompt, token, text"):
        found._events(items, ["start", "prompt", "token", "text"])


def test_the_stamps_of_a_request_become_its_segments() -> None:
    model = bench.Model.draw(SMALL, TONGUE, np.random.default_rng(5))

    class FakeWorker:
        spec = SimpleNamespace(name="solution")

        def call(self, op: str, *, timeout: float, **fields: Any) -> Reply:
            if op == "report":
                told = {"prompt_tokens": 1, "new_tokens": 1, "decode": [], "total": 1.0}
                return Reply({"report": told}, [], 0.0, 0.0)
            ids = bpe.encode(fields["text"], model.merges)
            tokens = [("token", 7)] * fields["max_tokens"]
            events = [("start", None), ("prompt", ids), *tokens, ("text", "no")]
            return Reply({}, [Message({"mark": m, "value": v}, float(i)) for i, (m, v) in enumerate(events)], 0.0, 99.0)

    context = SimpleNamespace(rng=np.random.default_rng(6), within=lambda seconds: seconds)
    found = bench.Bench(context, {})
    request = found._request("solution", FakeWorker(), model, 60, 5)
    count = request["new_tokens"]
    assert request["stamped"] == {"tokenize": 1, "prefill": 1, "decode": count - 1, "detokenize": 1, "total": count + 2}
    assert {fact: len(wrong) for fact, wrong in found.wrong.items()} == {
        "prompt-ids": 0,
        "tokens": 1,
        "text": 1,
        "n-tokens": 1,
    }


def test_every_mutant_fails_another_check() -> None:
    mutants = manifest.find("baseline-anatomy").mutants
    assert len({mutant.fails for mutant in mutants}) == len(mutants) >= 3
