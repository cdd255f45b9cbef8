"""CSV and JSON Lines that are broken or mean harm are refused with file, line and remedy."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studyctl.domain.collection import Collection
from studyctl.errors import DataError, ExitCode
from studyctl.services.exchange import read_collection
from studyctl.storage.exchange import limits
from tests.exchange.hostile import read_or_refused


def refused(path: Path, content: bytes, said: str) -> None:
    """Reading this content is refused."""
    path.write_bytes(content)
    with pytest.raises(DataError) as caught:
        read_collection(path)
    name, _, what = caught.value.message.partition(": ")
    assert name == path.name
    assert re.search(said, what), what
    assert "Nothing was changed." in caught.value.message
    assert len(caught.value.message) < 600
    assert caught.value.hint
    assert caught.value.exit_code is ExitCode.DATA


def card(**values: Any) -> bytes:
    """A line with a card."""
    return json.dumps({"card": {"front": "f", "back": "b"} | values}).encode()


def state(**values: Any) -> bytes:
    """A line with a card and this schedule."""
    return card(state={"phase": "review"} | values)


JSONL = {
    b"[" * 100_000: "not one line of JSON",
    b"{": "line 1: it is not one line",
    b"7": "not a JSON object",
    b"{}": "neither a card",
    b'{"studyctl_cards": 2}': "version 1",
    b'{"studyctl_cards": 1, "rollover_hour": 99}': "rollover_hour",
    b'{"studyctl_cards": 1, "media": 3}': "media",
    b'{"card": {"front": "f", "back": "b", "x": NaN}}': "not one line",
    b'{"card": {"front": "f"}}': "front and a back",
    b'{"card": {"front": "\xff", "back": "b"}}': "not valid UTF-8",
    b'{"card": {"front": "a\0", "back": "b"}}': "NUL",
    b'{"card": {"front": "a\\u0000", "back": "b"}}': "NUL",
    card(back="a\x1b[2J"): "control sequence",
    card(tags=["a\x1b]0;b\x07"]): "control sequence",
    b'{"card": {"front": "a\\ud800", "back": "b"}}': "not valid Unicode",
    b'{"card": {"front": ' + b"9" * 5_000 + b"}}": "not one line",
    card(front="x" * 100_001): "100,001 bytes",
    card(front="ä" * 50_001): "100,002 bytes",
    card(deck="d" * 201): "201 characters",
    card(id="i" * 201): "201 characters",
    card(kind="magic"): "unknown kind",
    card(tags="one"): "tags are a list",
    card(tags=[1]): "texts only",
    card(tags=["t"] * 201): "at most 200",
    card(extra=[]).replace(b"[]", b"[1]"): "extra is a table",
    card(front=7): "front is a text",
    card(state=7): "a state is a JSON object",
    card(id="a") + b"\n" + card(id="a"): "line 2: the card 'a' is there twice",
    state(phase="sleepy"): "unknown phase",
    state(stability=-1): "stability is a number",
    state(stability=True): "stability is a number",
    state(stability=1e999).replace(b"Infinity", b"1e999"): "stability is a number",
    state(difficulty=11): "difficulty",
    state(reps=1.5): "reps is a whole number",
    state(reps=2**70): "reps is a whole number",
    state(due_day="soon"): "due_day is a date",
    state(due_day=7): "due_day is a date",
    state(suspended="yes"): "suspended is true or false",
    b'{"review": {"card": "c", "at": 5}}': "names the card 'c'",
    b'{"review": {"card": "c", "at": "5"}}': "at is a whole number",
    b'{"review": {"card": "c", "at": 5, "type": "magic"}}': "known type",
    b'{"review": {"card": "c", "at": 5, "rating": 9}}': "rating is a whole number",
}


@pytest.mark.parametrize(("content", "said"), JSONL.items(), ids=range(len(JSONL)))
def test_a_hostile_jsonl_is_refused(tmp_path: Path, content: bytes, said: str) -> None:
    refused(tmp_path / "cards.jsonl", content, said)


HEAD = b"id,front,back,phase,stability\n"
CSV = {
    b"": "columns front and back",
    b"a,b\n1,2\n": "columns front and back",
    b"front,back,front\n1,2,3\n": "columns front and back",
    HEAD + b"a,b\n": "2 columns; the first line names 5",
    HEAD + b'a,"b,c,,\n': "line",
    HEAD + b'a,"b"x,c,,\n': "line 2",
    HEAD + b"a,f,b,review,much\n": "stability is a number",
    HEAD + b"a,f,b,review,nan\n": "stability is a number",
    HEAD + b"a,f,b,sleepy,1\n": "unknown phase",
    HEAD + b"a,f,b,,\na,f,b,,\n": "line 3: the card 'a' is there twice",
    HEAD + b"a,\0,b,,\n": "NUL",
    HEAD + b"a,\x1b[31mf,b,,\n": "control sequence",
    HEAD + b"a,\xe4,b,,\n": "line 2 is not valid UTF-8",
    HEAD + b"a," + b"x" * 100_001 + b",b,,\n": "100,001 bytes",
    HEAD + b"a," + b"x" * 200_000 + b",b,,\n": "field larger than",
    b"front,back,tags\na,b,[1\n": "tags is not JSON",
}


@pytest.mark.parametrize(("content", "said"), CSV.items(), ids=range(len(CSV)))
def test_a_hostile_csv_is_refused(tmp_path: Path, content: bytes, said: str) -> None:
    refused(tmp_path / "cards.csv", content, said)


@pytest.mark.parametrize("suffix", ["csv", "jsonl"])
def test_limits_hold_for_text_files(tmp_path: Path, suffix: str, monkeypatch: pytest.MonkeyPatch) -> None:
    three = {
        "csv": b"front,back\n1,a\n2,a\n3,a\n",
        "jsonl": b"\n".join(card(front=str(number)) for number in range(3)),
    }[suffix]
    path = tmp_path / f"cards.{suffix}"
    path.write_bytes(three)
    assert len(read_collection(path).cards) == 3
    for name, value, said in (
        ("MAX_CARDS", 2, "more than 2 cards"),
        ("MAX_LINE_BYTES", 3, "longer than 3 bytes"),
        ("MAX_TEXT_FILE_BYTES", 10, "the limit is 10"),
    ):
        with monkeypatch.context() as patch:
            patch.setattr(limits, name, value)
            refused(path, three, said)


def test_control_and_override_characters_are_taken_out(tmp_path: Path) -> None:
    path = tmp_path / "cards.jsonl"
    path.write_bytes(card(front="a\u202eb\x07\r\nc\u2069", deck="d\n\u202ee", tags=["t\x1b"]))
    (read,) = read_collection(path).cards
    assert (read.front, read.deck, read.tags) == ("ab\nc", "d e", ("t",))


@given(content=st.binary(max_size=300))
def test_any_bytes_are_cards_or_refused(content: bytes, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("any")
    for name, head in (
        ("a.csv", b"front,back,tags,phase\n"),
        ("a.csv", b""),
        ("a.jsonl", b'{"card": '),
        ("a.jsonl", b""),
    ):
        path = folder / name
        path.write_bytes(head + content)
        found = read_or_refused(path)
        assert isinstance(found, Collection) or name in found


@given(
    values=st.dictionaries(
        st.sampled_from(["id", "front", "back", "deck", "kind", "tags", "extra", "state", "note"]),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
            lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
            max_leaves=8,
        ),
    )
)
def test_any_json_is_a_card_or_refused(values: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("json") / "a.jsonl"
    path.write_text(json.dumps({"card": {"front": "f", "back": "b"} | values}), encoding="utf-8")
    found = read_or_refused(path)
    if isinstance(found, str):
        assert "a.jsonl" in found
    else:
        assert "\0" not in found.cards[0].front + found.cards[0].back + found.cards[0].deck
