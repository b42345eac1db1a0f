"""Comments on tasks, and the mentions that wait for a person."""

from typing import Any
from uuid import UUID

from django.utils import timezone
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from labeling.models import Comment, Scope, User
from labeling.operations import comments as operations
from labeling.queries import comments, projects, tasks
from labeling.queries.blindness import NOTHING_HIDDEN
from webapp.api.base import ApiView, current_user, read_input
from webapp.api.inputs import CommentInput, CommentTextInput
from webapp.api.outputs import list_of
from webapp.api.outputs_desk import CommentOutput, MentionOutput
from webapp.api.schema import describe

CommentList = list_of(CommentOutput)
MentionList = list_of(MentionOutput)
WORKERS = {Scope.ANNOTATE, Scope.REVIEW}


class TaskComments(ApiView):
    scopes = {"GET": {Scope.READ}, "POST": WORKERS}

    @describe(answers={200: CommentList})
    def get(self, request: Request, task_id: UUID) -> Response:
        """What was said about the photo and its characters, oldest first."""
        person = current_user(request)
        task = tasks.get_task(user=person, task_id=task_id)
        return Response(CommentList({"items": comments.list_comments(task=task, viewer=person)}).data)

    @describe(takes=CommentInput, answers={201: CommentOutput})
    def post(self, request: Request, task_id: UUID) -> Response:
        """Say something; `@name` tells that member. It needs no lease."""
        person = current_user(request)
        task = tasks.get_task(user=person, task_id=task_id)
        said = read_input(CommentInput, request)
        comment = operations.add_comment(task=task, author=person, now=timezone.now(), **said)
        return Response(_show(comment, person), status=status.HTTP_201_CREATED)


class CommentDetail(ApiView):
    scopes = {"PATCH": WORKERS, "DELETE": WORKERS}

    @describe(takes=CommentTextInput, answers={200: CommentOutput})
    def patch(self, request: Request, comment_id: int) -> Response:
        """Say it differently: one's own alone, and `edited_at` shows it."""
        person = current_user(request)
        comment = comments.get_comment(user=person, comment_id=comment_id)
        said = read_input(CommentTextInput, request)
        edited = operations.edit_comment(comment=comment, by=person, now=timezone.now(), **said)
        return Response(_show(edited, person))

    @describe(answers={204: None})
    def delete(self, request: Request, comment_id: int) -> Response:
        """Take one's own comment away."""
        person = current_user(request)
        comment = comments.get_comment(user=person, comment_id=comment_id)
        operations.delete_comment(comment=comment, by=person, now=timezone.now())
        return Response(status=status.HTTP_204_NO_CONTENT)


class ProjectMentions(ApiView):
    scopes = {"GET": {Scope.READ}}

    @describe(answers={200: MentionList})
    def get(self, request: Request, slug: str) -> Response:
        """Where one was named and has not marked it as read, newest first."""
        person = current_user(request)
        project = projects.get_project(user=person, slug=slug)
        found = comments.list_unread_mentions(project=project, user=person)
        return Response(MentionList({"items": found}).data)


class MentionRead(ApiView):
    scopes = {"POST": WORKERS}

    @describe(answers={204: None})
    def post(self, request: Request, mention_id: int) -> Response:
        """Take a mention off one's list."""
        person = current_user(request)
        mention = comments.get_mention(user=person, mention_id=mention_id)
        operations.read_mention(mention=mention, by=person, now=timezone.now())
        return Response(status=status.HTTP_204_NO_CONTENT)


def _show(comment: Comment, person: User) -> dict[str, Any]:
    """One's own comment, in which nothing is hidden from oneself."""
    return dict(CommentOutput(comments.show_comment(comment, person, NOTHING_HIDDEN)).data)
