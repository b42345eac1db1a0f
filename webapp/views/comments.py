"""Comments on a photo's page, and the mentions on the home page: what their buttons do."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone

from labeling.models import Project
from labeling.operations import comments as operations
from labeling.operations.inputs import InvalidComment
from labeling.policies import Capability, NotFound
from labeling.queries import comments, photos
from webapp.forms import CommentForm
from webapp.views.access import current_user, project_action


@project_action(Capability.VIEW)
def add(request: HttpRequest, project: Project, photo_id: UUID) -> HttpResponse:
    person = current_user(request)
    photo = photos.get_photo(user=person, photo_id=photo_id, project=project)
    task = getattr(photo, "task", None)
    form = CommentForm(request.POST)
    if task is None:
        raise NotFound("The photo was not read yet. Comment on it once it was.")
    if form.is_valid():
        operations.add_comment(task=task, author=person, now=timezone.now(), **form.cleaned_data)
    else:
        messages.error(request, "The comment was not kept: write 1 to 1000 characters.")
    return redirect(f"{_photo_address(project, photo_id)}#comments")


@project_action(Capability.VIEW)
def edit(request: HttpRequest, project: Project, comment_id: int) -> HttpResponse:
    person = current_user(request)
    comment = comments.get_comment(user=person, comment_id=comment_id, project=project)
    try:
        text = request.POST.get("text", "")
        operations.edit_comment(comment=comment, by=person, text=text, now=timezone.now())
    except InvalidComment as error:
        messages.error(request, f"The comment stays as it was. {error.message}")
    return redirect(f"{_photo_address(project, comment.task.photo_id)}#comments")


@project_action(Capability.VIEW)
def delete(request: HttpRequest, project: Project, comment_id: int) -> HttpResponse:
    person = current_user(request)
    comment = comments.get_comment(user=person, comment_id=comment_id, project=project)
    operations.delete_comment(comment=comment, by=person, now=timezone.now())
    return redirect(f"{_photo_address(project, comment.task.photo_id)}#comments")


@project_action(Capability.VIEW)
def read_mention(request: HttpRequest, project: Project, mention_id: int) -> HttpResponse:
    person = current_user(request)
    mention = comments.get_mention(user=person, mention_id=mention_id, project=project)
    operations.read_mention(mention=mention, by=person, now=timezone.now())
    return redirect("project", project.slug)


def _photo_address(project: Project, photo_id: UUID) -> str:
    return reverse("photo", args=[project.slug, photo_id])
