"""Builds Markdown piece by piece, so that plain text stays plain whatever characters it has."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

_BREAK = "\x1e"
_BLANKS = re.compile(r"[ \t\r\n\f\v\xa0]+")
_SPECIAL = re.compile(r"[\\`*\[\]]|(?<![^\W_])_|_(?![^\W_])|<(?=[A-Za-z/!?])|&(?=[#\w]+;)|!(?=\[)")
_AT_START = re.compile(
    r"(?P<rule>(?:#{1,6}|[-+>=|~])(?=[\s\-+>=|~]|$)|[>=|]|-{2,}|~{3,})|(?P<number>\d{1,9})(?P<dot>[.)])"
)
_LINE_TAILS = re.compile(r"[ \t]++\n")
_BREAKS = re.compile(rf"[ \t]*{_BREAK}[ \t]*")
_HELD = re.compile(r"\x1d(\d+)\x1d")
_MANY_LINES = re.compile(r"\n{3,}")
_SAFE_LINK = re.compile(r"(?:https?://|mailto:)\S+", re.IGNORECASE)
_NOT_IN_LINKS = re.compile(r"[\[\]<>\\\s]+")
_MAX_DEPTH = 8


@dataclass
class _List:
    number: int | None = None


@dataclass
class MarkdownWriter:
    """Markdown that grows; `verbatim` while inside of code."""

    _parts: list[str] = field(default_factory=list)
    _fences: list[str] = field(default_factory=list)
    _lists: list[_List] = field(default_factory=list)
    _marks: list[tuple[str, int]] = field(default_factory=list)
    _links: list[int] = field(default_factory=list)
    _code: list[str] | None = None
    _in_fence: bool = False
    _language: str = ""

    @property
    def verbatim(self) -> bool:
        """Whether text goes in unchanged now."""
        return self._code is not None

    def markdown(self) -> str:
        """What was written, with everything open closed."""
        if self._code is not None:
            self._flush_code()
        while self._marks:
            self._drop_mark()
        text = _MANY_LINES.sub("\n\n", _resolve_breaks("".join(self._parts)))
        return _HELD.sub(lambda held: self._fences[int(held[1])], text).strip()

    def text(self, text: str) -> None:
        """Plain text; blanks count as one."""
        if self._code is not None:
            self._code.append(text)
            return
        plain = _BLANKS.sub(" ", text.replace(_BREAK, "").replace("\x1d", ""))
        start = self._at_start()
        if start:
            plain = plain.lstrip(" ")
        if plain:
            escaped = _SPECIAL.sub(r"\\\g<0>", plain)
            self._parts.append(_escaped_start(escaped) if start else escaped)

    def raw(self, markdown: str) -> None:
        """Markdown as it is."""
        (self._parts if self._code is None else self._code).append(markdown)

    def break_line(self) -> None:
        """A `<br>`."""
        if self._code is not None:
            self._code.append("\n")
        else:
            self._parts.append(_BREAK)

    def new_line(self) -> None:
        """A block that begins on a line of its own, such as `<div>`."""
        if self._code is None and not self._at_start():
            self._parts.append(_BREAK)

    def block(self, lines: int) -> None:
        """At least `lines` line ends before what comes next."""
        if self._code is None and self._parts:
            end = "".join(self._parts[-3:])
            there = len(end) - len(end.rstrip("\n"))
            if there < lines:
                self._parts.append("\n" * (lines - there))

    def begin_fence(self) -> None:
        """The start of a block of code."""
        if not self._in_fence:
            self.end_code()
            self.block(2)
            self._code, self._in_fence, self._language = [], True, ""

    def end_fence(self) -> None:
        """The end of a block of code."""
        if self._in_fence:
            self._flush_code()
            self.block(2)

    def begin_code(self, language: str = "") -> None:
        """The start of code inside a line; inside of a block of code it names the language."""
        if self._code is None:
            self._code = []
        elif self._in_fence and not self._code:
            self._language = language

    def end_code(self) -> None:
        """The end of code inside a line."""
        if self._code is not None and not self._in_fence:
            self._flush_code()

    def mark(self, sign: str) -> None:
        """The start of emphasis."""
        if (
            self._code is None
            and len(self._marks) < _MAX_DEPTH
            and all(open_sign != sign for open_sign, _ in self._marks)
        ):
            self._marks.append((sign, len(self._parts)))

    def unmark(self, sign: str) -> None:
        """The end of emphasis."""
        if self._code is not None or not any(open_sign == sign for open_sign, _ in self._marks):
            return
        while self._marks[-1][0] != sign:
            self._drop_mark()
        _, at = self._marks.pop()
        inner = "".join(self._parts[at:])
        core = inner.strip(" ")
        if core and "\n" not in core and _BREAK not in core:
            before, after = inner[: inner.index(core)], inner[inner.index(core) + len(core) :]
            inner = f"{before}{sign}{core}{sign}{after}"
        self._parts[at:] = [inner] if inner else []

    def image(self, alternative: str, source: str) -> None:
        """An image by the name of its file."""
        plain = _NOT_IN_LINKS.sub(" ", source).strip()
        name = f"<{plain}>" if set(" ()") & set(plain) else plain
        self.raw(f"![{_NOT_IN_LINKS.sub(' ', alternative).strip()}]({name})")

    def begin_link(self) -> None:
        """The start of a link's text."""
        if len(self._links) < _MAX_DEPTH:
            self._links.append(len(self._parts))

    def end_link(self, address: str) -> None:
        """The end of a link's text; only addresses of the web and of mail stay."""
        at = self._links.pop() if self._links else len(self._parts)
        shown = "".join(self._parts[at:]).strip()
        harmless = _SAFE_LINK.fullmatch(address) and not set("<>()\\") & set(address)
        if self._code is None and shown and harmless and "\n" not in shown and _BREAK not in shown:
            self._parts[at:] = [f"[{shown}]({address})"]

    def begin_list(self, first: int | None) -> None:
        """The start of a list; `first` is the first number of an ordered one."""
        self.block(1 if self._lists else 2)
        if len(self._lists) < _MAX_DEPTH:
            self._lists.append(_List(first))

    def end_list(self) -> None:
        """The end of a list."""
        if self._lists:
            self._lists.pop()
        self.block(1 if self._lists else 2)

    def item(self) -> None:
        """The start of an item."""
        current = self._lists[-1] if self._lists else _List()
        sign = "-" if current.number is None else f"{current.number}."
        if current.number is not None:
            current.number += 1
        self.block(1)
        self.raw(f"{'   ' * max(0, len(self._lists) - 1)}{sign} ")

    def cell(self) -> None:
        """The start of a table's cell."""
        if not self._at_start():
            self.raw(" | ")

    def _at_start(self) -> bool:
        for part in reversed(self._parts):
            if part:
                return part.endswith(("\n", _BREAK, "- ", ". ")) and (part[-1] != " " or len(part.strip()) <= 4)
        return True

    def _drop_mark(self) -> None:
        self._marks.pop()

    def _flush_code(self) -> None:
        code = "".join(self._code or ())
        fence, self._code, self._in_fence = self._in_fence, None, False
        ticks = "`" * (max((len(run) for run in re.findall("`+", code)), default=0) + 1)
        if fence:
            ticks = ticks if len(ticks) > 2 else "```"
            whole = f"{ticks}{self._language}\n{code.strip(chr(10))}\n{ticks}"
        else:
            inner = _BLANKS.sub(" ", code)
            if not inner.strip():
                self._parts.append(inner)
                return
            pad = " " if inner.startswith("`") or inner.endswith("`") else ""
            whole = f"{ticks}{pad}{inner}{pad}{ticks}"
        self._fences.append(whole)
        self._parts.append(f"\x1d{len(self._fences) - 1}\x1d")


def _escaped_start(line: str) -> str:
    """A line whose first characters make no list, heading, quotation or rule."""
    found = _AT_START.match(line)
    if found is None:
        return line
    at = found.end("number") if found["number"] else 0
    return f"{line[:at]}\\{line[at:]}"


def _resolve_breaks(text: str) -> str:
    """One break is a hard line break; two and more, or one beside a paragraph's end, are a paragraph's end."""
    text = _BREAKS.sub(_BREAK, _LINE_TAILS.sub("\n", text))
    text = re.sub(rf"{_BREAK}{{2,}}", "\n\n", text)
    text = re.sub(rf"{_BREAK}(?=\n)|(?<=\n){_BREAK}", "", text)
    return text.strip(_BREAK).replace(_BREAK, "  \n")
