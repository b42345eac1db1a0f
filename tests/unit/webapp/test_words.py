"""How values are written."""

from datetime import timedelta

import pytest
from django.utils import timezone

from labeling.states import ModelVersionState, PhotoState, RunState, TaskState
from webapp.templatetags.words import (
    STATE_WORDS,
    ago,
    confidence,
    duration,
    percent,
    plural,
    probability,
    state_badge,
    vin,
)


@pytest.mark.parametrize("states", [PhotoState, TaskState, RunState, ModelVersionState])
def test_every_state_has_a_word(states: type) -> None:
    for state in states:
        assert STATE_WORDS[state.value][0] in state_badge(state.value)


def test_a_vin_is_written_in_three_parts() -> None:
    assert vin("1M8GDM9AXKP042788").count("vin-part") == 3
    assert vin("1M8GDM9AXKP04278").count("vin-part") == 1
    assert "no VIN found" in vin("")


def test_what_nobody_can_read_stands_out() -> None:
    assert vin("1M8GDM9AXKP04278?").count("unreadable-symbol") == 1


def test_a_vin_from_outside_is_text() -> None:
    assert "<img" not in vin("<img src=x>")


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (0.0, "0.0 %"),
        (0.0001, "< 0.1 %"),
        (0.123, "12.3 %"),
        (0.9994, "99.9 %"),
        (0.99999, "> 99.9 %"),
        (1.0, "100.0 %"),
    ],
)
def test_a_probability_is_never_rounded_to_certainty(value: float, written: str) -> None:
    assert probability(value) == written


@pytest.mark.parametrize(
    ("value", "level", "number"),
    [
        (1.0, "high", "100"),
        (0.999, "high", "99"),
        (0.95, "high", "95"),
        (0.949, "medium", "94"),
        (0.2, "low", "20"),
    ],
)
def test_a_confidence_never_claims_more_than_it_has(value: float, level: str, number: str) -> None:
    written = confidence(value)
    assert f'class="confidence {level}"' in written
    assert f"{number} %" in written
    assert "<svg" in written


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0 seconds"),
        (1, "1 second"),
        (59, "59 seconds"),
        (60, "1 minute"),
        (5400, "2 hours"),
        (200_000, "2 days"),
    ],
)
def test_durations_are_words(seconds: int, words: str) -> None:
    assert duration(timedelta(seconds=seconds)) == words


def test_times_are_relative_with_the_exact_one_on_hover() -> None:
    moment = timezone.now() - timedelta(minutes=5)
    assert "5 minutes ago" in ago(moment)
    assert moment.strftime("%H:%M:%S") in ago(moment)
    assert "in 3 days" in ago(timezone.now() + timedelta(days=3, minutes=1))
    assert "never" in ago(None)


def test_shares_and_counts() -> None:
    assert percent(0.614) == "61 %"
    assert percent(None) == "–"
    assert plural(1, "photo,photos") == "1 photo"
    assert plural(1200, "photo,photos") == "1,200 photos"
