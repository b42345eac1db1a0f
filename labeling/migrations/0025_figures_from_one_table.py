"""Annotations and reviews repeat what figures are counted by. The database fills it in, so that nobody forgets."""

import django.db.models.deletion
from django.db import migrations, models

CREATE_TRIGGERS = """
CREATE FUNCTION labeling_fill_annotation() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    SELECT project_id, is_probe INTO NEW.project_id, NEW.is_probe
        FROM labeling_task WHERE id = NEW.task_id;
    NEW.model_text := COALESCE((SELECT vin FROM labeling_prediction WHERE id = NEW.prediction_id), '');
    RETURN NEW;
END
$$;

CREATE FUNCTION labeling_fill_review() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    SELECT project_id, task_id, created_at INTO NEW.project_id, NEW.task_id, NEW.annotated_at
        FROM labeling_annotation WHERE id = NEW.annotation_id;
    NEW.is_first := NOT EXISTS (SELECT FROM labeling_review WHERE task_id = NEW.task_id);
    RETURN NEW;
END
$$;

CREATE TRIGGER labeling_annotation_fill BEFORE INSERT ON labeling_annotation
    FOR EACH ROW EXECUTE FUNCTION labeling_fill_annotation();
CREATE TRIGGER labeling_review_fill BEFORE INSERT ON labeling_review
    FOR EACH ROW EXECUTE FUNCTION labeling_fill_review();
"""

DROP_TRIGGERS = """
DROP TRIGGER labeling_review_fill ON labeling_review;
DROP TRIGGER labeling_annotation_fill ON labeling_annotation;
DROP FUNCTION labeling_fill_review();
DROP FUNCTION labeling_fill_annotation();
"""

# These rows are never changed, except here, where they get what new ones have from the beginning.
FILL_IN = """
ALTER TABLE labeling_annotation DISABLE TRIGGER labeling_annotation_immutable;
ALTER TABLE labeling_review DISABLE TRIGGER labeling_review_immutable;

UPDATE labeling_annotation AS a SET project_id = t.project_id, is_probe = t.is_probe,
    model_text = COALESCE((SELECT vin FROM labeling_prediction AS p WHERE p.id = a.prediction_id), '')
FROM labeling_task AS t WHERE t.id = a.task_id;

UPDATE labeling_review AS r SET project_id = a.project_id, task_id = a.task_id, annotated_at = a.created_at,
    is_first = r.id = (
        SELECT min(other.id) FROM labeling_review AS other
        JOIN labeling_annotation AS judged ON judged.id = other.annotation_id
        WHERE judged.task_id = a.task_id
    )
FROM labeling_annotation AS a WHERE a.id = r.annotation_id;

SET CONSTRAINTS ALL IMMEDIATE;
ALTER TABLE labeling_annotation ENABLE TRIGGER labeling_annotation_immutable;
ALTER TABLE labeling_review ENABLE TRIGGER labeling_review_immutable;
SET CONSTRAINTS ALL DEFERRED;
"""


def repeat_project(*, null):
    return models.ForeignKey(
        "labeling.project",
        on_delete=django.db.models.deletion.PROTECT,
        related_name="+",
        editable=False,
        db_index=False,
        null=null,
    )


def repeat_task(*, null):
    return models.ForeignKey(
        "labeling.task",
        on_delete=django.db.models.deletion.CASCADE,
        related_name="reviews",
        editable=False,
        null=null,
    )


class Migration(migrations.Migration):
    dependencies = [("labeling", "0024_unseen_tasks")]

    operations = [
        migrations.AddField("annotation", "project", repeat_project(null=True)),
        migrations.AddField("annotation", "is_probe", models.BooleanField(default=False, editable=False)),
        migrations.AddField(
            "annotation",
            "model_text",
            models.CharField(
                max_length=17,
                blank=True,
                editable=False,
                default="",
                help_text="What the model had read; empty where nothing.",
            ),
            preserve_default=False,
        ),
        migrations.AddField("review", "project", repeat_project(null=True)),
        migrations.AddField("review", "task", repeat_task(null=True)),
        migrations.AddField("review", "annotated_at", models.DateTimeField(editable=False, null=True)),
        migrations.AddField(
            "review",
            "is_first",
            models.BooleanField(
                default=True, editable=False, help_text="Whether nobody had reviewed the task before."
            ),
        ),
        migrations.RunSQL(FILL_IN, migrations.RunSQL.noop),
        migrations.AlterField("annotation", "project", repeat_project(null=False)),
        migrations.AlterField("review", "project", repeat_project(null=False)),
        migrations.AlterField("review", "task", repeat_task(null=False)),
        migrations.AlterField("review", "annotated_at", models.DateTimeField(editable=False)),
        migrations.RunSQL(CREATE_TRIGGERS, DROP_TRIGGERS),
    ]
