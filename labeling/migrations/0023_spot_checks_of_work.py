"""Spot checks of annotations, too. Trigger: nobody checks what they wrote."""

import django.db.models.deletion
from django.db import migrations, models

CREATE = """
CREATE FUNCTION labeling_check_spot_checker() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM labeling_annotation WHERE id = NEW.annotation_id AND author_id = NEW.checked_by_id
    )
    THEN
        RAISE EXCEPTION 'nobody checks their own annotation'
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END
$$;

CREATE TRIGGER labeling_spotcheck_of_another BEFORE INSERT ON labeling_spotcheck
    FOR EACH ROW EXECUTE FUNCTION labeling_check_spot_checker();
"""

DROP = """
DROP TRIGGER labeling_spotcheck_of_another ON labeling_spotcheck;
DROP FUNCTION labeling_check_spot_checker();
"""


class Migration(migrations.Migration):

    dependencies = [
        ('labeling', '0022_figures_from_indexes'),
    ]

    operations = [
        migrations.AddField(
            model_name='spotcheck',
            name='annotation',
            field=models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='spot_check', to='labeling.annotation'),
        ),
        migrations.AlterField(
            model_name='spotcheck',
            name='prediction',
            field=models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='spot_check', to='labeling.prediction'),
        ),
        migrations.AddConstraint(
            model_name='spotcheck',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('annotation__isnull', True), ('prediction__isnull', False)), models.Q(('annotation__isnull', False), ('prediction__isnull', True)), _connector='OR'), name='spot_check_of_one_thing'),
        ),
        migrations.RunSQL(CREATE, DROP),
    ]
