"""Trigger: a second reading is by somebody who has not read the photo before."""

from django.db import migrations

CREATE = """
CREATE FUNCTION labeling_check_second_reader() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.is_blind AND EXISTS (
        SELECT FROM labeling_annotation WHERE task_id = NEW.task_id AND author_id = NEW.author_id
    )
    THEN
        RAISE EXCEPTION 'a second reading is by another person'
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END
$$;

CREATE TRIGGER labeling_annotation_second_reader BEFORE INSERT ON labeling_annotation
    FOR EACH ROW EXECUTE FUNCTION labeling_check_second_reader();
"""

DROP = """
DROP TRIGGER labeling_annotation_second_reader ON labeling_annotation;
DROP FUNCTION labeling_check_second_reader();
"""


class Migration(migrations.Migration):
    dependencies = [("labeling", "0010_second_readings")]

    operations = [migrations.RunSQL(CREATE, DROP)]
