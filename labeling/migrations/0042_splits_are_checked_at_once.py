"""The triggers that keep vehicles in their split look at all rows of a statement at once.

Row by row they kept the plan of the first one. Where few vehicles were in test before, that plan read all of
them for each row that was frozen. EXECUTE plans anew.
"""

from importlib import import_module

from django.db import migrations

CREATE = """
CREATE FUNCTION labeling_check_splits() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    wrong record;
BEGIN
    EXECUTE $query$
        SELECT item.vin, vehicle.id IS NOT NULL AS tested
        FROM added item JOIN labeling_datasetsnapshot snapshot ON snapshot.id = item.snapshot_id
        LEFT JOIN labeling_vehicleintest vehicle
            ON vehicle.project_id = snapshot.project_id AND vehicle.vin = item.vin
        WHERE (vehicle.id IS NOT NULL) <> (item.split = 'test')
        ORDER BY item.vin
    $query$ INTO wrong;
    IF wrong.vin IS NOT NULL THEN
        RAISE EXCEPTION 'labeling_split_is_kept: % is % a vehicle in test', wrong.vin,
            CASE WHEN wrong.tested THEN 'and stays' ELSE 'not' END
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END
$$;

CREATE FUNCTION labeling_check_vehicles() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    wrong text;
BEGIN
    EXECUTE $query$
        SELECT min(vehicle.vin)
        FROM added vehicle JOIN labeling_snapshotitem item ON item.vin = vehicle.vin AND item.split <> 'test'
        JOIN labeling_datasetsnapshot snapshot
            ON snapshot.id = item.snapshot_id AND snapshot.project_id = vehicle.project_id
    $query$ INTO wrong;
    IF wrong IS NOT NULL THEN
        RAISE EXCEPTION 'labeling_split_is_kept: % has taught and cannot test', wrong
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END
$$;

CREATE TRIGGER labeling_snapshotitem_split AFTER INSERT ON labeling_snapshotitem
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION labeling_check_splits();
CREATE TRIGGER labeling_vehicleintest_never_taught AFTER INSERT ON labeling_vehicleintest
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION labeling_check_vehicles();
CREATE TRIGGER labeling_vehicleintest_immutable BEFORE UPDATE OR DELETE ON labeling_vehicleintest
    FOR EACH ROW EXECUTE FUNCTION labeling_refuse_change();
"""

DROP = """
DROP TRIGGER labeling_vehicleintest_immutable ON labeling_vehicleintest;
DROP TRIGGER labeling_vehicleintest_never_taught ON labeling_vehicleintest;
DROP TRIGGER labeling_snapshotitem_split ON labeling_snapshotitem;
DROP FUNCTION labeling_check_vehicles();
DROP FUNCTION labeling_check_splits();
"""

before = import_module("labeling.migrations.0015_vehicles_in_test_stay_there")


class Migration(migrations.Migration):
    dependencies = [("labeling", "0041_rounds_revoke_themselves")]

    operations = [migrations.RunSQL(before.DROP + CREATE, DROP + before.CREATE)]
