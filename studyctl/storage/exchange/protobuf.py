"""As much of protobuf's wire format as Anki's packages need: fields by number, nothing written."""

from __future__ import annotations

from collections.abc import Iterator

_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5
_MAX_VARINT_BYTES = 10


def fields_of(message: bytes) -> Iterator[tuple[int, int | bytes]]:
    """Field numbers with their values, in order: integers, or the bytes of texts and messages.

    Raises:
        ValueError: no protobuf message.
    """
    at = 0
    while at < len(message):
        key, at = _varint(message, at)
        number, wire = key >> 3, key & 7
        if wire == _VARINT:
            value, at = _varint(message, at)
            yield number, value
            continue
        if wire == _BYTES:
            size, at = _varint(message, at)
        elif wire in (_FIXED32, _FIXED64):
            size = 4 if wire == _FIXED32 else 8
        else:
            raise ValueError(f"wire type {wire}")
        if at + size > len(message):
            raise ValueError("a field goes beyond the end")
        yield number, message[at : at + size]
        at += size


def text_of(message: bytes, number: int) -> str:
    """The last text with that field number; empty where there is none.

    Raises:
        ValueError: no protobuf message, or the text is not UTF-8.
    """
    found = [value for field, value in fields_of(message) if field == number and isinstance(value, bytes)]
    return found[-1].decode("utf-8") if found else ""


def whole_of(message: bytes, number: int) -> int:
    """The last integer with that field number; 0 where there is none.

    Raises:
        ValueError: no protobuf message.
    """
    found = [value for field, value in fields_of(message) if field == number and isinstance(value, int)]
    return found[-1] if found else 0


def _varint(message: bytes, at: int) -> tuple[int, int]:
    value = 0
    for count in range(_MAX_VARINT_BYTES):
        if at >= len(message):
            raise ValueError("a number goes beyond the end")
        byte = message[at]
        at += 1
        value |= (byte & 0x7F) << (7 * count)
        if byte < 0x80:
            return value, at
    raise ValueError("a number without end")
