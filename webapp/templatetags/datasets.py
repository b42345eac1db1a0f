"""Words of the dataset pages."""

from collections.abc import Collection

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from labeling.formats.registry import FORMATS, FormatName
from webapp.dataset_words import KIND_WORDS, PLACE_WORDS, SOURCE_WORDS

register = template.Library()


@register.filter
def source_word(name: str) -> str:
    """Where a label comes from."""
    return SOURCE_WORDS[name][0]


@register.filter
def kind_word(name: str) -> str:
    """What a VIN is written on."""
    return KIND_WORDS[name]


@register.filter
def place_word(name: str) -> str:
    """How it is known where a VIN is."""
    return PLACE_WORDS[name]


@register.filter
def format_title(name: str) -> str:
    """The format of an export or import."""
    return FORMATS[FormatName(name)].title


@register.simple_tag
def vin_marked(text: str, places: Collection[int]) -> SafeString:
    """A VIN whose symbols at some places stand out."""
    symbols = format_html_join(
        "",
        "{}",
        (
            (format_html('<mark class="odd-symbol">{}</mark>', symbol) if place in places else symbol,)
            for place, symbol in enumerate(text)
        ),
    )
    return format_html('<span class="vin" translate="no">{}</span>', symbols)
