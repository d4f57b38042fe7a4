"""The post."""

from __future__ import annotations

from django.db import migrations, models

import emblazon.django


class Migration(migrations.Migration):
    """Make the table."""

    initial = True
    dependencies = []
    operations = [
        migrations.CreateModel(
            name="Post",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("title", models.CharField(max_length=500)),
                ("slug", models.SlugField(unique=True)),
                ("author", models.CharField(blank=True, max_length=80)),
                ("published", models.DateField()),
                ("cover", models.ImageField(blank=True, upload_to="covers")),
                ("body", models.TextField(blank=True)),
            ],
            bases=(emblazon.django.SocialCard, models.Model),
        )
    ]
