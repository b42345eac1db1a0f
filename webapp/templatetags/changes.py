"""Differences between two readings as marks and sentences."""

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from labeling.differences import BoxChange, BoxChangeKind, Differences, SymbolChange

register = template.Library()
GROUPS = (3, 9)
"""A VIN is easier to compare as maker, description and serial."""


@register.simple_tag
def marked_vin(text: str, differences: Differences | None = None) -> SafeString:
    """A text with marks on what the one before did not say."""
    if not text:
        return format_html('<span class="faint">no text</span>')
    changed = {change.after_index for change in differences.symbols} if differences else set()
    symbols = format_html_join(
        "",
        '<{0} class="{1}">{2}</{0}>',
        (
            ("mark" if index in changed else "span", "vin-group" if index in GROUPS else "", symbol)
            for index, symbol in enumerate(text)
        ),
    )
    return format_html('<span class="vin" translate="no">{}</span>', symbols)


@register.filter
def symbol_words(change: SymbolChange) -> str:
    """'position 12: 8 became 0'."""
    if not change.before:
        return f"position {(change.after_index or 0) + 1}: {change.after} was added"
    if not change.after:
        return f"position {(change.before_index or 0) + 1}: {change.before} was taken away"
    return f"position {(change.after_index or 0) + 1}: {change.before} became {change.after}"


@register.filter
def box_words(boxes: tuple[BoxChange, ...]) -> str:
    """'3 boxes moved, by up to 4 px (overlap 81 % at least), 1 added, 2 removed'."""
    moved = [change for change in boxes if change.kind == BoxChangeKind.MOVED]
    parts = []
    if moved:
        farthest = max(change.pixels or 0 for change in moved)
        least = min(change.iou or 0 for change in moved)
        spread = f"by up to {farthest:.0f} px (overlap {least * 100:.0f} % at least)"
        parts.append(f"{_count(moved)} moved, {spread}")
    for kind in (BoxChangeKind.ADDED, BoxChangeKind.REMOVED):
        same = [change for change in boxes if change.kind == kind]
        if same:
            parts.append(f"{_count(same)} {kind}")
    return ", ".join(parts)


@register.filter
def region_words(change: BoxChange) -> str:
    """'the region moved by up to 12 px (overlap 88 %)'."""
    if change.kind != BoxChangeKind.MOVED:
        return f"the region was {change.kind}"
    return f"the region moved by up to {change.pixels or 0:.0f} px (overlap {(change.iou or 0) * 100:.0f} %)"


def _count(changes: list[BoxChange]) -> str:
    return f"{len(changes)} {'box' if len(changes) == 1 else 'boxes'}"
