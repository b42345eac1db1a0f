"""A policy is never changed, and what was accepted until now was accepted by a review."""

from django.db import migrations

MARK_DECIDED = """
UPDATE labeling_task SET decided_by = 'review' WHERE state IN ('accepted', 'unreadable');
"""
KEEP_POLICIES = """
CREATE TRIGGER labeling_qualitypolicy_immutable BEFORE UPDATE OR DELETE ON labeling_qualitypolicy
    FOR EACH ROW EXECUTE FUNCTION labeling_refuse_change();
"""


class Migration(migrations.Migration):
    dependencies = [("labeling", "0008_quality_policy")]

    operations = [
        migrations.RunSQL(MARK_DECIDED, migrations.RunSQL.noop),
        migrations.RunSQL(
            KEEP_POLICIES, "DROP TRIGGER labeling_qualitypolicy_immutable ON labeling_qualitypolicy;"
        ),
    ]
