"""Every address under /api/. None of them but the schema's ends in a slash."""

from django.urls import URLPattern, URLResolver, include, path
from drf_spectacular.renderers import OpenApiJsonRenderer2
from drf_spectacular.views import SpectacularJSONAPIView

from webapp.api import (
    acquisition,
    comments,
    datasets,
    editor_keys,
    figures,
    guidelines,
    leases,
    members,
    model_versions,
    photos,
    projects,
    pseudo_rounds,
    quality,
    queue,
    runs,
    sheets,
    tasks,
    tokens,
    transfers,
    watching,
)

project_urls = [
    path("photos", photos.ProjectPhotos.as_view(), name="api-project-photos"),
    path("leases", leases.ProjectLeases.as_view(), name="api-project-leases"),
    path("tasks", tasks.ProjectTasks.as_view(), name="api-project-tasks"),
    path("queue", queue.ProjectQueue.as_view(), name="api-project-queue"),
    path("bulk-actions", queue.ProjectBulkActions.as_view(), name="api-project-bulk-actions"),
    path("bulk-actions/count", queue.ProjectBulkCount.as_view(), name="api-project-bulk-count"),
    path("snapshots", datasets.ProjectSnapshots.as_view(), name="api-project-snapshots"),
    path("transfers", transfers.ProjectTransfers.as_view(), name="api-project-transfers"),
    path("exports", transfers.ProjectExports.as_view(), name="api-project-exports"),
    path("imports", transfers.ProjectImports.as_view(), name="api-project-imports"),
    path("runs", runs.ProjectRuns.as_view(), name="api-project-runs"),
    path("runs/plan", runs.ProjectRunPlan.as_view(), name="api-project-run-plan"),
    path("rounds", pseudo_rounds.ProjectRounds.as_view(), name="api-project-rounds"),
    path("rounds/plan", pseudo_rounds.ProjectRoundPlan.as_view(), name="api-project-round-plan"),
    path("run-schedule", runs.ProjectRunSchedule.as_view(), name="api-project-run-schedule"),
    path("model-versions", model_versions.ProjectModelVersions.as_view(), name="api-project-model-versions"),
    path("gate", model_versions.ProjectGate.as_view(), name="api-project-gate"),
    path("shadows", watching.ProjectShadows.as_view(), name="api-project-shadows"),
    path("rereadings", watching.ProjectRereadings.as_view(), name="api-project-rereadings"),
    path("drift", watching.ProjectDrift.as_view(), name="api-project-drift"),
    path("rollback", model_versions.ProjectRollback.as_view(), name="api-project-rollback"),
    path("members", members.ProjectMembers.as_view(), name="api-project-members"),
    path("invitations", members.ProjectInvitations.as_view(), name="api-project-invitations"),
    path("quality-policy", quality.ProjectQualityPolicy.as_view(), name="api-project-quality-policy"),
    path("quality-policies", quality.ProjectQualityPolicies.as_view(), name="api-project-quality-policies"),
    path(
        "acquisition-policy",
        acquisition.ProjectAcquisitionPolicy.as_view(),
        name="api-project-acquisition-policy",
    ),
    path(
        "acquisition-policies",
        acquisition.ProjectAcquisitionPolicies.as_view(),
        name="api-project-acquisition-policies",
    ),
    path("order", acquisition.ProjectAcquisitionOrder.as_view(), name="api-project-order"),
    path("figures", figures.ProjectFigures.as_view(), name="api-project-figures"),
    path("mentions", comments.ProjectMentions.as_view(), name="api-project-mentions"),
    path("sheet", sheets.ProjectSheet.as_view(), name="api-project-sheet"),
    path("guidelines", guidelines.ProjectGuidelines.as_view(), name="api-project-guidelines"),
    path("guidelines/read", guidelines.GuidelinesRead.as_view(), name="api-project-guidelines-read"),
    path("events", projects.ProjectEvents.as_view(), name="api-project-events"),
]
photo_urls = [
    path("reread", photos.PhotoReread.as_view(), name="api-photo-reread"),
    path("known", photos.PhotoKnown.as_view(), name="api-photo-known"),
    path("predictions", photos.PhotoPredictions.as_view(), name="api-photo-predictions"),
    path("annotations", photos.PhotoAnnotations.as_view(), name="api-photo-annotations"),
]
lease_urls = [
    path("next", leases.LeaseNext.as_view(), name="api-lease-next"),
    path("renew", leases.LeaseRenewal.as_view(), name="api-lease-renew"),
    path("draft", leases.LeaseDraft.as_view(), name="api-lease-draft"),
    path("annotation", leases.LeaseAnnotation.as_view(), name="api-lease-annotation"),
    path("unreadable", leases.LeaseUnreadable.as_view(), name="api-lease-unreadable"),
    path("skip", leases.LeaseSkip.as_view(), name="api-lease-skip"),
    path("adjudication", leases.LeaseAdjudication.as_view(), name="api-lease-adjudication"),
    path("review", leases.LeaseReview.as_view(), name="api-lease-review"),
]
task_urls = [
    path("leases", leases.TaskLeases.as_view(), name="api-task-leases"),
    path("reopen", tasks.TaskReopening.as_view(), name="api-task-reopen"),
    path("restore", tasks.TaskRestoring.as_view(), name="api-task-restore"),
    path("comments", comments.TaskComments.as_view(), name="api-task-comments"),
    path("recall", tasks.TaskRecall.as_view(), name="api-task-recall"),
]
bulk_urls = [
    path("undo", queue.BulkActionUndo.as_view(), name="api-bulk-undo"),
    path("stop", queue.BulkActionStop.as_view(), name="api-bulk-stop"),
]
run_urls = [
    path("cancel", runs.RunCancellation.as_view(), name="api-run-cancel"),
    path("retry", runs.RunRetry.as_view(), name="api-run-retry"),
]
round_urls = [
    path("cancel", pseudo_rounds.RoundCancellation.as_view(), name="api-round-cancel"),
    path("retry", pseudo_rounds.RoundRetry.as_view(), name="api-round-retry"),
    path("revoke", pseudo_rounds.RoundRevocation.as_view(), name="api-round-revoke"),
]
snapshot_urls = [
    path("suspects", datasets.SnapshotSuspects.as_view(), name="api-snapshot-suspects"),
    path("doubts", datasets.SnapshotDoubts.as_view(), name="api-snapshot-doubts"),
    path("difference", datasets.SnapshotDifference.as_view(), name="api-snapshot-difference"),
]
transfer_urls = [
    path("confirm", transfers.TransferConfirmation.as_view(), name="api-transfer-confirm"),
    path("cancel", transfers.TransferCancellation.as_view(), name="api-transfer-cancel"),
    path("retry", transfers.TransferRetry.as_view(), name="api-transfer-retry"),
    path("file", transfers.TransferFile.as_view(), name="api-transfer-file"),
]
version_urls = [
    path("promote", model_versions.ModelVersionPromotion.as_view(), name="api-model-version-promote"),
    path("judge", model_versions.ModelVersionJudgement.as_view(), name="api-model-version-judge"),
    path("shadows", watching.ModelVersionShadows.as_view(), name="api-model-version-shadows"),
]
shadow_urls = [
    path("stop", watching.ShadowStop.as_view(), name="api-shadow-stop"),
    path("differences", watching.ShadowDifferences.as_view(), name="api-shadow-differences"),
]
version_one: list[URLPattern | URLResolver] = [
    path("projects", projects.Projects.as_view(), name="api-projects"),
    path("projects/<slug:slug>/", include(project_urls)),
    path("photos/<uuid:photo_id>", photos.PhotoDetail.as_view(), name="api-photo"),
    path("photos/<uuid:photo_id>/", include(photo_urls)),
    path("tasks/<uuid:task_id>", tasks.TaskDetail.as_view(), name="api-task"),
    path("tasks/<uuid:task_id>/", include(task_urls)),
    path("bulk-actions/<uuid:action_id>", queue.BulkActionDetail.as_view(), name="api-bulk"),
    path("bulk-actions/<uuid:action_id>/", include(bulk_urls)),
    path("leases/<uuid:lease_id>", leases.LeaseDetail.as_view(), name="api-lease"),
    path("leases/<uuid:lease_id>/", include(lease_urls)),
    path("snapshots/<uuid:snapshot_id>", datasets.SnapshotDetail.as_view(), name="api-snapshot"),
    path("snapshots/<uuid:snapshot_id>/", include(snapshot_urls)),
    path("transfers/<uuid:transfer_id>", transfers.TransferDetail.as_view(), name="api-transfer"),
    path("transfers/<uuid:transfer_id>/", include(transfer_urls)),
    path("runs/<uuid:run_id>", runs.RunDetail.as_view(), name="api-run"),
    path("runs/<uuid:run_id>/", include(run_urls)),
    path("rounds/<uuid:round_id>", pseudo_rounds.RoundDetail.as_view(), name="api-round"),
    path("rounds/<uuid:round_id>/", include(round_urls)),
    path(
        "model-versions/<uuid:version_id>",
        model_versions.ModelVersionDetail.as_view(),
        name="api-model-version",
    ),
    path("model-versions/<uuid:version_id>/", include(version_urls)),
    path("shadows/<uuid:shadow_id>", watching.ShadowDetail.as_view(), name="api-shadow"),
    path("shadows/<uuid:shadow_id>/", include(shadow_urls)),
    path("rereadings/<uuid:rereading_id>", watching.RereadingDetail.as_view(), name="api-rereading"),
    path("rereadings/<uuid:rereading_id>/stop", watching.RereadingStop.as_view(), name="api-rereading-stop"),
    path(
        "drift-alerts/<int:alert_id>/acknowledge",
        watching.DriftAlertAcknowledgement.as_view(),
        name="api-drift-acknowledge",
    ),
    path("comments/<int:comment_id>", comments.CommentDetail.as_view(), name="api-comment"),
    path("mentions/<int:mention_id>/read", comments.MentionRead.as_view(), name="api-mention-read"),
    path("members/<int:member_id>", members.MemberDetail.as_view(), name="api-member"),
    path("members/<int:member_id>/figures", figures.MemberFigures.as_view(), name="api-member-figures"),
    path("members/<int:member_id>/work", figures.MemberWork.as_view(), name="api-member-work"),
    path("editor-keys", editor_keys.EditorKeys.as_view(), name="api-editor-keys"),
    path("tokens", tokens.Tokens.as_view(), name="api-tokens"),
    path("tokens/<int:token_id>", tokens.TokenDetail.as_view(), name="api-token"),
]
urlpatterns = [
    path("v1/", include(version_one)),
    path(
        "schema/", SpectacularJSONAPIView.as_view(renderer_classes=[OpenApiJsonRenderer2]), name="api-schema"
    ),
]
