"""A policy is never changed; and every project that has tasks is put in order once."""

from django.db import migrations

KEEP_POLICIES = """
CREATE TRIGGER labeling_acquisitionpolicy_immutable BEFORE UPDATE OR DELETE ON labeling_acquisitionpolicy
    FOR EACH ROW EXECUTE FUNCTION labeling_refuse_change();
"""
ORDER_ALL = """
INSERT INTO labeling_acquisitionorder (project_id, quantiles, tasks, labels, nudge_at)
SELECT DISTINCT project_id, '[]'::jsonb, 0, 0, now() FROM labeling_task;
"""


class Migration(migrations.Migration):
    dependencies = [("labeling", "0030_acquisition")]

    operations = [
        migrations.RunSQL(
            KEEP_POLICIES, "DROP TRIGGER labeling_acquisitionpolicy_immutable ON labeling_acquisitionpolicy;"
        ),
        migrations.RunSQL(ORDER_ALL, migrations.RunSQL.noop),
    ]
