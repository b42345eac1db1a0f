"""Part of a VIN or of a file's name, found by an index."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db.models import Func, TextField

LEAST = 2
"""Shorter parts are in nearly every photo, so that going through them finds enough at once."""


class Grams(Func):
    """All parts of 2 and 3 symbols of two texts in capitals, by a function that a migration makes.

    PostgreSQL's pg_trgm would do the same, but the server that comes from a wheel is without extensions.
    """

    function = "labeling_grams"
    output_field = ArrayField(TextField())
