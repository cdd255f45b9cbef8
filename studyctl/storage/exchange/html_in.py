"""The HTML of an Anki field as Markdown. Made for fields typed in Anki; runs in linear time over hostile ones too."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape

from studyctl.storage.exchange.markdown_writer import MarkdownWriter

_TAG = re.compile(
    r"<(?P<close>/?)(?P<name>[a-zA-Z][a-zA-Z0-9]{0,19})(?P<attributes>(?:[^<>\"']|\"[^\"<]*\"|'[^'<]*')*+)>"
)
_ATTRIBUTE = re.compile(r"([a-zA-Z][a-zA-Z\-]{0,30})\s{0,9}=\s{0,9}(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+))")
_HIDDEN = frozenset({"script", "style", "head", "title", "template", "object", "iframe"})
_PARAGRAPHS = frozenset({"p", "table", "blockquote", "section", "article", "dl", "figure", "hr"})
_LINES = frozenset({"div", "tr", "dt", "dd", "caption", "thead", "tbody", "center"})
_MARKS = {"b": "**", "strong": "**", "i": "*", "em": "*"}
_HEADING = re.compile(r"h([1-6])")
_LANGUAGE = re.compile(r"(?:^|\s)language-([A-Za-z0-9+#\-]{1,20})(?:\s|$)")
_MATHS = re.compile(r"\\\((.{0,500}?)\\\)|\\\[(.{0,500}?)\\\]", re.DOTALL)


def markdown_of(html: str) -> str:
    """Markdown that shows what `html` shows: texts, emphasis, code, lists, links, names of images."""
    if "<" not in html and "&" not in html:
        writer = MarkdownWriter()
        _text(writer, html)
        return writer.markdown()
    return _Reader(html).read()


class _Reader:
    """Walks over tags and texts once."""

    def __init__(self, html: str) -> None:
        self._html = html
        self._writer = MarkdownWriter()
        self._hidden: str | None = None
        self._links: list[str] = []

    def read(self) -> str:
        """The Markdown."""
        at = 0
        while at < len(self._html):
            start = self._html.find("<", at)
            if start < 0:
                break
            self._show(self._html[at:start])
            at = self._markup(start)
        self._show(self._html[at:])
        return self._writer.markdown()

    def _markup(self, start: int) -> int:
        """Handle what begins at a `<`; where it goes on."""
        if self._html.startswith("<!--", start):
            end = self._html.find("-->", start)
            return len(self._html) if end < 0 else end + 3
        tag = _TAG.match(self._html, start)
        if tag is None:
            self._show("<")
            return start + 1
        name = tag["name"].lower()
        if self._hidden is not None:
            if tag["close"] and name == self._hidden:
                self._hidden = None
        elif name in _HIDDEN:
            self._hidden = None if tag["close"] else name
        elif tag["close"]:
            self._close(name)
        else:
            self._open(name, tag["attributes"])
        return tag.end()

    def _show(self, piece: str) -> None:
        if self._hidden is None and piece:
            text = unescape(piece) if "&" in piece else piece
            _text(self._writer, text)

    def _open(self, name: str, attributes: str) -> None:
        writer = self._writer
        if name == "br":
            writer.break_line()
        elif name == "pre":
            writer.begin_fence()
        elif name in ("code", "kbd", "tt", "samp"):
            language = _LANGUAGE.search(_values(attributes).get("class", ""))
            writer.begin_code(language[1] if language else "")
        elif name in _MARKS:
            writer.mark(_MARKS[name])
        elif name == "img":
            values = _values(attributes)
            writer.image(values.get("alt", ""), values.get("src", ""))
        elif name == "a":
            self._links.append(_values(attributes).get("href", ""))
            writer.begin_link()
        elif name in ("ul", "ol"):
            writer.begin_list(_first_number(attributes) if name == "ol" else None)
        elif name == "li":
            writer.item()
        elif name in ("td", "th"):
            writer.cell()
        else:
            self._block(name, opening=True)

    def _close(self, name: str) -> None:
        writer = self._writer
        ends: dict[str, Callable[[], None]] = {"pre": writer.end_fence, "ul": writer.end_list, "ol": writer.end_list}
        ends |= dict.fromkeys(("code", "kbd", "tt", "samp"), writer.end_code)
        if name in ends:
            ends[name]()
        elif name in _MARKS:
            writer.unmark(_MARKS[name])
        elif name == "a" and self._links:
            writer.end_link(self._links.pop())
        else:
            self._block(name, opening=False)

    def _block(self, name: str, *, opening: bool) -> None:
        heading = _HEADING.fullmatch(name)
        if heading is not None:
            self._writer.block(2)
            if opening:
                self._writer.raw("#" * int(heading[1]) + " ")
        elif name in _PARAGRAPHS:
            self._writer.block(2)
        elif name in _LINES:
            self._writer.new_line()


def _text(writer: MarkdownWriter, text: str) -> None:
    """Plain text with its formulas: what stands in `\\(...\\)` or `\\[...\\]` is kept as `$...$` or `$$...$$`."""
    if "\\" not in text or writer.verbatim:
        writer.text(text)
        return
    at = 0
    for found in _MATHS.finditer(text):
        writer.text(text[at : found.start()])
        sign = "$" if found[1] is not None else "$$"
        writer.raw(f"{sign}{(found[1] or found[2] or '').strip()}{sign}")
        at = found.end()
    writer.text(text[at:])


def _first_number(attributes: str) -> int:
    """The number that an ordered list begins with."""
    start = _values(attributes).get("start", "1")
    return int(start) if re.fullmatch(r"[0-9]{1,9}", start) else 1


def _values(attributes: str) -> dict[str, str]:
    found = {}
    for match in _ATTRIBUTE.finditer(attributes):
        found[match[1].lower()] = unescape(match[2] or match[3] or match[4] or "")
    return found
