"""Addresses: what is one, what the short forms mean, and which days an entry covers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studyctl.domain.address import Address, Shorthand, parse_address, parse_item_id, parse_shorthand
from studyctl.errors import ExitCode, UsageError

TRACKS = st.from_regex(r"[a-z][a-z0-9]{0,8}", fullmatch=True)
LABELS = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9.\-]{0,8}", fullmatch=True)


@given(TRACKS, LABELS)
def test_an_address_survives_being_written_and_read(track: str, label: str) -> None:
    address = Address(track, label)
    assert parse_address(str(address)) == address
    assert parse_address(f"  {track}:{label} ") == address


@given(TRACKS, LABELS, st.from_regex(r"[a-z_]{1,12}", fullmatch=True), st.integers(1, 999))
def test_an_item_id_is_its_day_and_kind_and_number(track: str, label: str, kind: str, number: int) -> None:
    assert parse_item_id(f"{track}/{label}/{kind}/{number}") == (Address(track, label), kind, number)


@pytest.mark.parametrize(
    ("typed", "track", "label"),
    [
        ("day16", None, "16"),
        ("Day 16", None, "16"),
        ("16", None, "16"),
        (" 16 ", None, "16"),
        ("6-7", None, "6-7"),
        ("28:16", "p28", "16"),
        ("28/16", "p28", "16"),
        ("90:16", "p90", "16"),
        ("3:2", "s3", "2"),
        ("p28/16", "p28", "16"),
        ("p28/day16", "p28", "16"),
        ("p28/6-7", "p28", "6-7"),
        ("guide:3.2", "guide", "3.2"),
        ("s3/wall", "s3", "wall"),
    ],
)
def test_short_forms_are_read_as_track_and_label(typed: str, track: str | None, label: str) -> None:
    assert parse_shorthand(typed) == Shorthand(track, label)


@pytest.mark.parametrize("typed", ["", "kv-cache-table", "day", "daysixteen", "p28/", "/16", "p28/16/17", "16.5x/"])
def test_anything_else_is_no_short_form(typed: str) -> None:
    assert parse_shorthand(typed) is None


@pytest.mark.parametrize("text", ["", "p28", "p28/", "/16", "P28/16", "p28/16/deliverable/1", "p28 16", "28/16"])
def test_what_is_no_address_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_address(text)
    assert caught.value.exit_code == ExitCode.USAGE
    assert repr(text) in caught.value.message
    assert "p90/16" in caught.value.hint


@pytest.mark.parametrize(
    "text", ["p90/16", "p90/16/deliverable", "p90/16/deliverable/0", "p90/16/deliverable/x", "deliverable/2"]
)
def test_what_is_no_item_id_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_item_id(text)
    assert "p90/16/deliverable/2" in caught.value.hint


def test_an_entry_of_two_days_covers_both_and_no_other() -> None:
    weekend = Address("p28", "6-7")
    assert [number for number in range(1, 29) if weekend.covers(number)] == [6, 7]


@pytest.mark.parametrize("label", ["3.2", "wall", "D1"])
def test_a_label_that_is_no_number_covers_no_day(label: str) -> None:
    address = Address("guide", label)
    assert address.span is None
    assert not any(address.covers(number) for number in range(100))


def test_days_sort_as_people_count() -> None:
    labels = ["wall", "10", "2", "1.10", "1.2", "6-7", "D1"]
    ordered = sorted((Address("p90", label) for label in labels), key=lambda address: address.sort_key)
    assert [address.label for address in ordered] == ["1.2", "1.10", "2", "6-7", "10", "D1", "wall"]
