"""Anki's HTML as Markdown, and Markdown as HTML."""

from __future__ import annotations

import re
from html import unescape
from time import process_time

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from studyctl.storage.exchange.html_in import markdown_of
from studyctl.storage.exchange.html_out import html_of
from tests.exchange.strategies import TEXT


@pytest.mark.parametrize(
    ("html", "markdown"),
    [
        ("plain", "plain"),
        ("a<br>b", "a  \nb"),
        ("a<br><br>b", "a\n\nb"),
        ("<div>a</div><div>b</div>", "a  \nb"),
        ("<p>a</p><p>b</p>", "a\n\nb"),
        ("<b>a</b> and <i> b </i>c", "**a** and  *b* c"),
        ("<b><i>x</i></b>", "***x***"),
        ("<b></b>x", "x"),
        ("2 &lt; 3 &amp;&amp; 4&nbsp;&gt; 3", "2 < 3 && 4 > 3"),
        ("&lt;b&gt;", "\\<b>"),
        ("<code>a_b*c</code>", "`a_b*c`"),
        ("<code>a`b</code>", "``a`b``"),
        ("<pre><code>if a:\n    b&lt;c</code></pre>", "```\nif a:\n    b<c\n```"),
        ('<pre><code class="language-c++">int a;\n</code></pre>', "```c++\nint a;\n```"),
        ('<code class="language-c">a</code>', "`a`"),
        ("<ul><li>a<ul><li>b</li></ul></li><li>c</li></ul>", "- a\n   - b\n- c"),
        ("<ol><li>a</li><li>b</li></ol>", "1. a\n2. b"),
        ('<ol start="503"><li>a</li><li>b</li></ol>', "503. a\n504. b"),
        ('<a href="https://x.org/a">x</a>', "[x](https://x.org/a)"),
        ('<a href="javascript:alert(1)">x</a>', "x"),
        ('<img src="a b.png" alt="A">', "![A](<a b.png>)"),
        ("<script>alert(1)</script>x<style>p{}</style>", "x"),
        ("<!-- a > b -->x", "x"),
        ("<h2>T</h2>x", "## T\n\nx"),
        ("a < b", "a < b"),
        ("# no head", "\\# no head"),
        ("1. no list", "1\\. no list"),
        ("- no list", "\\- no list"),
        ("snake_case and _emphasis_", "snake_case and \\_emphasis\\_"),
        ("\\(x^2\\) and \\[y\\]", "$x^2$ and $$y$$"),
        ("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td><td>d</td></tr></table>", "a | b  \nc | d"),
        ("<b>never closed", "never closed"),
        ("</b></ul></pre></a>stray", "stray"),
    ],
)
def test_html_becomes_markdown(html: str, markdown: str) -> None:
    assert markdown_of(html) == markdown


def shown(html: str) -> str:
    """The words that a reader sees."""
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", html)).split())


@given(text=TEXT)
def test_plain_text_stays_plain_whatever_its_characters(text: str) -> None:
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\\", "/")
    assert shown(html_of(markdown_of(escaped))) == " ".join(text.replace("\\", "/").split())


@given(text=TEXT)
def test_markdown_becomes_html_without_foreign_tags(text: str) -> None:
    html = html_of(text)
    assert "\x1f" not in html
    assert "\0" not in html
    assert "<script" not in html_of(text + "<script>")


@given(text=st.text(st.sampled_from("aZä漢9 ,.?;:'()/%-_"), max_size=30))
def test_text_without_markup_takes_the_short_way_to_the_same_html(text: str) -> None:
    assume(text and html_of(text) == text)
    assert html_of(f"a\n\n{text}") == f"<p>a</p>\n<p>{text}</p>"


@pytest.mark.parametrize(
    "text", ["**a** and *b*", "a\n\nb", "```\ncode\n  more\n```", "- a\n- b", "`x_y`", "2\\*3", "[x](https://x.org)"]
)
def test_markdown_survives_a_rendering_and_a_return(text: str) -> None:
    assert markdown_of(html_of(text)) == text


@pytest.mark.parametrize(
    "piece",
    [
        "<",
        "<a ",
        "<b>",
        "<a href='",
        "<!--",
        "<li>",
        "<pre>",
        "&#30;&",
        "<b></b><td>",
        "\\(",
        "<a><code>`</code>",
        "`",
        "<ul>",
    ],
)
def test_hostile_html_takes_no_more_than_linear_time(piece: str) -> None:
    def seconds(count: int) -> float:
        start = process_time()
        markdown_of(piece * count)
        return process_time() - start

    small = max(min(seconds(1_000) for _ in range(3)), 1e-4)
    assert seconds(16_000) / small < 16 * 6
