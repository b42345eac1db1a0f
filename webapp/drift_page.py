"""The charts and tables of drift: each measure beside its band, and the confidences of then and now."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from labeling.drift import BINS, EDGES, add_histograms
from labeling.drift_days import Day, Finding, Measure, count, join_days, list_measures, measure_value
from labeling.measures import Share
from labeling.models import DriftDay, Project
from labeling.queries.drift import Drift
from webapp.band_charts import BandChart, Measured, draw_band
from webapp.drift_words import EXPLAINED, name_measure, name_reason, write_value
from webapp.work_filters import DAY, write_work_address

DEEDS = {
    Measure.CONFIDENCE: "read",
    Measure.REFUSED: "refused",
    Measure.CHANGED: "changed",
    Measure.EDITS: "changed",
}
"""Where the photos behind a point are found."""

LONGEST_BAR = 400

DAYS_HEAD = (
    "day",
    "model version",
    "first readings",
    "refused",
    "accepted",
    "changed by people",
    "characters changed",
    *(f"confidence from {low}" for low in (0.0, *EDGES)),
    "refused for",
)


@dataclass(frozen=True, slots=True)
class MeasureChart:
    """One measure over time. `now` is None while there is too little to say anything."""

    name: str
    explained: str
    chart: BandChart | None
    now: str
    usual: str
    is_outside: bool
    band: str
    so_far: str
    """What it was on all days together, while there is nothing to hold it against."""


@dataclass(frozen=True, slots=True)
class ReasonRow:
    """One reason for which photos are refused: its share in the first days and in the last ones."""

    name: str
    usual: Share | None
    now: Share
    band: str
    is_outside: bool
    url: str


@dataclass(frozen=True, slots=True)
class BinPair:
    """How many of a hundred readings lie in one bin of confidences, then and now; widths are for an SVG."""

    label: str
    usual: float
    now: float
    y: int
    usual_width: float
    now_width: float

    @property
    def words(self) -> str:
        return f"{self.label}: {self.usual:.0f} % in the first days, {self.now:.0f} % in the last ones"


def draw_measures(project: Project, drift: Drift) -> list[MeasureChart]:
    """The four measures, in the order in which a photo meets them."""
    return [_draw_measure(project, drift, measure) for measure in Measure]


def list_reasons(project: Project, drift: Drift) -> list[ReasonRow]:
    """The reasons that occurred, the most frequent of the last days first."""
    before, now = list(drift.reference), list(drift.recent) or list(drift.stretches[-7:])
    measures = [name for name in list_measures(*before, *now) if name.startswith("refused:")]
    rows = [_describe_reason(project, drift, measure, before, now) for measure in measures]
    return sorted(rows, key=lambda row: (-(row.now.value or 0), row.name))


def pair_confidences(drift: Drift) -> list[BinPair]:
    """The distribution of the first days beside that of the last ones; empty while the first are not over."""
    usual = add_histograms([day.confidences for day in drift.reference])
    now = add_histograms([day.confidences for day in drift.recent])
    if not sum(usual) or not sum(now):
        return []
    then, last = ([100 * number / sum(counts) for number in counts] for counts in (usual, now))
    unit = LONGEST_BAR / max(*then, *last)
    return [
        BinPair(
            label=_label_bin(place),
            usual=then[place],
            now=last[place],
            y=place * 26,
            usual_width=round(then[place] * unit, 1),
            now_width=round(last[place] * unit, 1),
        )
        for place in range(BINS)
    ]


def list_day_rows(days: Sequence[DriftDay] | Any) -> Iterator[list[Any]]:
    """The rows of the CSV file under DAYS_HEAD."""
    for row in days:
        reasons = ", ".join(f"{name_reason(name)} {number}" for name, number in sorted(row.reasons.items()))
        yield [
            row.day.isoformat(),
            row.model_version.name,
            row.readings,
            row.refused,
            row.accepted,
            row.changed,
            row.edits,
            *row.confidences,
            reasons,
        ]


def _draw_measure(project: Project, drift: Drift, measure: Measure) -> MeasureChart:
    write = partial(write_value, measure)
    rows = [_measure(project, drift, measure, stretch) for stretch in drift.stretches]
    finding = _find(drift, measure)
    reference = (
        sum(stretch.end <= drift.reference_end for stretch in drift.stretches) if drift.reference_end else 0
    )
    return MeasureChart(
        name=name_measure(measure),
        explained=EXPLAINED[measure],
        chart=draw_band(
            rows,
            what=name_measure(measure),
            reference=reference,
            write=write,
            most=1.0 if measure in (Measure.REFUSED, Measure.CHANGED) else float("inf"),
        ),
        now=write(finding.value) if finding else "",
        usual=write(finding.usual) if finding and measure != Measure.CONFIDENCE else "",
        is_outside=finding is not None and finding.is_outside,
        band=_write_band(measure, finding),
        so_far=_write_so_far(drift, measure) if finding is None else "",
    )


def _write_so_far(drift: Drift, measure: Measure) -> str:
    if measure == Measure.CONFIDENCE or not drift.stretches:
        return ""
    counted = count(measure, join_days(drift.stretches))
    if not counted.n:
        return ""
    of_what = "in each of" if measure == Measure.EDITS else "of"
    return f"{write_value(measure, counted.value)} {of_what} {counted.n:,}"


def _measure(project: Project, drift: Drift, measure: Measure, stretch: Day) -> Measured:
    value = measure_value(measure, stretch, drift.usual)
    name = f"{stretch.start:%d %b}".lstrip("0")
    if stretch.end - stretch.start > DAY:
        name = f"week of {name}"
    n = stretch.readings if measure == Measure.CONFIDENCE else count(measure, stretch).n
    band = drift.usual.band(measure, stretch)
    within = f", usual {_write_ends(measure, band)}" if band else ""
    low, high = _find_interval(measure, stretch)
    return Measured(
        name=name.removeprefix("week of "),
        value=value,
        words=f"{name}: {write_value(measure, value)} of {n:,}{within}",
        url=_find_address(project, DEEDS[measure], stretch),
        low=low,
        high=high,
        band=band,
    )


def _find_interval(measure: Measure, stretch: Day) -> tuple[float | None, float | None]:
    """Of shares alone."""
    if measure not in (Measure.REFUSED, Measure.CHANGED):
        return None, None
    counted = count(measure, stretch)
    share = Share(int(counted.hits), counted.n)
    return (share.low, share.high) if share.of else (None, None)


def _describe_reason(
    project: Project, drift: Drift, measure: str, before: Sequence[Day], now: Sequence[Day]
) -> ReasonRow:
    finding = _find(drift, measure)
    return ReasonRow(
        name=name_reason(measure.removeprefix("refused:")),
        usual=_share(measure, before) if before else None,
        now=_share(measure, now),
        band=_write_band(measure, finding),
        is_outside=finding is not None and finding.is_outside,
        url=_find_address(project, "refused", join_days(now)),
    )


def _find_address(project: Project, did: str, stretch: Day) -> str:
    """The photos behind a stretch, whole days both ends of it."""
    days: dict[str, Any] = {"from": stretch.start, "to": stretch.end - DAY}
    return write_work_address(project, did, period="", **days)


def _share(measure: str, days: Sequence[Day]) -> Share:
    counts = [count(measure, day) for day in days]
    return Share(int(sum(each.hits for each in counts)), sum(each.n for each in counts))


def _find(drift: Drift, measure: str) -> Finding | None:
    return next((each for each in drift.findings if each.measure == measure), None)


def _write_band(measure: str, finding: Finding | None) -> str:
    return _write_ends(measure, finding.band) if finding else ""


def _write_ends(measure: str, band: tuple[float, float]) -> str:
    low, high = (write_value(measure, end) for end in band)
    return f"up to {high}" if band[0] <= 0 else f"{low} to {high}"


def _label_bin(place: int) -> str:
    """'50 to 60 %', with as many digits as tell the ends apart."""
    low, high = (0.0, *EDGES)[place], (*EDGES, 1.0)[place]
    return f"{100 * low:g} to {100 * high:g} %"
