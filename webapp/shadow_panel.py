"""What a model version's page says of it as a shadow, and of the open tasks that it reads again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from labeling.models import ModelVersion, Project, Rereading, Shadow, ShadowEnd, ShadowReading
from labeling.queries import shadows
from labeling.queries.shadows import AgreementDay, Paired, ShadowReport
from labeling.queries.tasks import MANY
from webapp.band_charts import BandChart, Measured, draw_band
from webapp.figures_charts import write_percent, write_share

DIFFERENCES = 20
SIGNIFICANT = 0.05
ENOUGH_DONE = 5
"""From so many tasks on the time that is left can be told."""

_ENDS = {
    ShadowEnd.STOPPED: "Stopped",
    ShadowEnd.PROMOTED: "Promoted",
    ShadowEnd.REPLACED: "Another version came into service",
    ShadowEnd.NOT_PASSED: "The gate turned it down",
    ShadowEnd.ENOUGH: "Has read enough",
    ShadowEnd.TIME: "Its time is over",
}


@dataclass(frozen=True, slots=True)
class ShadowPanel:
    """`running` is the shadow that the project has now, of whichever version."""

    shadow: Shadow | None
    report: ShadowReport | None
    running: Shadow | None
    can_start: bool
    end: str = ""
    sentence: str = ""
    chance: str = ""
    chart: BandChart | None = None
    differences: Sequence[ShadowReading] = ()
    more: bool = False


@dataclass(frozen=True, slots=True)
class RereadingProgress:
    """What became of the tasks, in words, and how long the others take."""

    parts: list[str]
    time_left: timedelta | None


def find_shadow_panel(*, project: Project, version: ModelVersion) -> ShadowPanel:
    """For those who train alone: who annotates must not learn what a shadow read."""
    running = shadows.find_running_shadow(project=project)
    shadow = shadows.find_shadow(version=version)
    can_start = running is None and not version.is_champion
    if shadow is None:
        return ShadowPanel(None, None, running, can_start)
    report = shadows.get_shadow_report(shadow=shadow)
    page = shadows.list_differences(shadow=shadow, limit=DIFFERENCES)
    return ShadowPanel(
        shadow=shadow,
        report=report,
        running=running,
        can_start=can_start,
        end=_ENDS.get(ShadowEnd(shadow.end_reason), ""),
        sentence=_say(shadow, report),
        chance=say_chance(report.paired, shadow.model_version.name),
        chart=draw_agreement(report.days),
        differences=page.items,
        more=page.next_cursor is not None,
    )


def say_open_tasks(count: int) -> str:
    """Empty where nobody waits; beyond MANY they are not counted."""
    if not count:
        return ""
    return f"{count:,}{' or more' if count >= MANY else ''} open {'task' if count == 1 else 'tasks'}"


def draw_agreement(days: Sequence[AgreementDay]) -> BandChart | None:
    """A point for each day on which both read photos."""
    rows = [
        Measured(
            name=_day(each.day),
            value=each.agreed.value,
            words=(
                f"{_day(each.day)}: {write_share(each.agreed)} read alike, 95 % interval "
                f"{write_percent(each.agreed.low)} to {write_percent(each.agreed.high)}"
            ),
            low=each.agreed.low,
            high=each.agreed.high,
        )
        for each in days
    ]
    return draw_band(rows, what="Read alike")


def say_chance(paired: Paired, name: str) -> str:
    """How the two differ on what people accepted, and whether that may be chance; empty without any."""
    if not paired.n:
        return ""
    low, high = (f"{100 * end:+.1f}".replace("-", "−") for end in paired.interval)
    verdict = "It may be chance." if paired.p_value >= SIGNIFICANT else "Chance alone hardly does this."
    difference = f"{100 * paired.difference:+.1f}".replace("-", "−")
    return (
        f"On the {_count(paired.n)} that people have accepted, {name} alone is right on {paired.won:,} and "
        f"alone wrong on {paired.lost:,}: {difference} points (95 %: {low} to {high}). McNemar's exact test: "
        f"p = {paired.p_value:.2g}. {verdict} People saw the reading of the version in service when they "
        "accepted, which favours it."
    )


def describe_rereading(rereading: Rereading, *, now: datetime) -> RereadingProgress:
    """The parts that are not 0, and the time by the pace so far."""
    words = (
        (rereading.read, "read"),
        (rereading.repeated, "had been read by it before"),
        (rereading.left, "left to whoever has them"),
        (rereading.failed, "failed"),
    )
    left = None
    if rereading.is_running and rereading.done >= ENOUGH_DONE:
        pace = (now - rereading.requested_at) / rereading.done
        left = pace * (rereading.total - rereading.done)
    return RereadingProgress([f"{count:,} {word}" for count, word in words if count], left)


def _say(shadow: Shadow, report: ShadowReport) -> str:
    champion = shadow.champion.name
    if shadow.ended_at:
        reads = f"It read beside {champion} {_span(_day(shadow.started_at), _day(shadow.ended_at))}."
    else:
        until = f"until it has read {shadow.most_photos:,} or it is {_day(shadow.until)}"
        reads = f"It reads {write_percent(shadow.share)} of the photos that {champion} reads, {until}."
    counts = [f"{_count(report.read)} read"]
    counts += [f"{report.waiting:,} waiting"] if report.waiting else []
    counts += [f"{report.failed:,} failed"] if report.failed else []
    so_far = "" if shadow.ended_at else "So far: "
    return f"{reads} {so_far}{', '.join(counts)}."


def _span(first: str, last: str) -> str:
    return f"on {first}" if first == last else f"from {first} to {last}"


def _count(photos: int) -> str:
    return f"{photos:,} {'photo' if photos == 1 else 'photos'}"


def _day(moment: date) -> str:
    return f"{moment:%d %b}".lstrip("0")
