"""The figures of a report: headline, kinds of photos, confidence, time."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from statistics import fmean

from inference.evaluation import list_outcomes, slice_by_kind
from inference.metrics import Acceptance, accept_from, reliability_bins, trace_acceptance, wilson_interval
from inference.report import charts
from inference.report.markup import draw_section, element, interval, percent
from inference.types import Scorecard


def draw_headline(card: Scorecard) -> str:
    low, high = wilson_interval(card.exact, card.n)
    hero = element(
        "div",
        element("p", "Whole VINs right", class_="figure-name"),
        element("p", percent(card.exact_match), class_="hero-figure"),
        charts.draw_interval(card.exact, card.n, width=260),
        element("p", f"{card.exact} of {card.n}, 95 % interval {interval(low, high)}", class_="faint"),
        class_="panel hero",
    )
    tiles = [
        _tile("Characters wrong", percent(card.cer, 2), "edits over expected characters"),
        _tile("Regions found", *_share(card.located, card.with_region), hint="overlap of half or more"),
        _tile("Boxes complete", *_share(card.with_17_boxes, card.exact), hint=_say_boxes(card)),
        _tile("Confidence off by", percent(card.calibration_error), "expected calibration error"),
        _tile(
            "No VIN given",
            *_share(sum(photo.vin is None for photo in card.photos), card.n),
            hint="refused, or none found",
        ),
        _tile(
            "Time a photo",
            f"{card.milliseconds_median:.0f} ms",
            f"median; 95 of 100 within {card.milliseconds_p95:.0f} ms",
        ),
    ]
    return element("div", hero, element("div", *tiles, class_="tiles"), class_="headline")


def _share(count: int | None, of: int | None) -> tuple[str, str]:
    if count is None or not of:
        return "–", ""
    return percent(count / of), f"{count} of {of}"


def _say_boxes(card: Scorecard) -> str:
    overlap = "" if card.character_iou is None else f", overlap with the true ones {card.character_iou:.2f}"
    return f"right readings have 17{overlap}"


def _tile(name: str, figure: str, *words: str, hint: str = "") -> str:
    told = ", ".join(part for part in (*words, hint) if part)
    return element(
        "div",
        element("p", name, class_="figure-name"),
        element("p", figure, class_="tile-figure"),
        element("p", told, class_="faint"),
        class_="panel tile",
    )


_KIND_COLUMNS = (
    "kind of photo",
    "photos",
    "whole VINs right",
    "",
    "95 % interval, %",
    "characters wrong",
    "regions found",
    "box overlap",
    "calibration",
    "median",
    "95 of 100",
)


def draw_kinds(card: Scorecard) -> str:
    kinds = slice_by_kind(card)
    rows = [_draw_kind("all", card, "total")] if len(kinds) != 1 else []
    rows += [_draw_kind(kind.replace("_", " ") or "unknown", each) for kind, each in kinds.items()]
    heads = [
        element("th", name, scope="col", class_="number" if place and place != 3 else None)
        for place, name in enumerate(_KIND_COLUMNS)
    ]
    table = element("table", element("thead", element("tr", *heads)), element("tbody", *rows), class_="table")
    return element(
        "section",
        element("div", element("h2", "By kind of photo"), class_="panel-head"),
        element("div", table, class_="table-scroll"),
        class_="panel",
        id="kinds",
    )


def _draw_kind(name: str, card: Scorecard, row_class: str | None = None) -> str:
    spread = interval(*wilson_interval(card.exact, card.n))
    figures = (
        percent(card.cer, 2),
        _share(card.located, card.with_region)[0],
        "–" if card.character_iou is None else f"{card.character_iou:.2f}",
        percent(card.calibration_error),
        f"{card.milliseconds_median:.0f} ms",
        f"{card.milliseconds_p95:.0f} ms",
    )
    cells = [
        element("th", escape(name), scope="row"),
        element("td", f"{card.n:,}", class_="number"),
        element("td", percent(card.exact_match), class_="number strong"),
        element("td", charts.draw_interval(card.exact, card.n)),
        element("td", spread.removesuffix(" %"), class_="number soft"),
        *(element("td", figure, class_="number") for figure in figures),
    ]
    return element("tr", *cells, class_=row_class)


def draw_confidence(card: Scorecard, thresholds: Sequence[float]) -> str:
    """How honest confidences are, and what accepting by them brings."""
    outcomes = list_outcomes(card.photos)
    marks = [accept_from(outcomes, threshold) for threshold in thresholds]
    bins = reliability_bins(list_outcomes(card.photos, read_only=True))
    left = element(
        "figure",
        element("h3", "Reliability"),
        element(
            "p",
            f"Dots on the dashed line are honest; off by {percent(card.calibration_error)} on average. "
            "Whiskers are 95 % intervals, bars count the readings.",
            class_="faint",
        ),
        charts.draw_reliability(bins),
        class_="chart",
    )
    right = element(
        "figure",
        element("h3", "Accepting by confidence"),
        element(
            "p",
            "How many of the accepted readings are right, as more photos are accepted, the surest first.",
            class_="faint",
        ),
        charts.draw_coverage(trace_acceptance(outcomes), marks),
        class_="chart",
    )
    return draw_section(
        "How far confidence can be trusted",
        "",
        element("div", left, right, class_="columns"),
        _draw_acceptance(marks),
        key="confidence",
    )


def _draw_acceptance(marks: Sequence[Acceptance]) -> str:
    names = (
        "accepted from",
        "photos accepted",
        "share",
        "95 % interval",
        "right",
        "share of the accepted",
        "95 % interval",
    )
    rows = []
    for mark in marks:
        cells = (
            f"{mark.threshold * 100:.4g} %",
            f"{mark.accepted} of {mark.n}",
            percent(mark.coverage),
            interval(*wilson_interval(mark.accepted, mark.n)),
            f"{mark.right} of {mark.accepted}",
            percent(mark.precision, 2) if mark.accepted else "–",
            interval(*wilson_interval(mark.right, mark.accepted)) if mark.accepted else "–",
        )
        rows.append(element("tr", *(element("td", cell, class_="number") for cell in cells)))
    heads = [element("th", name, scope="col", class_="number") for name in names]
    table = element("table", element("thead", element("tr", *heads)), element("tbody", *rows), class_="table")
    return element("div", table, class_="table-scroll acceptance")


def draw_times(card: Scorecard) -> str:
    histogram = element(
        "figure", charts.draw_times([photo.milliseconds for photo in card.photos]), class_="chart"
    )
    return draw_section(
        "Time",
        "From the bytes of the file to the reading.",
        element("div", histogram, _draw_stages(card), class_="times"),
        key="time",
    )


def _draw_stages(card: Scorecard) -> str:
    names = {name: None for photo in card.photos for name in photo.stage_milliseconds}
    means = {name: fmean(photo.stage_milliseconds.get(name, 0.0) for photo in card.photos) for name in names}
    if not means:
        return ""
    longest = max(*means.values(), 1e-9)
    rows = [
        element("dt", escape(name.replace("_", " ")))
        + element(
            "dd",
            element("div", class_="stage-bar", style=f"width: {time / longest:.1%}"),
            element("span", f"{time:.1f} ms", class_="figure"),
        )
        for name, time in means.items()
    ]
    return element("div", element("h3", "Mean time of each stage"), element("dl", *rows, class_="stages"))
