"""Triggers: readings of a round are never changed, and a snapshot takes pseudo-labels only while they stand."""

from django.db import migrations

READINGS = """
CREATE TRIGGER labeling_roundreading_unchanged BEFORE UPDATE ON labeling_roundreading
    FOR EACH ROW EXECUTE FUNCTION labeling_refuse_change();
CREATE TRIGGER labeling_roundreading_kept BEFORE DELETE ON labeling_roundreading
    FOR EACH ROW WHEN (current_setting('vinloop.deleting_photo', true) IS DISTINCT FROM 'on')
    EXECUTE FUNCTION labeling_refuse_change();
CREATE TRIGGER labeling_pseudolabel_kept BEFORE DELETE ON labeling_pseudolabel
    FOR EACH ROW WHEN (current_setting('vinloop.deleting_photo', true) IS DISTINCT FROM 'on')
    EXECUTE FUNCTION labeling_refuse_change();
"""
DROP_READINGS = """
DROP TRIGGER labeling_pseudolabel_kept ON labeling_pseudolabel;
DROP TRIGGER labeling_roundreading_kept ON labeling_roundreading;
DROP TRIGGER labeling_roundreading_unchanged ON labeling_roundreading;
"""

# FOR SHARE: whoever revokes the round waits for the snapshot, and the other way round.
FREEZING = """
CREATE FUNCTION labeling_check_pseudo_label() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM labeling_pseudolabel
        WHERE id = NEW.pseudo_label_id AND prediction_id = NEW.prediction_id AND "end" = '' FOR SHARE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'labeling_label_stands: the pseudo-label of % does not stand', NEW.vin
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END
$$;

CREATE TRIGGER labeling_snapshotitem_label_stands BEFORE INSERT ON labeling_snapshotitem
    FOR EACH ROW WHEN (NEW.pseudo_label_id IS NOT NULL) EXECUTE FUNCTION labeling_check_pseudo_label();
"""
DROP_FREEZING = """
DROP TRIGGER labeling_snapshotitem_label_stands ON labeling_snapshotitem;
DROP FUNCTION labeling_check_pseudo_label();
"""


class Migration(migrations.Migration):
    dependencies = [("labeling", "0028_pseudo_label_rounds")]

    operations = [
        migrations.RunSQL(READINGS, DROP_READINGS),
        migrations.RunSQL(FREEZING, DROP_FREEZING),
    ]
