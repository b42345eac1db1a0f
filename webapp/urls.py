"""Every address. Pages live under a project's slug; programs use /api/."""

from django.contrib import admin
from django.contrib.auth.views import LogoutView
from django.urls import include, path

from webapp.views import (
    account,
    datasets,
    editor,
    figures,
    health,
    home,
    media,
    members,
    models,
    photos,
    quality,
    queue,
    runs,
    tokens,
    transfers,
)

handler400 = "webapp.errors.bad_request"
handler403 = "webapp.errors.permission_denied"
handler404 = "webapp.errors.not_found"
handler500 = "webapp.errors.server_error"

project_urls = [
    path("", home.project, name="project"),
    path("photos/", photos.photo_list, name="photos"),
    path("photos/<uuid:photo_id>/", photos.photo, name="photo"),
    path("photos/<uuid:photo_id>/reread/", photos.reread, name="photo-reread"),
    path("photos/<uuid:photo_id>/kind/", photos.change_kind, name="photo-kind"),
    path("photos/<uuid:photo_id>/reopen/", photos.reopen, name="photo-reopen"),
    path("photos/<uuid:photo_id>/known/", photos.known, name="photo-known"),
    path("annotate/", editor.annotate, name="annotate"),
    path("review/", editor.review, name="review"),
    path("queue/", queue.queue, name="queue"),
    path("queue/act/", queue.act, name="queue-act"),
    path("queue/actions/<uuid:action_id>/undo/", queue.undo, name="queue-undo"),
    path("queue/actions/<uuid:action_id>/stop/", queue.stop, name="queue-stop"),
    path("queue/tasks/<uuid:task_id>/recall/", queue.recall, name="queue-recall"),
    path("adjudicate/", editor.adjudicate, name="adjudicate"),
    path("datasets/", datasets.snapshot_list, name="datasets"),
    path("datasets/<uuid:snapshot_id>/", datasets.snapshot, name="dataset"),
    path("datasets/<uuid:snapshot_id>/difference/", datasets.difference, name="dataset-difference"),
    path("datasets/<uuid:snapshot_id>/doubts/", datasets.doubt, name="dataset-doubts"),
    path("datasets/<uuid:snapshot_id>/export/", transfers.export, name="dataset-export"),
    path("transfers/", transfers.transfer_list, name="transfers"),
    path("transfers/<uuid:transfer_id>/", transfers.transfer, name="transfer"),
    path("transfers/<uuid:transfer_id>/confirm/", transfers.confirm, name="transfer-confirm"),
    path("transfers/<uuid:transfer_id>/cancel/", transfers.cancel, name="transfer-cancel"),
    path("transfers/<uuid:transfer_id>/retry/", transfers.retry, name="transfer-retry"),
    path("runs/", runs.run_list, name="runs"),
    path("runs/schedule/", runs.schedule, name="run-schedule"),
    path("runs/<uuid:run_id>/", runs.run, name="run"),
    path("runs/<uuid:run_id>/first/", runs.start_first, name="run-first"),
    path("runs/<uuid:run_id>/cancel/", runs.cancel, name="run-cancel"),
    path("runs/<uuid:run_id>/retry/", runs.retry, name="run-retry"),
    path("models/", models.version_list, name="models"),
    path("models/gate/", models.gate, name="gate"),
    path("models/rollback/", models.rollback, name="rollback"),
    path("models/<uuid:version_id>/", models.version, name="model"),
    path("models/<uuid:version_id>/promote/", models.promote, name="model-promote"),
    path("models/<uuid:version_id>/judge/", models.judge, name="model-judge"),
    path("policy/", quality.policy, name="policy"),
    path("policy/preview/", quality.preview, name="policy-preview"),
    path("quality/", figures.team, name="quality"),
    path("quality/<slug:table>.csv", figures.team_table, name="quality-table"),
    path("quality/<int:member_id>/", figures.person, name="quality-person"),
    path("quality/<int:member_id>/work.csv", figures.person_work, name="quality-person-work"),
    path("my-work/", figures.own, name="my-work"),
    path("members/", members.member_list, name="members"),
    path("members/add/", members.add, name="member-add"),
    path("members/<int:member_id>/role/", members.change_role, name="member-role"),
    path("members/<int:member_id>/remove/", members.remove, name="member-remove"),
]

urlpatterns = [
    path("", home.home, name="home"),
    path("login/", account.Login.as_view(), name="login"),
    path("logout/", LogoutView.as_view(), name="logout"),
    path("invitations/<str:token>/", account.invitation, name="invitation"),
    path("account/tokens/", tokens.token_list, name="tokens"),
    path("account/tokens/<int:token_id>/revoke/", tokens.revoke, name="token-revoke"),
    path("p/<slug:slug>/", include(project_urls)),
    path("media/photos/<uuid:photo_id>/<str:rendition>", media.PhotoMedia.as_view(), name="photo-media"),
    path("health/live", health.live, name="health_live"),
    path("health/ready", health.ready, name="health_ready"),
    path("api/", include("webapp.api.urls")),
    path("admin/", admin.site.urls),
]
