"""What is said of a shadow and of a rereading."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from labeling.measures import Share
from labeling.models import Rereading
from labeling.queries.shadows import AgreementDay, Paired
from labeling.queries.tasks import MANY
from webapp.shadow_panel import describe_rereading, draw_agreement, say_chance, say_open_tasks

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def test_without_an_accepted_reading_nothing_is_said() -> None:
    assert say_chance(Paired(Share(), Share(), 0, 0), "v2") == ""


@pytest.mark.parametrize(
    ("won", "lost", "verdict"), [(3, 2, "It may be chance."), (20, 2, "Chance alone hardly does this.")]
)
def test_a_difference_is_said_with_what_chance_has_to_do_with_it(won: int, lost: int, verdict: str) -> None:
    paired = Paired(Share(70, 100), Share(70 + won - lost, 100), won, lost)
    words = say_chance(paired, "v2")
    assert f"v2 alone is right on {won} and alone wrong on {lost}: +{won - lost}.0 points" in words
    assert verdict in words


def test_a_loss_is_written_with_a_minus_sign() -> None:
    assert "−3.0 points" in say_chance(Paired(Share(70, 100), Share(67, 100), 0, 3), "v2")


@pytest.mark.parametrize(
    ("count", "words"),
    [(0, ""), (1, "1 open task"), (12, "12 open tasks"), (MANY, f"{MANY:,} or more open tasks")],
)
def test_open_tasks_are_counted_no_further_than_needed(count: int, words: str) -> None:
    assert say_open_tasks(count) == words


def test_the_time_left_follows_from_the_pace_so_far() -> None:
    row = Rereading(total=100, read=8, repeated=0, left=2, failed=0, requested_at=NOW - timedelta(minutes=1))
    progress = describe_rereading(row, now=NOW)
    assert progress.parts == ["8 read", "2 left to whoever has them"]
    assert progress.time_left == timedelta(minutes=9)


def test_after_the_first_tasks_or_at_the_end_no_time_is_told() -> None:
    first = Rereading(total=100, read=2, requested_at=NOW - timedelta(minutes=1))
    over = Rereading(total=100, read=100, state="done", requested_at=NOW - timedelta(minutes=1))
    assert describe_rereading(first, now=NOW).time_left is None
    assert describe_rereading(over, now=NOW).time_left is None


def test_agreement_is_drawn_day_by_day() -> None:
    days = [AgreementDay(date(2026, 3, 2), Share(9, 10)), AgreementDay(date(2026, 3, 3), Share(19, 20))]
    chart = draw_agreement(days)
    assert chart is not None
    assert chart.points[0].words == "2 Mar: 90 %, 9 of 10 read alike, 95 % interval 60 % to 98 %"
    assert chart.label == "95 %"
    assert draw_agreement(days[:1]) is None
