"""The search language: what a text means, and that a wrong one is told where and what was perhaps meant."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studyctl.domain.card_query import MOST_TERMS, All, AnyOf, Not, parse_query, terms_of
from studyctl.domain.cards import Rating
from studyctl.domain.query_terms import (
    Compare,
    Field,
    Is,
    Named,
    Pattern,
    Property,
    Rated,
    State,
    Words,
)
from studyctl.errors import UsageError


def word(*pieces: str) -> Words:
    """A free word."""
    return Words(Pattern(pieces))


def test_terms_beside_each_other_must_all_hold() -> None:
    assert parse_query("tag:kv-cache is:due prop:r<0.9 lab:kv-cache-table day:p90/16") == All(
        (
            Named(Field.TAG, Pattern(("kv-cache",)), 5),
            Is(State.DUE),
            Compare(Property.RECALL, "<", 0.9, 0.05),
            Named(Field.LAB, Pattern(("kv-cache-table",)), 36),
            Named(Field.DAY, Pattern(("p90/16",)), 55),
        )
    )
    assert parse_query("  ") == All(())
    assert parse_query("cache AND block") == All((word("cache"), word("block")))


def test_or_binds_less_than_rows_of_terms_and_brackets_group() -> None:
    a, b, c = word("a"), word("b"), word("c")
    assert parse_query("a b or c") == AnyOf((All((a, b)), c))
    assert parse_query("a (b OR c)") == All((a, AnyOf((b, c))))
    assert parse_query("((a))") == a


def test_minus_and_not_turn_a_term_or_a_group_round() -> None:
    assert parse_query("-is:new") == parse_query("not is:new") == Not(Is(State.NEW))
    assert parse_query("-(a or b) c") == All((Not(AnyOf((word("a"), word("b")))), word("c")))
    assert parse_query("--a") == Not(Not(word("a")))
    assert parse_query("kv-cache") == word("kv-cache"), "inside a word it is a hyphen"


def test_in_quotes_every_character_stands_for_itself() -> None:
    assert parse_query('"block table (or) -a*"') == word("block table (or) -a*")
    assert parse_query('tag:"a*b"') == Named(Field.TAG, Pattern(("a*b",)), 5)
    assert parse_query('"or"') == word("or")
    assert parse_query('"http://x"') == word("http://x")
    assert parse_query("tag:kv*") == Named(Field.TAG, Pattern(("kv", "")), 5)
    assert parse_query("12:30") == word("12:30"), "only a name begins a named term"


@pytest.mark.parametrize(
    ("text", "term"),
    [
        ("prop:s>=21", Compare(Property.STABILITY, ">=", 21, 0.5)),
        ("prop:d!=7.5", Compare(Property.DIFFICULTY, "!=", 7.5, 0.05)),
        ("prop:reps=0", Compare(Property.REPS, "=", 0, 0)),
        ("prop:due<=-3", Compare(Property.DUE, "<=", -3, 0)),
        ("prop:r<90%", Compare(Property.RECALL, "<", 0.9, 0.005)),
        ("PROP:R>0.95", Compare(Property.RECALL, ">", 0.95, 0.005)),
        ("rated:7", Rated(7, None)),
        ("rated:7:1", Rated(7, Rating.AGAIN)),
        ("is:Leech", Is(State.LEECH)),
    ],
)
def test_a_term(text: str, term: object) -> None:
    assert parse_query(text) == term


@pytest.mark.parametrize(
    ("text", "column", "hint"),
    [
        ("is:due tg:kv", 8, "Did you mean tag:?"),
        ("topic:kv", 1, "Did you mean tag:?"),
        ("lapses:3", 1, "Did you mean prop:lapses?"),
        ("suspended:1", 1, "Did you mean is:suspended?"),
        ("cache is:deu", 10, "Did you mean is:due?"),
        ("kind:clozes", 6, "Did you mean kind:cloze?"),
        ("prop:laps>3", 6, "Did you mean prop:lapses?"),
        ("prop:r", 6, "A sign and a number follow"),
        ("prop:r<9", 6, "0 to 1"),
        ("prop:s>90%", 6, "Only r is a share"),
        ("rated:0", 7, "rated:7:1"),
        ("rated:7:5", 7, "rated:7:1"),
        ("tag:", 5, "tag:kv-cache"),
        ("a (b", 3, "quotes"),
        ("a b)", 4, "quotes"),
        ("a ()", 4, "tag:kv-cache"),
        ("a or", 5, "tag:kv-cache"),
        ("or a", 1, "tag:kv-cache"),
        ('a "b c', 3, "Close it"),
        ("*", 1, "cache"),
        ("(" * 100 + "a", 42, "levels"),
        ("-" * 100 + "a", 42, "levels"),
        ("a " * (MOST_TERMS + 1), 1, "Leave some out"),
        ("a b*c*d*e*f*", 3, "A*B"),
        ("x" * 2001, 2001, "Leave some out"),
        ("ab\x00", 3, "Leave it out"),
        ("ab \udc80", 4, "Leave it out"),
    ],
)
def test_a_wrong_query_says_where_and_what_is_known(text: str, column: int, hint: str) -> None:
    with pytest.raises(UsageError) as error:
        parse_query(text)
    assert f"at col {column}:" in error.value.message
    assert hint in error.value.hint


@given(st.text(alphabet='ab:*-()" ortagisprpdue<=>.1%\\', max_size=40) | st.text(st.characters(), max_size=40))
def test_any_text_is_a_query_or_an_explained_error(text: str) -> None:
    try:
        found = parse_query(text)
    except UsageError as error:
        told = error
    else:
        assert len(list(terms_of(found))) <= len(text)
        return
    assert 1 <= int(told.message.split("col ")[1].split(":")[0]) <= len(text) + 1
    assert told.hint
