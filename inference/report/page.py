"""The report of an evaluation: one HTML file that needs no other and asks no server for anything."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from html import escape
from pathlib import Path

from inference.evaluation import THRESHOLDS
from inference.report.cases import draw_case, draw_table, pick_worst
from inference.report.figures import draw_confidence, draw_headline, draw_kinds, draw_times
from inference.report.markup import element
from inference.report.symbols import draw_symbols
from inference.snapshot import PhotoPath, Snapshot
from inference.types import Scorecard

STYLES = Path(__file__).resolve().parents[2] / "static" / "css"
SHEETS = ("reset.css", "tokens.css", "base.css", "components.css", "tables.css", "controls.css")
"""The app's own sheets, so that a report looks like a page of it."""
HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class ReportOptions:
    """What is told beside the figures.

    `subject` says which photos these are; `worst` is how many single photos have a card. Without `photos`
    nothing is shown of any single photo, as it must be for those that shall never be tuned to.
    """

    subject: str
    made_at: datetime
    thresholds: tuple[float, ...] = THRESHOLDS
    worst: int = 40
    photos: bool = True


def render_report(card: Scorecard, labels: Snapshot, photo_path: PhotoPath, options: ReportOptions) -> str:
    """The whole document. Raises OSError where a photo that has a card is missing."""
    sections = [
        draw_headline(card),
        draw_kinds(card),
        draw_confidence(card, options.thresholds),
        draw_symbols(card),
        draw_times(card),
    ]
    if options.photos:
        sections += [_draw_worst(card, labels, photo_path, options.worst), _draw_all(card)]
    else:
        sections.append(_explain_absence())
    title = f"{card.bundle} on {options.subject}"
    body = element("main", _draw_head(card, options), *sections, class_="report")
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"{element('title', escape(title))}{element('style', _collect_styles())}</head>"
        f"<body>{body}{element('script', (HERE / 'page.js').read_text())}</body></html>\n"
    )


def _collect_styles() -> str:
    sheets = [(STYLES / name).read_text() for name in SHEETS]
    return "\n".join([*sheets, (HERE / "page.css").read_text()])


def _draw_head(card: Scorecard, options: ReportOptions) -> str:
    measured = f"measured {options.made_at.day} {options.made_at:%B %Y, %H:%M}"
    facts = f"{escape(options.subject)} · {card.n:,} photos · {measured}"
    return element(
        "header",
        element("p", "How a bundle reads", class_="eyebrow"),
        element("h1", escape(card.bundle)),
        element("p", facts, class_="soft"),
        class_="report-head",
    )


def _draw_worst(card: Scorecard, labels: Snapshot, photo_path: PhotoPath, count: int) -> str:
    items = {item.photo: item for item in labels.items}
    chosen = pick_worst(card.photos, count)
    mistaken = card.n - card.exact
    hint = (
        f"{len(chosen)} of {mistaken} photos that were not read right, the surest of themselves first."
        if mistaken
        else "Everything was read right. These were least sure."
    )
    cards = [draw_case(photo, items[photo.photo], photo_path) for photo in chosen]
    legend = element(
        "p", '<span class="key label"></span>labeled <span class="key found"></span>found', class_="faint row"
    )
    head = element(
        "div", element("h2", "Worst cases"), element("p", hint, class_="faint"), legend, class_="section-head"
    )
    return element("section", head, element("ul", *cards, class_="cases"), id="worst")


def _draw_all(card: Scorecard) -> str:
    chips = [
        element(
            "label",
            f'<input type="radio" name="outcome" value="{value}"{" checked" if not value else ""}>',
            element("span", word),
            class_="chip",
        )
        for value, word in (("", "All"), ("wrong", "Wrong"), ("unread", "No VIN"), ("right", "Right"))
    ]
    words = "Find a photo or a VIN"
    search = f'<input type="search" id="find" placeholder="{words}" aria-label="{words}">'
    tools = element("div", *chips, search, '<output id="shown" class="faint"></output>', class_="row")
    head = element("div", element("h2", "All photos"), tools, class_="panel-head")
    return element(
        "section",
        head,
        element("div", draw_table(card.photos), class_="table-scroll"),
        class_="panel",
        id="all",
    )


def _explain_absence() -> str:
    words = "These photos only measure: who looks at single ones tunes to them, so none is shown."
    return element("p", words, class_="soft absence")
