"""Anki's cloze texts in our syntax, where ours can say them."""

from __future__ import annotations

import pytest

from studyctl.content.cloze import gaps_of
from studyctl.storage.exchange.anki_cloze import ClozeSource, cloze_source

TEMPLATES = ("{{cloze:Text}}", "{{cloze:Text}}<br>\n{{Extra}}")


@pytest.mark.parametrize(
    ("text", "number", "wanted", "answers"),
    [
        ("A {{c1::warp::group}} of {{c2::32}}.", 1, "A {{warp::group}} of {{32}}.", ("warp", "32")),
        ("{{c3::late}} before {{c1::early}}", 1, "{{late}} before {{early}}", ("late", "early")),
        ("{{c1::<b>bold</b>}} and <i>{{c2::slanted}}</i>", 2, "{{bold}} and *{{slanted}}*", ("bold", "slanted")),
        ("{{c1::snake_case*}}", 1, "{{snake_case*}}", ("snake_case*",)),
        ("{{c1::a}}{{c2::b}}", 2, "{{a}}{{b}}", ("a", "b")),
        ("<code>{{c1::print}}()</code>", 1, "`{{print}}()`", ("print",)),
        ("{{c1::&lt;T&gt; x}}", 1, "{{<T> x}}", ("<T> x",)),
    ],
)
def test_a_gap_each(text: str, number: int, wanted: str, answers: tuple[str, ...]) -> None:
    found = cloze_source(TEMPLATES, {"Text": text, "Extra": "<b>more</b>"}, number)
    assert found is not None
    assert (found.text, found.back) == (wanted, "**more**")
    gaps = gaps_of(found.text)
    assert tuple(gap.answer for gap in gaps) == answers
    assert gaps[found.place - 1].answer == found.answer


@pytest.mark.parametrize(
    "text",
    [
        "{{c1::a}} and {{c1::b}}",
        "{{c1::outer {{c2::inner}}}}",
        '{{c1::<img src="a.png">}}',
        "{{c1::one<br>two}}",
        "{{c1::}}",
        "{{c1::  }}",
        "{{c1::{x} }}",
        "{ {{c1::a}} }} {{",
        "{{{c1::a}}}",
        "{{c1::\ue000}}",
        "{{c2::a}}",
        "no gap",
    ],
)
def test_what_ours_cannot_say_stays_with_the_filled_text(text: str) -> None:
    assert cloze_source(TEMPLATES, {"Text": text, "Extra": ""}, 1) is None


def test_gaps_in_two_fields_stay_apart() -> None:
    fields = {"Text": "{{c1::a}}", "Extra": "{{c2::b}}"}
    assert cloze_source(("{{cloze:Extra}} {{cloze:Text}}", "{{cloze:Text}}"), fields, 1) is None


def test_what_the_template_adds_is_part_of_the_text() -> None:
    found = cloze_source(("<i>{{Extra}}</i>: {{cloze:Text}}", "{{cloze:Text}}"), {"Text": "{{c1::a}}", "Extra": "x"}, 1)
    assert found == ClozeSource("*x*: {{a}}", "a", "", 1)
