"""The report of an evaluation, drawn from readings that were made up."""

import re
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path

import pytest

from inference.evaluation import summarize
from inference.labels import load_labels, path_beside
from inference.report import ReportOptions, render_report
from inference.report.cases import mark_differences, pick_worst
from inference.report.symbols import count_errors
from inference.snapshot import Snapshot
from inference.types import EvaluatedPhoto, Scorecard

PHOTOS = Path(__file__).parents[2] / "data" / "photos"
LABELS = load_labels(PHOTOS / "photos.csv")
VIN = "1M8GDM9AXKP042788"
OPTIONS = ReportOptions(subject="<photos>", made_at=datetime(2026, 11, 3, 9, 5, tzinfo=UTC))


def made_up(photo: str, expected: str, vin: str | None, confidence: float, edits: int) -> EvaluatedPhoto:
    region = next((item.region for item in LABELS.items if item.photo == photo), None)
    stages = {"detect": 20.0, "recognize": 9.5}
    return EvaluatedPhoto(
        photo, expected, vin, confidence, edits, 0.8, 40.0, "paper", region, (), 0.7, stages
    )


def card_of(*photos: EvaluatedPhoto) -> Scorecard:
    return summarize(photos, bundle="a & b", snapshot="s", split="test")


def misread(vin: str) -> str:
    return vin[:-1] + ("1" if vin[-1] != "1" else "7")


@pytest.fixture
def card() -> Scorecard:
    first, second, third = LABELS.items
    return card_of(
        made_up(first.photo, first.vin, first.vin, 0.97, 0),
        made_up(second.photo, second.vin, misread(second.vin), 0.6, 1),
        made_up(third.photo, third.vin, None, 0.0, 17),
    )


class Outline(HTMLParser):
    """Checks that every element is closed by its own end tag, and collects what is referred to."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.references: list[str] = []
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in {"meta", "img", "input"}:
            self.open.append(tag)
        self.references += [value or "" for name, value in attrs if name in {"src", "href"}]

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.references += [value or "" for name, value in attrs if name in {"src", "href"}]

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def outline(page: str) -> Outline:
    parser = Outline()
    parser.feed(page)
    parser.close()
    assert parser.open == []
    return parser


def test_the_page_is_whole_and_asks_nobody(card: Scorecard) -> None:
    page = render_report(card, LABELS, path_beside(PHOTOS / "photos.csv"), OPTIONS)
    found = outline(page)
    assert found.references
    assert all(reference.startswith("data:image/jpeg;base64,") for reference in found.references)
    assert re.findall(r"url\(|@import|https?://", page) == []
    assert "<photos>" in "".join(found.text)
    assert "a & b" in found.text
    assert "33.3 %" in found.text
    assert "3 November 2026, 09:05" in "".join(found.text)


def test_single_photos_can_be_left_out(card: Scorecard) -> None:
    """Those of the part that only measures: neither a picture, nor a name, nor a VIN."""
    options = ReportOptions(subject="held out", made_at=OPTIONS.made_at, photos=False)
    page = render_report(card, LABELS, path_beside(PHOTOS / "photos.csv"), options)
    assert outline(page).references == []
    for item in LABELS.items:
        assert item.photo not in page
        assert item.vin not in page


def test_without_any_photo() -> None:
    page = render_report(card_of(), Snapshot("empty", ()), path_beside(PHOTOS / "photos.csv"), OPTIONS)
    assert outline(page).references == []


def test_the_surest_mistakes_come_first() -> None:
    sure, unsure = made_up("a", VIN, misread(VIN), 0.9, 1), made_up("b", VIN, misread(VIN), 0.2, 1)
    unread, right = made_up("c", VIN, None, 0.0, 17), made_up("d", VIN, VIN, 0.4, 0)
    assert pick_worst([right, unread, unsure, sure], 9) == [sure, unsure, unread]
    assert pick_worst([right, unread, unsure, sure], 1) == [sure]
    assert pick_worst([made_up("e", VIN, VIN, 0.99, 0), right], 1) == [right]


def test_differences_are_marked_on_both_sides() -> None:
    assert mark_differences("8AC", "BA") == (
        '<b class="off">8</b>A<b class="off">C</b>',
        '<b class="off">B</b>A<b class="off">·</b>',
    )


def test_errors_by_position() -> None:
    left_out = made_up("b", VIN, VIN[:4] + VIN[5:], 0.5, 1)
    assert count_errors([made_up("a", VIN, misread(VIN), 0.5, 1), left_out]) == [0] * 4 + [1] + [0] * 11 + [1]
