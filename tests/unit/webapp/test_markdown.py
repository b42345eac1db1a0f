"""Markdown of admins becomes HTML that can do nothing."""

import re

import pytest

from webapp.markdown import render_markdown

LINK = '<a href="https://example.org" rel="noopener noreferrer nofollow">'


def test_what_guidelines_need_is_there() -> None:
    html = render_markdown("# Zero\n\n- **never** an `O`\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n3. third")
    for part in ("<h2>Zero</h2>", "<strong>never</strong>", "<code>O</code>", "<td>1</td>", '<ol start="3">'):
        assert part in html


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "![x](https://example.org)",
        "[x](javascript:alert(1))",
        "[x](data:text/html,<script>alert(1)</script>)",
        "<a href='javascript:alert(1)'>x</a>",
        "<style>p{}</style>",
        "<iframe src=https://example.org></iframe>",
        '[x](https://example.org "onmouseover=alert(1)")',
        "<javascript:alert(1)>",
    ],
)
def test_nothing_runs_and_nothing_is_fetched(text: str) -> None:
    tags = re.findall(r"<[^>]*>", render_markdown(text))
    assert set(tags) <= {"<p>", "</p>", "</a>", LINK}


def test_a_link_hands_nothing_over() -> None:
    assert render_markdown("[x](https://example.org)") == f"<p>{LINK}x</a></p>\n"
