"""Which model version is in service."""

from __future__ import annotations

from labeling.models import ModelVersion, Project
from labeling.states import ModelVersionState


def get_champion(project: Project) -> ModelVersion | None:
    """The promoted model version; None where the project has none yet."""
    return ModelVersion.objects.filter(project=project, state=ModelVersionState.PROMOTED).first()
