"""Triggers: a vehicle once in test stays in test, one that has taught never gets there, and both are history."""

from django.db import migrations

# What was frozen before rows repeated the VIN is told by its annotation. A vehicle that has taught as well is
# no test vehicle: the check of each run finds it.
BACKFILL = """
ALTER TABLE labeling_snapshotitem DISABLE TRIGGER labeling_snapshotitem_immutable;
UPDATE labeling_snapshotitem item SET vin = annotation.text
    FROM labeling_annotation annotation WHERE annotation.id = item.annotation_id;
ALTER TABLE labeling_snapshotitem ENABLE TRIGGER labeling_snapshotitem_immutable;

INSERT INTO labeling_vehicleintest (project_id, vin, created_at)
    SELECT snapshot.project_id, item.vin, min(snapshot.created_at)
    FROM labeling_snapshotitem item JOIN labeling_datasetsnapshot snapshot ON snapshot.id = item.snapshot_id
    GROUP BY snapshot.project_id, item.vin HAVING bool_and(item.split = 'test');
"""

CREATE = """
CREATE FUNCTION labeling_check_split() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    tested boolean;
BEGIN
    SELECT EXISTS (
        SELECT 1 FROM labeling_vehicleintest vehicle
        JOIN labeling_datasetsnapshot snapshot ON snapshot.project_id = vehicle.project_id
        WHERE snapshot.id = NEW.snapshot_id AND vehicle.vin = NEW.vin
    ) INTO tested;
    IF tested IS DISTINCT FROM (NEW.split = 'test') THEN
        RAISE EXCEPTION 'labeling_split_is_kept: % is % a vehicle in test', NEW.vin,
            CASE WHEN tested THEN 'and stays' ELSE 'not' END
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END
$$;

CREATE FUNCTION labeling_check_vehicle() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT 1 FROM labeling_snapshotitem item
        JOIN labeling_datasetsnapshot snapshot ON snapshot.id = item.snapshot_id
        WHERE item.vin = NEW.vin AND snapshot.project_id = NEW.project_id AND item.split <> 'test'
    ) THEN
        RAISE EXCEPTION 'labeling_split_is_kept: % has taught and cannot test', NEW.vin
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END
$$;

CREATE TRIGGER labeling_snapshotitem_split BEFORE INSERT ON labeling_snapshotitem
    FOR EACH ROW EXECUTE FUNCTION labeling_check_split();
CREATE TRIGGER labeling_vehicleintest_never_taught BEFORE INSERT ON labeling_vehicleintest
    FOR EACH ROW EXECUTE FUNCTION labeling_check_vehicle();
CREATE TRIGGER labeling_vehicleintest_immutable BEFORE UPDATE OR DELETE ON labeling_vehicleintest
    FOR EACH ROW EXECUTE FUNCTION labeling_refuse_change();
"""

DROP = """
DROP TRIGGER labeling_vehicleintest_immutable ON labeling_vehicleintest;
DROP TRIGGER labeling_vehicleintest_never_taught ON labeling_vehicleintest;
DROP TRIGGER labeling_snapshotitem_split ON labeling_snapshotitem;
DROP FUNCTION labeling_check_vehicle();
DROP FUNCTION labeling_check_split();
"""


class Migration(migrations.Migration):
    dependencies = [("labeling", "0014_transfers_and_label_sources")]

    operations = [
        migrations.RunSQL(BACKFILL, "DELETE FROM labeling_vehicleintest;"),
        migrations.RunSQL(CREATE, DROP),
    ]
