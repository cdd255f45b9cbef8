"""What crosses the border between worker and referee: bounded lines, clean text, declared memory."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graders import answers, protocol
from graders.arena import Arena
from graders.errors import ProtocolError, SolutionError
from graders.protocol import LineBuffer, decode, encode
from graders.text import LogCollector, clean

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=10,
)
bodies = st.dictionaries(st.text(max_size=8), values, max_size=5)


@given(bodies)
def test_a_message_survives_the_round_trip(body: dict[str, object]) -> None:
    line = encode(body)
    assert line.count(b"\n") == 1
    assert decode(line[:-1]) == body


@given(st.lists(bodies, max_size=5), st.integers(1, 50))
def test_lines_do_not_depend_on_how_the_stream_is_cut(messages: list[dict[str, object]], size: int) -> None:
    stream = b"".join(encode(body) for body in messages)
    buffer, lines = LineBuffer(), []
    for start in range(0, len(stream), size):
        lines += list(buffer.feed(stream[start : start + size]))
    assert [decode(line) for line in lines] == messages


@given(st.binary(max_size=200))
def test_garbage_is_refused_and_never_raises_anything_else(data: bytes) -> None:
    try:
        body = decode(data)
    except ProtocolError:
        return
    assert isinstance(body, dict)


@pytest.mark.parametrize("line", [b"", b"[]", b"1", b'{"x": NaN}', b'{"x": Infinity}', b"[" * 5000, b"\xff\xfe"])
def test_what_is_not_one_json_object_is_refused(line: bytes) -> None:
    with pytest.raises(ProtocolError):
        decode(line)


def test_a_line_without_end_is_refused_before_it_fills_the_memory() -> None:
    buffer = LineBuffer(limit=1000)
    for _ in range(10):
        assert list(buffer.feed(b"x" * 100)) == []
    with pytest.raises(ProtocolError, match="more than 1000"):
        list(buffer.feed(b"x"))


def test_a_message_that_is_too_large_is_not_sent() -> None:
    with pytest.raises(ProtocolError, match="bytes"):
        encode({"x": "y" * protocol.MAX_LINE})


@pytest.mark.parametrize("value", [None, "3", 3.0, True, [3], 10**40])
def test_an_answer_of_another_type_is_the_solutions_error(value: object) -> None:
    with pytest.raises(SolutionError):
        answers.integer({"n": value}, "n")
    with pytest.raises(SolutionError):
        answers.integers({"n": [1, value]}, "n")


@given(st.text())
def test_cleaned_text_holds_no_control_character(text: str) -> None:
    assert not [c for c in clean(text) if (ord(c) < 32 and c not in "\t\n") or 127 <= ord(c) < 160]


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("\x1b[1;31mred\x1b[0m", "red"),
        ("\x1b]0;title\x07text", "text"),
        ("\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\", "link"),
        ("\x1bPq#0;2;0\x1b\\sixel", "sixel"),
        ("a\rb\x08c\x00", "abc"),
        ("\u202eevil", "evil"),
        ("plain äöü ✓", "plain äöü ✓"),
    ],
)
def test_control_sequences_are_taken_out_whole(raw: str, shown: str) -> None:
    assert clean(raw) == shown


def test_the_log_of_a_flood_ends_with_one_sentence() -> None:
    log = LogCollector(total=100)
    lines = [line for _ in range(50) for line in log.feed(b"0123456789\n")]
    assert sum(len(line) for line in lines[:-1]) <= 100
    assert "not shown" in lines[-1]


def test_an_endless_line_is_cut() -> None:
    log = LogCollector()
    shown = [line for _ in range(20) for line in log.feed(b"x" * 1000)]
    assert shown
    assert all(len(line) <= 2000 for line in shown)


def test_an_arena_gives_the_worker_the_bytes_that_the_referee_wrote() -> None:
    arena = Arena.create(1 << 16)
    slot = arena.store(np.arange(6, dtype=np.int64).reshape(2, 3))
    other = Arena(arena.fd, arena.size)
    other.view(slot)[0, 0] = 7
    assert arena.view(slot).tolist() == [[7, 1, 2], [3, 4, 5]]
    arena.close()


def test_poison_cannot_pass_for_an_answer() -> None:
    arena = Arena.create(1 << 16)
    floats, ints = arena.place("float32", (4,)), arena.place("int64", (4,))
    for slot in (floats, ints):
        arena.poison(slot)
    assert np.isnan(arena.view(floats)).all()
    assert (arena.view(ints) < 0).all()
    arena.close()


def test_an_arena_keeps_its_bounds() -> None:
    arena = Arena.create(1 << 12)
    mark = arena.mark()
    with pytest.raises(MemoryError):
        arena.place("float64", (1 << 12,))
    slot = arena.place("float64", (8,))
    with pytest.raises(ValueError, match="outside"):
        arena.view(type(slot)(arena.size - 8, "float64", (2,)))
    arena.reset(mark)
    assert arena.place("float64", (8,)) == slot
    arena.close()
