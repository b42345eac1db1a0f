"""The part of a report on single symbols: which are mistaken for which, and where in the VIN."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from html import escape

from inference.metrics import Pair, align_texts, count_confusions
from inference.report import charts
from inference.report.markup import draw_section, element
from inference.types import EvaluatedPhoto, Scorecard
from inference.vin import LENGTH

MOST_CONFUSIONS = 14
MOST_EDITS = 6
"""Readings with more edits are of another line: their symbols were not mistaken for each other."""


def draw_symbols(card: Scorecard) -> str:
    """A matrix of all symbols, the most frequent mistakes, and the mistakes at each position."""
    answered = [photo for photo in card.photos if photo.vin]
    read = [photo for photo in answered if photo.edits <= MOST_EDITS]
    confusions = count_confusions((photo.expected, photo.vin or "") for photo in read)
    matrix = element("figure", charts.draw_confusions(confusions), class_="chart")
    positions = element(
        "figure",
        element("h3", "By position in the VIN"),
        charts.draw_positions(count_errors(read), len(read)),
        class_="chart",
    )
    side = element(
        "div",
        element("h3", "Most frequent mistakes"),
        _list_confusions(confusions),
        positions,
        class_="stack",
    )
    astray = len(answered) - len(read)
    hint = f"Down: the label. Across: what was read. {len(read):,} readings"
    hint += f"; {astray} with more than {MOST_EDITS} edits left out." if astray else "."
    return draw_section(
        "Symbols mistaken for each other", hint, element("div", matrix, side, class_="symbols"), key="symbols"
    )


def count_errors(photos: Sequence[EvaluatedPhoto]) -> list[int]:
    """In how many readings each position of the label was read as something else or left out."""
    errors = [0] * LENGTH
    for photo in photos:
        place = 0
        for expected, found in align_texts(photo.expected, photo.vin or ""):
            if expected:
                errors[place] += expected != found
                place += 1
    return errors


def _list_confusions(confusions: Counter[Pair]) -> str:
    wrong = [(pair, count) for pair, count in confusions.most_common() if pair[0] != pair[1]]
    if not wrong:
        return element("p", "None: every symbol was read right.", class_="soft")
    totals: Counter[str] = Counter()
    for (expected, _), count in confusions.items():
        totals[expected] += count
    rows = [_draw_confusion(pair, count, totals[pair[0]]) for pair, count in wrong[:MOST_CONFUSIONS]]
    rest = sum(count for _, count in wrong[MOST_CONFUSIONS:])
    more = (
        element("p", f"{rest} more mistakes of {len(wrong) - MOST_CONFUSIONS} other sorts", class_="faint")
        if rest
        else ""
    )
    return element("ol", *rows, class_="confusions") + more


def _draw_confusion(pair: Pair, count: int, total: int) -> str:
    expected, found = (symbol or charts.GAP for symbol in pair)
    of = f" of {total:,}" if pair[0] else ""
    return element(
        "li",
        element("span", escape(expected), class_="vin"),
        element("span", "→", class_="faint"),
        element("b", escape(found), class_="vin off"),
        element("span", f"{count}{of}", class_="faint figure"),
    )
