"""Triggers: a spot check and a version of the guidelines are never changed; checks go with their photo."""

from django.db import migrations

# labeling_refuse_change() lets go what it knows by name when a photo is deleted; checks say so themselves.
SPOT_CHECKS = """
CREATE TRIGGER labeling_spotcheck_unchanged BEFORE UPDATE ON labeling_spotcheck
    FOR EACH ROW EXECUTE FUNCTION labeling_refuse_change();
CREATE TRIGGER labeling_spotcheck_kept BEFORE DELETE ON labeling_spotcheck
    FOR EACH ROW WHEN (current_setting('vinloop.deleting_photo', true) IS DISTINCT FROM 'on')
    EXECUTE FUNCTION labeling_refuse_change();
"""
GUIDELINES = """
CREATE TRIGGER labeling_guideline_immutable BEFORE UPDATE OR DELETE ON labeling_guideline
    FOR EACH ROW EXECUTE FUNCTION labeling_refuse_change();
"""
DROP_SPOT_CHECKS = """
DROP TRIGGER labeling_spotcheck_kept ON labeling_spotcheck;
DROP TRIGGER labeling_spotcheck_unchanged ON labeling_spotcheck;
"""


class Migration(migrations.Migration):
    dependencies = [("labeling", "0017_comments_guidelines_spot_checks")]

    operations = [
        migrations.RunSQL(SPOT_CHECKS, DROP_SPOT_CHECKS),
        migrations.RunSQL(GUIDELINES, "DROP TRIGGER labeling_guideline_immutable ON labeling_guideline;"),
    ]
