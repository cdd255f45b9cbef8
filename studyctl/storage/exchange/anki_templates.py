"""Fills the templates of Anki's note types, so that any note becomes a front and a back."""

from __future__ import annotations

import re
from collections.abc import Mapping

from studyctl.storage.exchange.limits import MAX_FIELD_BYTES

_TOKEN = re.compile(r"\{\{([^{}]{1,300})\}\}")
GAP = re.compile(r"\{\{c(\d{1,3})::((?:(?!\{\{c\d|\}\}|::).)*+)(?:::((?:(?!\{\{c\d|\}\}).)*+))?\}\}", re.DOTALL)
_ANSWER_RULE = re.compile(r"<hr\s+id=[\"']?answer[\"']?\s*/?>", re.IGNORECASE)
_MAX_TOKENS = 500
_MAX_NESTING = 8
_MAX_CHARACTERS = 4 * MAX_FIELD_BYTES


def front_and_back(templates: tuple[str, str], fields: Mapping[str, str], gap: int | None) -> tuple[str, str]:
    """HTML of the question and of what the answer adds to it; `gap` is the number of the cloze gap that is asked.

    Raises:
        ValueError: templates that grow beyond every card.
    """
    question, answer = templates
    front = _fill(question, fields, gap, revealed=False)
    if gap is not None:
        return front, _fill(answer, fields, gap, revealed=True)
    parts = _ANSWER_RULE.split(answer, maxsplit=1)
    return front, _fill(parts[-1], fields, gap, revealed=True)


def is_typed(template: str) -> bool:
    """Whether the question asks for a typed answer."""
    return any(token[1].strip().startswith("type:") for token in _TOKEN.finditer(template))


def _fill(template: str, fields: Mapping[str, str], gap: int | None, *, revealed: bool) -> str:
    parts: list[str] = []
    hidden: list[bool] = []
    size = at = 0
    for count, token in enumerate(_TOKEN.finditer(template)):
        if count == _MAX_TOKENS or size > _MAX_CHARACTERS:
            raise ValueError("a template without end")
        visible = not any(hidden)
        name = token[1].strip()
        piece = template[at : token.start()]
        at = token.end()
        if name[0:1] in ("#", "^"):
            empty = not _truth(name[1:].strip(), fields, gap)
            hidden.append(empty if name[0] == "#" else not empty)
        elif name.startswith("/"):
            hidden[-1:] = []
        elif visible:
            piece += _value(name, fields, gap, revealed=revealed)
        if visible:
            parts.append(piece)
            size += len(piece)
    if not any(hidden):
        parts.append(template[at:])
    return "".join(parts)


def _truth(name: str, fields: Mapping[str, str], gap: int | None) -> bool:
    if re.fullmatch(r"c\d{1,3}", name):
        return gap == int(name[1:])
    return bool(re.sub(r"<(?!img)[^<>]*>|&nbsp;", "", fields.get(name, "")).strip())


def _value(token: str, fields: Mapping[str, str], gap: int | None, *, revealed: bool) -> str:
    *filters, name = token.split(":")
    known = [one.strip() for one in filters]
    value = fields.get(name.strip(), "")
    if "cloze" in known or "cloze-only" in known:
        value = with_gaps(value, gap or 0, revealed=revealed)
    if "type" in known and not revealed:
        return ""
    return re.sub(r"<[^<>]*>", "", value) if "text" in known else value


def with_gaps(text: str, asked: int, *, revealed: bool) -> str:
    """A cloze text whose gap `asked` is open, or bold where `revealed`; the other gaps are filled."""

    def fill(found: re.Match[str]) -> str:
        if int(found[1]) != asked:
            return found[2]
        return f"<b>{found[2]}</b>" if revealed else f"[{found[3] or '...'}]"

    for _ in range(_MAX_NESTING):
        text, count = GAP.subn(fill, text)
        if not count:
            break
    return text
