"""Drift in words: what has left its band, and which values it would keep to."""

from django import template

from labeling.models import DriftAlert
from webapp.drift_words import name_measure, write_value

register = template.Library()


@register.filter
def measure_name(measure: str) -> str:
    return name_measure(measure)


@register.filter
def alert_value(alert: DriftAlert) -> str:
    """What the figure was."""
    return write_value(alert.measure, alert.value)


@register.filter
def alert_band(alert: DriftAlert) -> str:
    """Where it should have been: 'up to 0.2', '3 to 9 %'."""
    high = write_value(alert.measure, alert.high)
    return f"up to {high}" if alert.low <= 0 else f"{write_value(alert.measure, alert.low)} to {high}"
