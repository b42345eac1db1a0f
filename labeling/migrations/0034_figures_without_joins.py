"""Annotations say whether they are corrections, and reviews repeat both texts. The database fills it in."""

from django.db import migrations, models

FUNCTIONS = """
CREATE OR REPLACE FUNCTION labeling_fill_annotation() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    SELECT project_id, is_probe INTO NEW.project_id, NEW.is_probe
        FROM labeling_task WHERE id = NEW.task_id;
    NEW.model_text := COALESCE((SELECT vin FROM labeling_prediction WHERE id = NEW.prediction_id), '');
    {annotation}
    RETURN NEW;
END
$$;

CREATE OR REPLACE FUNCTION labeling_fill_review() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    SELECT project_id, task_id, created_at INTO NEW.project_id, NEW.task_id, NEW.annotated_at
        FROM labeling_annotation WHERE id = NEW.annotation_id;
    NEW.is_first := NOT EXISTS (SELECT FROM labeling_review WHERE task_id = NEW.task_id);
    {review}
    RETURN NEW;
END
$$;
"""

# A correction comes before its review, but under the same lease as the verdict; a decision on two readings
# that differ corrects at least one of them.
NEW_FUNCTIONS = FUNCTIONS.format(
    annotation="""NEW.is_correction :=
        EXISTS (SELECT FROM labeling_lease WHERE id = NEW.lease_id AND kind IN ('review', 'adjudicate'));""",
    review="""SELECT text INTO NEW.typed FROM labeling_annotation WHERE id = NEW.annotation_id;
    NEW.meant := COALESCE((SELECT text FROM labeling_annotation WHERE id = NEW.corrected_id), '');""",
)
OLD_FUNCTIONS = FUNCTIONS.format(annotation="", review="")

# These rows are never changed, except here, where they get what new ones have from the beginning.
FILL_IN = """
ALTER TABLE labeling_annotation DISABLE TRIGGER labeling_annotation_immutable;
ALTER TABLE labeling_review DISABLE TRIGGER labeling_review_immutable;

UPDATE labeling_annotation SET is_correction = TRUE WHERE id IN (SELECT corrected_id FROM labeling_review);

UPDATE labeling_review AS r SET typed = a.text, meant = COALESCE(
    (SELECT text FROM labeling_annotation AS c WHERE c.id = r.corrected_id), ''
)
FROM labeling_annotation AS a WHERE a.id = r.annotation_id;

SET CONSTRAINTS ALL IMMEDIATE;
ALTER TABLE labeling_annotation ENABLE TRIGGER labeling_annotation_immutable;
ALTER TABLE labeling_review ENABLE TRIGGER labeling_review_immutable;
SET CONSTRAINTS ALL DEFERRED;
"""


def repeat_text(help_text):
    return models.CharField(blank=True, default="", editable=False, help_text=help_text, max_length=17)


class Migration(migrations.Migration):
    dependencies = [("labeling", "0033_drift")]

    operations = [
        migrations.AddField(
            "annotation",
            "is_correction",
            models.BooleanField(
                default=False,
                editable=False,
                help_text="Whether it came with a verdict on what others had read.",
            ),
        ),
        migrations.AddField(
            "review", "typed", repeat_text("The text of the annotation."), preserve_default=False
        ),
        migrations.AddField(
            "review",
            "meant",
            repeat_text("The text of the correction; empty without one."),
            preserve_default=False,
        ),
        migrations.RunSQL(FILL_IN, migrations.RunSQL.noop),
        migrations.RunSQL(NEW_FUNCTIONS, OLD_FUNCTIONS),
    ]
