"""The curriculum that ships: complete for its days, consistent with itself, in English."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from studyctl.content.library import Library
from studyctl.domain.plan import Day
from studyctl.services.content_check import check_content
from studyctl.services.stats import curriculum_stats
from tests.helpers import REPOSITORY

EXPECTED = json.loads((Path(__file__).parent / "expected_counts.json").read_text(encoding="utf-8"))
TRACKS = ("p90", "p28", "s3", "guide")
# Kana, Han, Hangul, and the punctuation and full-width forms that come with them.
CJK = re.compile(
    "[\u1100-\u11ff\u2e80-\u303f\u3040-\u30ff\u3100-\u4dbf\u4e00-\u9fff\uac00-\ud7ff\uf900-\ufaff\uff00-\uffef]"
)


def all_days(library: Library) -> list[Day]:
    """Every written day."""
    return [day for track in TRACKS for day in library.days(track)]


def test_the_plans_are_there_in_their_order_and_one_is_the_default(shipped: Library) -> None:
    tracks = [track for track in shipped.tracks.values() if track.id in TRACKS]
    assert [track.id for track in tracks] == list(TRACKS)
    assert [track.id for track in shipped.tracks.values() if track.default] == ["p90"]
    assert [track.length for track in tracks] == [90, 28, 3, 11]


def differences(wanted: dict[str, Any], have: dict[str, Any], path: str = "") -> list[str]:
    """Where the counts differ from those of the sources."""
    found = []
    for key, value in wanted.items():
        if isinstance(value, dict):
            found += differences(value, have.get(key, {}), f"{path}{key}.")
        elif have.get(key) != value:
            found.append(f"{path}{key}: {have.get(key)}, the sources have {value}")
    return found


def test_everything_of_the_sources_is_there(shipped: Library) -> None:
    assert differences(EXPECTED, curriculum_stats(shipped)) == []


def test_a_missing_item_would_show(shipped: Library) -> None:
    stats = curriculum_stats(shipped)
    stats["p90"]["days"]["16"]["deep_questions"] -= 1
    assert differences(EXPECTED, stats) == ["p90.days.16.deep_questions: 5, the sources have 6"]


def test_there_are_enough_cards_and_interview_questions_for_three_weeks(shipped: Library) -> None:
    assert len(shipped.cards) >= 120
    assert len(shipped.questions) >= 60


def test_the_content_has_no_problem(shipped: Library) -> None:
    assert check_content(shipped).problems == ()


def test_every_interview_question_asks_what_a_plan_asks(shipped: Library) -> None:
    asked = {item.id for day in all_days(shipped) for item in day.items if item.kind.asked}
    assert set(shipped.questions) <= asked
    assert all(str(shipped.item(name).address) == str(question.day) for name, question in shipped.questions.items())


def test_every_card_belongs_to_a_written_day(shipped: Library) -> None:
    written = {day.address for day in all_days(shipped)}
    assert {card.day for card in shipped.cards.values()} <= written


def test_items_have_ids_of_their_own(shipped: Library) -> None:
    ids = [item.id for day in all_days(shipped) for item in day.items]
    assert len(ids) > 500
    assert [name for name, count in Counter(ids).items() if count > 1] == []
    assert all(shipped.item(name).id == name for name in ids)


def test_no_two_cards_share_a_front(shipped: Library) -> None:
    fronts = Counter(re.sub(r"[\W_]+", " ", card.front.lower()).strip() for card in shipped.cards.values())
    assert [front for front, count in fronts.items() if count > 1] == []


def test_no_two_interview_questions_share_a_prompt(shipped: Library) -> None:
    prompts = Counter(question.prompt.lower() for question in shipped.questions.values())
    assert [prompt for prompt, count in prompts.items() if count > 1] == []


def test_interview_questions_can_be_scored_and_answered_in_time(shipped: Library) -> None:
    for name, question in shipped.questions.items():
        assert 3 <= len(question.key_points) <= 6, name
        assert {point.weight for point in question.key_points} <= {1, 2}, name
        assert 3 <= question.minutes <= 8, name
        assert question.model_answer, name
        assert question.sources, name


def test_cards_say_where_they_come_from_and_fit_in_a_head(shipped: Library) -> None:
    for card in shipped.cards.values():
        assert card.source, card.id
        assert len(card.front) <= 300, card.id
        assert card.front != card.back, card.id


def test_days_of_p90_have_ten_hours_a_coding_topic_and_expectations(shipped: Library) -> None:
    for day in shipped.days("p90"):
        assert day.hours == 10, day.address
        assert day.leetcode, day.address
        for item in day.items:
            if item.kind.value == "experiment":
                assert item.measure, item.id
                assert item.expect, item.id


def test_claims_about_health_are_sourced_or_marked_and_off_by_default(shipped: Library) -> None:
    for protocol in shipped.protocols:
        for claim in protocol.claims:
            assert claim.status in ("sourced", "unproven")
            assert claim.source or claim.status == "unproven", protocol.id
    assert {protocol.kind for protocol in shipped.protocols} >= {"routine", "attention", "reset"}


def test_the_observation_template_has_thirteen_fields_of_their_own(shipped: Library) -> None:
    assert len({field.key for field in shipped.template}) == 13


def text_files() -> list[Path]:
    """Every file of text that ships."""
    kinds = {".toml", ".md", ".py", ".tcss", ".j2", ".json", ".txt", ""}
    return [
        path
        for folder in ("curriculum", "labs", "studyctl", "graders", "data")
        for path in sorted((REPOSITORY / folder).rglob("*"))
        if path.is_file() and path.suffix in kinds and "__pycache__" not in path.parts
    ]


def test_everything_that_ships_is_written_in_english() -> None:
    files = text_files()
    assert len(files) > 150
    found = [
        f"{path.relative_to(REPOSITORY)}:{number}: {line.strip()}"
        for path in files
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if CJK.search(line)
    ]
    assert found == []


@pytest.mark.parametrize(
    "text", ["\u7b2c\u4e00\u5929", "\u30ad\u30e3\u30c3\u30b7\u30e5", "\uce90\uc2dc", "\uff0c", "\u3002"]
)
def test_the_search_for_other_scripts_would_find_them(text: str) -> None:
    assert CJK.search(text)
    assert not CJK.search("\u00d7 \u2192 \u00b5s \u2265 \u2014 \u201cquoted\u201d")
