"""Figures of people on the pages: shares, times, and the way to the photos behind each."""

from collections.abc import Callable
from typing import Any

from django import template
from django.template import RequestContext
from django.utils.html import format_html
from django.utils.safestring import SafeString

from labeling.measures import Share, Spread
from labeling.models import User
from webapp.figures_charts import write_percent
from webapp.work_filters import write_work_address

register = template.Library()


@register.simple_tag(takes_context=True)
def behind(context: RequestContext, did: str, person: User | None = None, **more: Any) -> str:
    """The address of the photos behind a figure, in the period of the page."""
    return write_work_address(context["project"], did, person=person, period=context["period"], **more)


@register.simple_tag(takes_context=True)
def count_cell(context: RequestContext, count: int, did: str, person: User | None = None) -> SafeString:
    """A count that leads to its photos; nothing leads nowhere."""
    if not count:
        return format_html('<span class="faint">0</span>')
    address = write_work_address(context["project"], did, person=person, period=context["period"])
    return format_html('<a class="figure-link" href="{}">{}</a>', address, f"{count:,}")


@register.simple_tag(takes_context=True)
def share_cell(
    context: RequestContext, share: Share, did: str, person: User | None = None, interval: bool = False
) -> SafeString:
    """A share as per cent and count, which leads to its photos, with the interval where it is asked for."""
    if not share.of:
        return format_html('<span class="faint">–</span>')
    title = f"{share.hits:,} of {share.of:,}"
    below = f"{write_percent(share.low)} to {write_percent(share.high)}" if interval else title
    written = (title, write_percent(share.value), below)
    if not share.hits:
        return format_html(
            '<span class="figure-cell" title="{}"><span>{}</span><small>{}</small></span>', *written
        )
    address = write_work_address(context["project"], did, person=person, period=context["period"])
    return format_html(
        '<a class="figure-cell" href="{}" title="{}"><span>{}</span><small>{}</small></a>', address, *written
    )


@register.filter
def share_percent(value: Share | float | None) -> str:
    """A share as per cent."""
    return write_percent(value.value if isinstance(value, Share) else value)


@register.simple_tag(takes_context=True)
def seconds(
    context: RequestContext, spread: Spread | None, did: str, person: User | None = None
) -> SafeString:
    """The median time with the middle half of the times: '8.1 s' and '5 to 14 s'; it leads to them."""
    return _cell(spread, median_seconds, middle_seconds, behind(context, did, person))


@register.simple_tag(takes_context=True)
def amount(
    context: RequestContext, spread: Spread | None, did: str, person: User | None = None
) -> SafeString:
    """The median count with the middle half of the counts; it leads to what was counted."""
    return _cell(spread, median_amount, middle_amount, behind(context, did, person))


@register.filter
def median_seconds(spread: Spread) -> str:
    """Milliseconds as '8.1 s'."""
    return f"{_short(spread.median / 1000)} s"


@register.filter
def middle_seconds(spread: Spread) -> str:
    """Between which times half of all lie: '5 to 14 s'."""
    return f"{_short(spread.lower / 1000)} to {_short(spread.upper / 1000)} s"


@register.filter
def median_amount(spread: Spread) -> str:
    """The count in the middle."""
    return _short(spread.median)


@register.filter
def middle_amount(spread: Spread) -> str:
    """Between which counts half of all lie; one alone where they are the same."""
    ends = dict.fromkeys((_short(spread.lower), _short(spread.upper)))
    return " to ".join(ends)


def _cell(
    spread: Spread | None, median: Callable[[Spread], str], middle: Callable[[Spread], str], address: str
) -> SafeString:
    if spread is None:
        return format_html('<span class="faint">–</span>')
    return format_html(
        '<a class="figure-cell" href="{}" title="the median of {}, and what half of them lie between">'
        "<span>{}</span><small>{}</small></a>",
        address,
        f"{spread.n:,}",
        median(spread),
        middle(spread),
    )


def _short(value: float) -> str:
    """One digit after the point where it says something."""
    return f"{value:.0f}" if value >= 10 or value == int(value) else f"{value:.1f}"
