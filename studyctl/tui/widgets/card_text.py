"""Cards as lines of a list, and one card in full: text, schedule and what was done to it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from textual.content import Content

from studyctl.tui.widgets.row_list import Row

if TYPE_CHECKING:
    from studyctl.services.card_browser import CardDetail, CardLine, LogLine

_FENCE = "```"
_OWN_LINE = re.compile(r"\s*(?:[-*+>] |\||\d+[.)] )")  # of a list, a quotation or a table
_MARKED = re.compile(r"(`[^`]+`|\*\*[^*]+\*\*)")


def card_heading(wide: bool) -> str:
    """The names of the columns."""
    return _columns(wide, " ", "card", "due", "recall", ("stab. d", "diff.", "lapses"), "front")


def card_row(line: CardLine, wide: bool) -> Row:
    """A card in its columns; `!` is flagged, `~` stale, `*` a leech."""
    mark = "!" if line.flag is not None else "~" if line.stale else "*" if line.leech else " "
    learnt = (
        "" if line.stability is None else f"{line.stability:.1f}",
        "" if line.difficulty is None else f"{line.difficulty:.1f}",
        str(line.lapses),
    )
    front = " ".join(line.front.replace("`", "").split())
    text = _columns(wide, mark, line.id, line.due, _share(line.retrievability), learnt, front)
    return Row(line.id, text, dim=line.suspended)


def detail_text(detail: CardDetail) -> Content:
    """Everything of one card."""
    line, card = detail.line, detail.card
    parts = [Content.styled(f"{card.id}  {card.kind.value}  {card.deck}  {card.day}", "dim"), *_remarks(line)]
    parts += [*_paragraphs(card.front), Content(""), *_paragraphs(card.back), Content("")]
    parts.append(Content.assemble(("schedule  ", "bold"), line.standing))
    if line.stability is not None and line.difficulty is not None:
        parts.append(
            Content.assemble(
                ("memory  ", "bold"),
                f"stability {line.stability:.1f} d, difficulty {line.difficulty:.1f} of 10, "
                f"recall today {_share(line.retrievability)}",
            )
        )
    parts += [
        Content.assemble(("source  ", "bold"), card.source),
        Content.assemble(("topics  ", "bold"), ", ".join(card.topics) or "none"),
        Content.assemble(("file  ", "bold"), detail.path),
    ]
    if detail.log:
        parts += [Content(""), Content.styled("Log, newest first", "bold"), *map(_log_row, detail.log)]
    return Content("\n").join(parts)


def _columns(wide: bool, mark: str, card: str, due: str, recall: str, learnt: tuple[str, str, str], front: str) -> str:
    stability, difficulty, lapses = learnt
    more = f"{stability:>8} {difficulty:>5} {lapses:>6}  " if wide else ""
    return f"{mark} {card:22.22} {due:12.12} {recall:>6}  {more}{front}"


def _share(recall: float | None) -> str:
    return "" if recall is None else f"{recall:.0%}"


def _remarks(line: CardLine) -> list[Content]:
    remarks = []
    if line.flag is not None:
        remarks.append(Content.styled(f"! flagged{': ' + line.flag if line.flag else ''}", "bold"))
    if line.stale:
        remarks.append(Content.styled(f"~ stale: the record {line.stale} measured another value", "bold"))
    if line.leech:
        remarks.append(Content.styled(f"* a leech: {line.lapses} lapses", "bold"))
    return [*remarks, Content("")]


def _paragraphs(text: str) -> list[Content]:
    """Paragraphs as prose, lines of code as they are."""
    found: list[Content] = []
    for number, part in enumerate(text.split(_FENCE)):
        if number % 2:
            found += [Content.styled(f"  {line}", "bold") for line in part.strip("\n").splitlines()[1:]]
        else:
            found += [_prose(paragraph) for paragraph in part.split("\n\n") if paragraph.strip()]
    return found


def _prose(text: str) -> Content:
    """A paragraph, lists and tables line by line; what Markdown marks as code or as strong is painted bold."""
    lines: list[str] = []
    for line in text.strip().splitlines():
        words = " ".join(line.split())
        if lines and not _OWN_LINE.match(line):
            lines[-1] += f" {words}"
        else:
            lines.append(words)
    pieces = _MARKED.split("\n".join(lines))
    return Content.assemble(*((_bare(piece), "bold") if n % 2 else piece for n, piece in enumerate(pieces)))


def _bare(piece: str) -> str:
    return piece[1:-1] if piece.startswith("`") else piece[2:-2]


def _log_row(entry: LogLine) -> Content:
    interval = f"next in {entry.interval_days} d" if entry.interval_days else "next today"
    told = f"{entry.rating:5}  {interval}, {entry.seconds:.0f} s" if entry.rating else ""
    return Content(f"{entry.date}  {entry.act.value:10}  {told}".rstrip())
