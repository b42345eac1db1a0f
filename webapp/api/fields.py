"""Serializer fields that take exactly the JSON type they name, where REST framework would convert."""

import math
from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from webapp.work_filters import FIRST_YEAR, LAST_YEAR

MAX_CHARACTERS = 40
"""More boxes than a VIN can need; the body is refused before each of them is looked at."""

MAX_COORDINATE = 1e6


class StrictInput(serializers.Serializer[Any]):
    """An input that refuses names it does not know: a misspelled option must not be ignored in silence."""

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, Mapping):
            unknown = [str(name) for name in data if name not in self.fields]
            if unknown:
                known = ", ".join(self.fields) or "none"
                raise serializers.ValidationError(
                    dict.fromkeys(unknown, f"There is no such field here. Known: {known}.")
                )
        return super().to_internal_value(data)


def many(form: type[StrictInput], most: int) -> serializers.ListSerializer[Any]:
    """A list of at most so many; a longer one is refused before its members are looked at."""
    return serializers.ListSerializer(child=form(), default=list, max_length=most)


class OneOf(serializers.ChoiceField):
    """A member of an enumeration by its value; an empty value of the enumeration is not offered."""

    def __init__(self, members: type[StrEnum], **options: Any) -> None:
        super().__init__([(member.value, member.name) for member in members if member.value], **options)


class Text(serializers.CharField):
    """A JSON string; numbers are not turned into one."""

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class Whole(serializers.IntegerField):
    """A JSON number without a fraction."""

    def to_internal_value(self, data: Any) -> int:
        if isinstance(data, bool) or not isinstance(data, int):
            self.fail("invalid")
        return super().to_internal_value(data)


class Day(serializers.DateField):
    """A day of the calendar of which the day after is one, too."""

    def to_internal_value(self, value: Any) -> date:
        day = super().to_internal_value(value)
        if not FIRST_YEAR <= day.year < LAST_YEAR:
            raise serializers.ValidationError(f"Name a day from {FIRST_YEAR} to {LAST_YEAR - 1}.")
        return day


@extend_schema_field(OpenApiTypes.DOUBLE)
class Number(serializers.Field[float, Any, float, Any]):
    """A finite JSON number of a sensible size."""

    default_error_messages = {"invalid": "A number is needed."}

    def to_internal_value(self, data: Any) -> float:
        if isinstance(data, bool) or not isinstance(data, (int, float)):
            self.fail("invalid")
        if not math.isfinite(data) or abs(data) > MAX_COORDINATE:
            self.fail("invalid")
        return float(data)

    def to_representation(self, value: float) -> float:
        return float(value)


@extend_schema_field(
    {
        "type": "array",
        "minItems": 4,
        "maxItems": 4,
        "items": {"type": "array", "minItems": 2, "maxItems": 2, "items": {"type": "number"}},
        "description": "Corners [x, y] in pixels of the upright photo, clockwise from the text's top left.",
    }
)
class Quad(serializers.ListField):
    """Four points. Whether they lie in the photo and enclose an area is the domain's to say."""

    def __init__(self, **options: Any) -> None:
        point = serializers.ListField(child=Number(), min_length=2, max_length=2)
        super().__init__(child=point, min_length=4, max_length=4, **options)
