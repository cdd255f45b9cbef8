"""Markdown as the HTML of an Anki field."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from markdown_it import MarkdownIt

_PLAIN = re.compile(r"[^\W\d_](?:[^\W_]|[ ,.?;:'()/%\-])*+(?<! )")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


def html_of(markdown: str) -> str:
    """HTML that shows `markdown`; HTML inside of it is shown as text, and no control character is left.

    One single paragraph stands without its tags, as a field typed in Anki would.
    """
    if _PLAIN.fullmatch(markdown):
        return markdown
    html = str(_renderer().render(_CONTROL.sub("", markdown))).strip()
    inner = html.removeprefix("<p>").removesuffix("</p>")
    return inner if len(inner) == len(html) - 7 and "<p>" not in inner else html


@cache
def _renderer() -> MarkdownIt:
    from markdown_it import MarkdownIt

    return MarkdownIt("commonmark", {"html": False}).enable("table")
