"""Single photos of a report: the worst of them as cards with pictures, and all of them as a table."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Literal

import cv2
import numpy as np

from inference.decoding import UndecodableImage, decode_image
from inference.geometry import DegenerateQuad
from inference.metrics import align_texts
from inference.rectifier import rectify
from inference.report.markup import element, embed_jpeg, percent, points
from inference.snapshot import PhotoPath, SnapshotItem
from inference.types import EvaluatedPhoto, Image, Quad, Region

Outcome = Literal["right", "wrong", "unread"]
WORDS: dict[Outcome, str] = {"right": "right", "wrong": "wrong", "unread": "no VIN"}
TONES: dict[Outcome, str] = {"right": "positive", "wrong": "danger", "unread": "warning"}

_THUMBNAIL = 300
_HIGH, _MEDIUM = 0.95, 0.75
"""From where on a confidence counts as high, and as medium: as on the pages of the app."""
_SHAPES = {
    "high": '<circle cx="5" cy="5" r="4" fill="currentColor"/>',
    "medium": '<circle cx="5" cy="5" r="3.4" fill="none" stroke="currentColor" stroke-width="1.2"/>'
    '<path d="M5 1.6a3.4 3.4 0 0 1 0 6.8z" fill="currentColor"/>',
    "low": '<path d="M5 1.2 9.2 8.8H.8z" fill="none" stroke="currentColor" stroke-width="1.3"/>',
}


def name_outcome(photo: EvaluatedPhoto) -> Outcome:
    if photo.vin is None:
        return "unread"
    return "right" if photo.is_right else "wrong"


def pick_worst(photos: Sequence[EvaluatedPhoto], count: int) -> list[EvaluatedPhoto]:
    """Mistakes first, those that were surest of themselves on top; then photos without a VIN.

    Where nothing is wrong, the right readings that were least sure.
    """
    wrong = sorted((p for p in photos if name_outcome(p) == "wrong"), key=lambda p: -p.confidence)
    unread = [p for p in photos if name_outcome(p) == "unread"]
    doubtful = sorted((p for p in photos if p.is_right), key=lambda p: p.confidence)
    return ([*wrong, *unread] or doubtful)[:count]


def draw_case(photo: EvaluatedPhoto, item: SnapshotItem, photo_path: PhotoPath) -> str:
    """A card: the photo with what was labeled and what was found, the strip as it was read, both texts."""
    outcome = name_outcome(photo)
    head = element(
        "div",
        element("span", WORDS[outcome], class_=f"badge {TONES[outcome]}"),
        _write_confidence(photo) if photo.vin else "",
        element("span", escape(photo.kind.replace("_", " ")), class_="faint"),
        class_="row",
    )
    foot = element(
        "p",
        f"{escape(photo.photo)} · {_write_overlap(photo)} · {photo.milliseconds:.0f} ms",
        class_="case-foot",
    )
    pictures = _draw_pictures(photo, item, photo_path)
    return element(
        "li",
        pictures,
        element("div", head, _compare(photo), foot, class_="case-body"),
        class_=f"panel case {outcome}",
    )


def _draw_pictures(photo: EvaluatedPhoto, item: SnapshotItem, photo_path: PhotoPath) -> str:
    try:
        image = decode_image(photo_path(photo.photo).read_bytes())
    except UndecodableImage as error:
        return element("div", element("p", escape(str(error))), class_="mat case-pictures")
    thumbnail = _draw_thumbnail(image, item.region, photo.region)
    return element("div", thumbnail, _draw_strip(image, photo.region), class_="mat case-pictures")


def _draw_thumbnail(image: Image, labeled: Quad | None, found: Quad | None) -> str:
    height, width = image.shape[:2]
    factor = min(_THUMBNAIL / max(height, width), 1.0)
    size = (max(round(width * factor), 1), max(round(height * factor), 1))
    small = np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.uint8)
    drawn = [
        element("polygon", points=points(quad), class_=kind, vector_effect="non-scaling-stroke")
        for kind, quad in (("drawn-label", labeled), ("drawn-found", found))
        if quad is not None
    ]
    picture = element("image", href=embed_jpeg(small), width=width, height=height, preserveAspectRatio="none")
    return element(
        "svg",
        picture,
        *drawn,
        viewBox=f"0 0 {width} {height}",
        role="img",
        aria_label="The photo with the labeled and the found region",
        class_="thumbnail",
    )


def _draw_strip(image: Image, quad: Quad | None) -> str:
    if quad is None:
        return element("p", "no region found", class_="no-strip")
    try:
        crop = rectify(image, Region(quad, 1.0))
    except DegenerateQuad:
        return element("p", "the region has no area", class_="no-strip")
    return f'<img class="strip" src="{embed_jpeg(crop.pixels)}" alt="The region as it was read">'


def _compare(photo: EvaluatedPhoto) -> str:
    if photo.vin is None:
        words = photo.error or "nothing credible was read"
        rows = [("label", escape(photo.expected)), ("read", element("span", escape(words), class_="faint"))]
    else:
        expected, found = mark_differences(photo.expected, photo.vin)
        rows = [("label", expected), ("read", found)]
    cells = [element("dt", name) + element("dd", text, class_="vin") for name, text in rows]
    return element("dl", *cells, class_="compare")


def mark_differences(expected: str, found: str) -> tuple[str, str]:
    """Both texts as markup of equal length, with what differs marked and gaps held open by a dot."""
    rows: tuple[list[str], list[str]] = ([], [])
    for pair in align_texts(expected, found):
        for row, symbol in zip(rows, pair, strict=True):
            shown = escape(symbol) or "·"
            row.append(shown if pair[0] == pair[1] else element("b", shown, class_="off"))
    return "".join(rows[0]), "".join(rows[1])


def _write_confidence(photo: EvaluatedPhoto) -> str:
    level = "high" if photo.confidence >= _HIGH else "medium" if photo.confidence >= _MEDIUM else "low"
    icon = element("svg", _SHAPES[level], viewBox="0 0 10 10", width=10, height=10, aria_hidden="true")
    return element("span", icon, f"{percent(photo.confidence)} sure", class_=f"confidence {level}")


def _write_overlap(photo: EvaluatedPhoto) -> str:
    return "no region labeled" if photo.region_iou is None else f"overlap {photo.region_iou:.2f}"


_COLUMNS = ("", "photo", "kind", "label", "read", "sure, %", "overlap", "ms")
_NUMBERS = {"sure, %", "overlap", "ms"}


def draw_table(photos: Sequence[EvaluatedPhoto]) -> str:
    """Every photo in a row; the page's script sorts and filters them."""
    heads = [
        element(
            "th",
            element("button", name, type="button", class_="sort") if name else "",
            scope="col",
            class_="number" if name in _NUMBERS else None,
        )
        for name in _COLUMNS
    ]
    rows = [_draw_row(photo) for photo in photos]
    head = element("thead", element("tr", *heads))
    return element("table", head, element("tbody", *rows), class_="table all-photos")


def _draw_row(photo: EvaluatedPhoto) -> str:
    outcome = name_outcome(photo)
    found = (
        mark_differences(photo.expected, photo.vin)[1]
        if photo.vin
        else element("span", escape(photo.error or "–"), class_="faint")
    )
    overlap = "" if photo.region_iou is None else f"{photo.region_iou:.2f}"
    cells = [
        element("td", element("span", WORDS[outcome], class_=f"badge {TONES[outcome]}")),
        element("td", escape(photo.photo), class_="file"),
        element("td", escape(photo.kind.replace("_", " "))),
        element("td", element("span", escape(photo.expected), class_="vin")),
        element("td", element("span", found, class_="vin")),
        element("td", f"{photo.confidence * 100:.1f}" if photo.vin else "", class_="number"),
        element("td", overlap, class_="number"),
        element("td", f"{photo.milliseconds:.0f}", class_="number"),
    ]
    return element("tr", *cells, data_outcome=outcome)
