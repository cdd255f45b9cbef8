"""Figures of labs: read with their mistakes, and each one a number that the committed record has."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from studyctl.content.library import Library
from studyctl.domain.figures import Basis, measured
from studyctl.errors import ContentError
from studyctl.services.content_check import figures
from tests.helpers import write
from tests.lab_figures import FIGURES, SLUG, bundle_with_figures, measured_verdict

FILE = f"curriculum/figures/{SLUG}.toml"
HEAD = 'schema = 1\nlab = "redis-toy"\n'
ONE = '[[figure]]\nname = "ratio"\ntitle = "t"\nask = "How many?"\nwhy = "So."\n'


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A bundle whose lab has figures and a committed record."""
    root = bundle_with_figures(tmp_path / "bundle")
    write(root / "data" / "records" / f"{SLUG}-cpu.json", json.dumps(measured_verdict()))
    return root


def problems(root: Path) -> list[str]:
    """What is wrong with the figures of that lab; the other labs of the bundle have none."""
    return [each for each in figures.problems(Library(root)) if SLUG in each or "no such lab" in each]


def test_every_figure_of_every_lab_is_measured_by_its_committed_record(shipped: Library) -> None:
    assert list(figures.problems(shipped)) == []
    assert set(shipped.figures) == set(shipped.labs)


def test_an_exact_figure_is_a_count(shipped: Library) -> None:
    for slug, found in shipped.figures.items():
        document = json.loads(shipped.record_files(slug)[0].read_text(encoding="utf-8"))
        for figure in found:
            now = measured(figure, document)
            assert now is not None
            assert (now.low == now.high) is (figure.basis is Basis.EXACT), f"{slug} {figure.name}"
            assert figure.basis is not Basis.EXACT or now.estimate.is_integer()


def test_good_figures_have_no_problem_and_a_lab_without_any_has_one(root: Path) -> None:
    assert problems(root) == []
    assert any("lab alloc-toy: 0 figures, 2 to 5 are wanted" in each for each in figures.problems(Library(root)))


WRONG: dict[str, tuple[Callable[[str], str], str]] = {
    "a metric that the record has not": (lambda text: text.replace('"share"', '"shore"'), "shore: the record on cpu"),
    "samples that are not there": (lambda text: text.replace("rounds.*.hit", "rounds.hit"), "has no such number"),
    "an interval that is not there": (lambda text: text.replace('name = "ratio"', 'name = "never"'), "no such number"),
    "a scale that is wrong": (
        lambda text: text.replace('name = "ratio"', 'scale = 10\nname = "ratio"'),
        "2.5 lies outside its interval [24, 26]",
    ),
    "two questions": (lambda text: text.replace("trace hits?", "trace hits? Why?"), "share: it asks one question"),
    "a long why": (lambda text: text.replace("It is one round trip", "It is" + " so" * 80), "its 'why' has"),
    "a figure too few": (lambda text: text[: text.index('[[figure]]\n    name = "wait"')], "1 figures, 2 to 5"),
}


@pytest.mark.parametrize(("change", "said"), WRONG.values(), ids=WRONG)
def test_a_figure_that_no_record_bears_out_is_a_problem(root: Path, change: Callable[[str], str], said: str) -> None:
    changed = change(FIGURES)
    assert changed != FIGURES
    write(root / FILE, changed)
    assert any(said in each for each in problems(root)), problems(root)


def test_figures_of_no_lab_and_a_lab_without_record_are_problems(root: Path) -> None:
    write(root / "curriculum" / "figures" / "ghost.toml", 'schema = 1\nlab = "ghost"\n')
    (root / "data" / "records" / f"{SLUG}-cpu.json").unlink()
    found = problems(root)
    assert "figures of ghost: no such lab" in found
    assert any("no committed record" in each for each in found)


def test_a_value_of_zero_makes_no_card(root: Path) -> None:
    write(root / "data" / "records" / f"{SLUG}-cpu.json", json.dumps(measured_verdict(share=0.0)))
    assert any("cannot ask for 0" in each for each in problems(root))


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("schema = 2\n", 1, "schema must be 1"),
        ('schema = 1\nlab = "other"\n', 2, "the lab is 'other'"),
        (HEAD + ONE + ONE, 9, "stands twice"),
        (HEAD + ONE + "colour = 3\n", 8, "unknown key 'colour'"),
        (HEAD + ONE + 'exact = true\nsamples = "a"\n', 8, "rests on one of"),
        (HEAD + ONE + "exact = false\n", 8, "'exact' is true or left out"),
        (HEAD + ONE + "spread = -1\n", 8, "at least 0"),
        (HEAD + ONE.replace('why = "So."\n', ""), 3, "'why' is missing"),
    ],
)
def test_mistakes_are_told_with_their_line(root: Path, text: str, line: int, said: str) -> None:
    write(root / FILE, text)
    with pytest.raises(ContentError) as caught:
        _: Any = Library(root).figures
    assert caught.value.message.startswith(f"{FILE}:{line}: ")
    assert said in caught.value.message
