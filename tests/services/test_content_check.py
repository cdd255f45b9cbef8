"""Checks of content: each finds its mistake, and says where it stands."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from studyctl.content.library import Library
from studyctl.services.content_check import check_content, ids
from studyctl.services.content_check.text import TOO_NEAR, nearest
from tests.helpers import card_toml, day_toml, lesson_text, question_toml, small_bundle, write


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A small bundle of this test's own."""
    return small_bundle(tmp_path / "bundle")


def problems(root: Path) -> tuple[str, ...]:
    """What is wrong now."""
    return check_content(Library(root)).problems


def append(root: Path, name: str, text: str) -> None:
    """Add text at the end of a file of the curriculum."""
    path = root / "curriculum" / name
    path.write_text(path.read_text(encoding="utf-8") + text, encoding="utf-8")


def put(root: Path, name: str, text: str) -> None:
    """Write a file of the curriculum."""
    write(root / "curriculum" / name, text)


def swap(root: Path, name: str, old: str, new: str) -> None:
    """Replace text in a file of the curriculum."""
    path = root / "curriculum" / name
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


Mistake = Callable[[Path], None]
LESSON = "lessons/p90/1.md"

MISTAKES: list[tuple[str, Mistake, str]] = [
    (
        "a card of no day",
        lambda root: append(root, "decks/small.toml", card_toml("lost", "p90/77")),
        "card lost: no day p90/77",
    ),
    (
        "a question that no plan asks",
        lambda root: append(root, "interview/small.toml", question_toml("p90/1/objective/1")),
        "question p90/1/objective/1: no such prompt in the plan",
    ),
    (
        "a twin that does not know it",
        lambda root: swap(root, "p90/1.toml", "schema = 1", 'schema = 1\ntwins = ["p90/2"]'),
        "p90/1: its twin p90/2 does not name it",
    ),
    (
        "a twin that is not there",
        lambda root: swap(root, "p90/1.toml", "schema = 1", 'schema = 1\ntwins = ["p90/5"]'),
        "p90/1: no day p90/5, its twin",
    ),
    (
        "nothing to gather",
        lambda root: swap(root, "p90/1.toml", "schema = 1", 'schema = 1\ngathers = ["p90/4"]'),
        "p90/1: no day p90/4 to gather",
    ),
    (
        "a count",
        lambda root: put(root, "counts.json", '{"p28": {"entries": 23}}'),
        "counts.p28.entries: 3, the sources have 23",
    ),
    ("a count of nothing", lambda root: put(root, "counts.json", '{"p29": 1}'), "counts.p29: missing"),
    ("no warm-up", lambda _root: None, "p90/2: a technical day has a warm-up with 3 terms to listen for"),
    ("no problems", lambda _root: None, "p90/2: 3 LeetCode problems of rising difficulty are needed"),
    (
        "an experiment without expectation",
        lambda _root: None,
        "p90/1/experiment/1: an experiment says what to measure and what to expect",
    ),
    ("no lesson", lambda _root: None, "p90/2: has no lesson"),
    ("no lesson of a section", lambda _root: None, "guide/3.1: has no lesson"),
    ("a short lesson", lambda root: put(root, LESSON, lesson_text("p90/1", 400)), "words, 500 to 900 are wanted"),
    ("a long lesson", lambda root: put(root, LESSON, lesson_text("p90/1", 950)), "words, 500 to 900 are wanted"),
    (
        "other sections",
        lambda root: swap(root, LESSON, "## Homework", "## Homeworks"),
        "wanted are The idea, How it works",
    ),
    (
        "an empty section",
        lambda root: swap(root, LESSON, "Do it.", ""),
        "lesson p90/1: the section 'Homework' is empty",
    ),
    ("no figure", lambda root: swap(root, LESSON, "```text\na -> b\n```", "a to b"), "lesson p90/1: no figure"),
    ("a wide figure", lambda root: swap(root, LESSON, "a -> b", "a" * 73), "a figure is 73 columns wide, 72 fit"),
    ("one number", lambda root: swap(root, LESSON, "### Second: two", ""), "1 worked numbers, 2 are wanted"),
    ("one source", lambda root: swap(root, LESSON, "- A manual.", ""), "1 sources, at least 2 are wanted"),
    ("a link to no lab", lambda root: put(root, LESSON, linked("studyctl:lab/zebra")), "lesson p90/1: no lab zebra"),
    ("a link to no term", lambda root: put(root, LESSON, linked("studyctl:term/zebra")), "lesson p90/1: no term zebra"),
    ("a link to no item", lambda root: put(root, LESSON, linked("studyctl:p90/1/do/1")), "There is no item p90/1/do/1"),
    ("a link to no day", lambda root: put(root, LESSON, linked("studyctl:p90/91")), "has no day 91"),
    ("a link to no lesson", lambda root: put(root, LESSON, linked("studyctl:lesson/p90/2")), "p90/2 has no lesson"),
    ("a link to a file", lambda root: put(root, LESSON, linked("notes.md")), "neither studyctl:... nor https://"),
    ("a day without topic", lambda _root: None, "p90/1: names no topic"),
    (
        "a topic that is not there",
        lambda root: swap(root, LESSON, '["kv-cache"]', '["zebra"]'),
        "lesson p90/1: no topic 'zebra'",
    ),
    (
        "a circle of topics",
        lambda root: swap(root, "map/topics.toml", 'needs = ["decode"]', 'needs = ["kv-cache"]'),
        "topics need each other in a circle: kv-cache -> kv-cache",
    ),
    (
        "a line of no branch",
        lambda root: swap(root, "map/lines.toml", '"inference"', '"zebra"'),
        "map line 1: no branch 'zebra'",
    ),
    ("a lab without files", lambda _root: None, "lab redis-toy: reference.py is missing"),
    ("a lab without mutants", lambda _root: None, "lab redis-toy: 0 mutants, at least 3 are needed"),
    ("a lab without hints", lambda _root: None, "lab redis-toy: 0 hints, at least 3 are needed"),
    (
        "a guess",
        lambda root: append(root, "decks/small.toml", card_toml("b1", "p90/1", "Is it so?")),
        "card b1: yes or no",
    ),
    (
        "two questions",
        lambda root: append(root, "decks/small.toml", card_toml("b2", "p90/1", "What is it? And why?")),
        "card b2: it asks two things",
    ),
    (
        "two questions in one sentence",
        lambda root: append(root, "decks/small.toml", card_toml("b6", "p90/1", "What breaks, and what is the cure?")),
        "card b6: it asks two things",
    ),
    (
        "a long front",
        lambda root: append(root, "decks/small.toml", card_toml("b3", "p90/1", "What " + "x" * 420)),
        "card b3: its front has 425 characters, 420 are enough",
    ),
    (
        "the same question twice",
        lambda root: append(root, "decks/small.toml", card_toml("b4", "p90/1", "What is ONE-01?!")),
        "cards one-01, b4 ask the same",
    ),
    (
        "a card near none",
        lambda root: swap(root, "decks/small.toml", 'id = "one-01"', 'id = "one-01"\nnear = ["zebra"]'),
        "card one-01: no card 'zebra' to be near",
    ),
    (
        "a long gap",
        lambda root: append(
            root,
            "decks/small.toml",
            '\n[[card]]\nid = "b5"\nkind = "cloze"\nday = "p90/1"\nsource = "a book"\n'
            'text = "It is {{a gap of seven words and more}}."\n',
        ),
        "card b5.1: its gap is 7 words long, 6 are enough",
    ),
    ("too few cards of a day", lambda _root: None, "p90/2: 3 cards, at least 8 are wanted"),
    ("too few cards of a section", lambda _root: None, "guide/3.1: 0 cards, at least 8 are wanted"),
    ("too few cards of an answer", lambda _root: None, "p28/1: 1 cards, at least 6 are wanted"),
    ("too few cards in all", lambda _root: None, "19 cards in all, at least 900 are wanted"),
    ("no card for a line of the map", lambda _root: None, "map line 1: no card about kv-cache"),
    (
        "another language",
        lambda root: swap(root, "p90/1.toml", "A day.", "\u7b2c"),
        "p90/1: '\u7b2c' is not English",
    ),
    ("ids that nobody released", lambda _root: None, "ids are not in curriculum/ids.txt"),
]


def linked(target: str) -> str:
    """A lesson with a link."""
    return lesson_text("p90/1", links=f"[There]({target}).")


@pytest.mark.parametrize(("mistake", "said"), [(how, said) for _, how, said in MISTAKES], ids=[m[0] for m in MISTAKES])
def test_each_mistake_is_found(root: Path, mistake: Mistake, said: str) -> None:
    mistake(root)
    assert any(said in problem for problem in problems(root)), problems(root)


@pytest.mark.parametrize(
    "target",
    [
        "studyctl:lab/redis-toy",
        "studyctl:term/ttfb",
        "studyctl:p90/16/deliverable/1",
        "studyctl:guide/3.2",
        "studyctl:lesson/p90/1",
        "https://arxiv.org/abs/2309.06180",
    ],
)
def test_links_that_lead_somewhere_are_fine(root: Path, target: str) -> None:
    put(root, LESSON, linked(target))
    assert [problem for problem in problems(root) if problem.startswith("lesson ")] == []


def test_content_that_does_not_load_is_one_problem(root: Path) -> None:
    put(root, "p90/2.toml", "broken")
    (problem,) = problems(root)
    assert problem.startswith("curriculum/p90/2.toml:1: ")


def test_a_problem_stands_once_a_week_and_difficulty_rises(root: Path) -> None:
    def with_problems(label: str, *levels: str) -> str:
        problem = "[[leetcode.problem]]\nnumber = {}\ntitle = 'x'\nlevel = '{}'\n"
        listed = "".join(problem.format(n, level) for n, level in enumerate(levels, 1))
        head = day_toml(f"p90/{label}", hours=(6, 4)).replace("schema = 1", "schema = 1\nweek = 1")
        return f"{head}[leetcode]\ntopic = 'x'\n{listed}"

    put(root, "p90/1.toml", with_problems("1", "easy", "medium", "hard"))
    put(root, "p90/2.toml", with_problems("2", "medium", "medium", "medium"))
    put(root, "p90/3.toml", with_problems("3", "hard", "easy", "medium"))
    found = problems(root)
    needed = "3 LeetCode problems of rising difficulty are needed"
    assert [f"p90/{n}: {needed}" in found for n in (1, 2, 3)] == [False, True, True]
    assert "p90/2: LeetCode 1 is also on p90/1, in the same week" in found


def test_sentences_of_two_days_that_say_nearly_the_same(root: Path) -> None:
    text = "Measure the median of fifty calls with the clock of the device, in microseconds"
    swap(root, "p90/1.toml", 'text = "objective 1 of p90/1"', f'text = "{text}."')
    swap(root, "p90/3.toml", 'text = "objective 1 of p90/3"', f'text = "{text} and nothing else."')
    swap(root, "p90/1.toml", 'text = "objective 2 of p90/1"', f'text = "{text} once more."')
    found = nearest(Library(root))
    near = [(pair.place, pair.other_place) for pair in found if TOO_NEAR < pair.resemblance < 1]
    assert sorted(near) == [(f"p90/1/objective/{n}", "p90/3/objective/1") for n in (1, 2)]
    assert any("say nearly the same" in problem for problem in problems(root))


def test_an_id_stays_for_ever_once_it_was_released(root: Path) -> None:
    assert ids.write(Library(root)) == len(ids.current(Library(root)))
    assert list(ids.problems(Library(root))) == []
    assert ids.write(Library(root)) == 0
    swap(root, "decks/small.toml", 'id = "one-01"', 'id = "one-renamed"')
    gone, fresh = ids.problems(Library(root))
    assert gone == "the id is gone, but was released: card one-01"
    assert fresh.startswith("1 ids are not in")
    assert ids.write(Library(root)) == 1
    assert [*ids.problems(Library(root))] == [gone], "writing new ids forgets no old one"
