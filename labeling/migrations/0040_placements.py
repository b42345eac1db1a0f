"""A placement, which tells where the characters of an accepted label are, is no annotator's submit."""

from django.db import migrations, models

FUNCTION = """
CREATE OR REPLACE FUNCTION labeling_fill_annotation() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    SELECT project_id, is_probe INTO NEW.project_id, NEW.is_probe
        FROM labeling_task WHERE id = NEW.task_id;
    NEW.model_text := COALESCE((SELECT vin FROM labeling_prediction WHERE id = NEW.prediction_id), '');
    NEW.is_correction :=
        EXISTS (SELECT FROM labeling_lease WHERE id = NEW.lease_id AND kind IN ('review', 'adjudicate')){or_placed};
    RETURN NEW;
END
$$;
"""

# What is written under no lease is imported, and of imports only a placement follows on a revision.
NEW_FUNCTION = FUNCTION.format(or_placed=" OR (NEW.lease_id IS NULL AND NEW.base_revision > 0)")
OLD_FUNCTION = FUNCTION.format(or_placed="")


class Migration(migrations.Migration):
    dependencies = [("labeling", "0037_places_of_labels")]

    operations = [
        migrations.AlterField(
            "annotation",
            "is_correction",
            models.BooleanField(
                default=False,
                editable=False,
                help_text="Whether it is no annotator's submit: it came with a verdict, or is a placement.",
            ),
        ),
        migrations.RunSQL(NEW_FUNCTION, OLD_FUNCTION),
    ]
