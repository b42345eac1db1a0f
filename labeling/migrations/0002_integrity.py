"""Triggers: rows that are history cannot be changed, and a review repeats the true author."""

from django.db import migrations

IMMUTABLE_TABLES = (
    "labeling_prediction",
    "labeling_annotation",
    "labeling_review",
    "labeling_auditevent",
    "labeling_datasetsnapshot",
    "labeling_snapshotitem",
    "labeling_evaluation",
    "labeling_gatedecision",
    "labeling_promotion",
)

# What belongs to a photo goes when the photo is deleted, and only in a transaction that says so.
CREATE_FUNCTIONS = """
CREATE FUNCTION labeling_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE'
        AND TG_TABLE_NAME IN ('labeling_prediction', 'labeling_annotation', 'labeling_review')
        AND current_setting('vinloop.deleting_photo', true) = 'on'
    THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION '% is never changed: % refused', TG_TABLE_NAME, TG_OP
        USING ERRCODE = 'restrict_violation';
END
$$;

CREATE FUNCTION labeling_check_review_author() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.author_id IS DISTINCT FROM
        (SELECT author_id FROM labeling_annotation WHERE id = NEW.annotation_id)
    THEN
        RAISE EXCEPTION 'a review repeats the author of its annotation'
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END
$$;

CREATE TRIGGER labeling_review_author BEFORE INSERT ON labeling_review
    FOR EACH ROW EXECUTE FUNCTION labeling_check_review_author();
"""

DROP_FUNCTIONS = """
DROP TRIGGER labeling_review_author ON labeling_review;
DROP FUNCTION labeling_check_review_author();
DROP FUNCTION labeling_refuse_change();
"""


def make_immutable(table):
    return migrations.RunSQL(
        f"CREATE TRIGGER {table}_immutable BEFORE UPDATE OR DELETE ON {table} "
        "FOR EACH ROW EXECUTE FUNCTION labeling_refuse_change();",
        f"DROP TRIGGER {table}_immutable ON {table};",
    )


class Migration(migrations.Migration):
    dependencies = [("labeling", "0001_initial")]

    operations = [
        migrations.RunSQL(CREATE_FUNCTIONS, DROP_FUNCTIONS),
        *(make_immutable(table) for table in IMMUTABLE_TABLES),
    ]
