"""A function for the index of the search: the parts of two texts, so that a part of a VIN is found by its parts."""

from django.db import migrations

# Its cost tells the planner not to go through a whole table with it.
CREATE_FUNCTION = """
CREATE FUNCTION labeling_grams(one text, two text, shortest integer) RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 1000 AS $$
    SELECT coalesce(array_agg(DISTINCT substr(word, start, size)), '{}')
    FROM unnest(ARRAY[upper(one), upper(two)]) AS word,
        generate_series(shortest, 3) AS size,
        generate_series(1, length(word) - size + 1) AS start
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("labeling", "0018_checks_and_guidelines_are_history")]

    operations = [
        migrations.RunSQL(CREATE_FUNCTION, "DROP FUNCTION labeling_grams(text, text, integer);")
    ]
