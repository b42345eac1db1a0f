"""A round whose audit misses the target is revoked, unless a person wants to decide."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("labeling", "0040_placements")]

    operations = [
        migrations.AlterField(
            "pseudoround",
            "revokes_itself",
            models.BooleanField(
                default=True, help_text="Whether an audit that misses the target revokes it without a person."
            ),
        ),
    ]
