"""Members of a project and invitations to it. No token manages people: that takes a login."""

from django.urls import reverse
from django.utils import timezone
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from labeling.models import Scope
from labeling.operations import invitations
from labeling.operations import members as operations
from labeling.queries import members, projects
from webapp.api.base import ApiView, current_user, read_input
from webapp.api.inputs import InvitationInput, MemberInput, RoleInput
from webapp.api.outputs import InvitationMadeOutput, MemberOutput, list_of
from webapp.api.permissions import NO_TOKENS
from webapp.api.schema import describe

MemberList = list_of(MemberOutput)


class ProjectMembers(ApiView):
    scopes = {"GET": {Scope.READ}, "POST": NO_TOKENS}

    @describe(answers={200: MemberList}, operation_id="members_list")
    def get(self, request: Request, slug: str) -> Response:
        """Who is in the project, and as what."""
        project = projects.get_project(user=current_user(request), slug=slug)
        return Response(MemberList({"items": members.list_members(project=project)}).data)

    @describe(takes=MemberInput, answers={201: MemberOutput}, errors=(404, 409))
    def post(self, request: Request, slug: str) -> Response:
        """Add a person who has an account already."""
        person = current_user(request)
        project = projects.get_project(user=person, slug=slug)
        wanted = read_input(MemberInput, request)
        user = members.find_person(username=wanted["username"])
        member = operations.add_member(
            project=project, user=user, role=wanted["role"], by=person, now=timezone.now()
        )
        return Response(MemberOutput(member).data, status=status.HTTP_201_CREATED)


class MemberDetail(ApiView):
    scopes = {"PATCH": NO_TOKENS, "DELETE": NO_TOKENS}

    @describe(takes=RoleInput, answers={200: MemberOutput}, errors=(404, 409))
    def patch(self, request: Request, member_id: int) -> Response:
        """Change a member's role."""
        person = current_user(request)
        member = members.get_member(user=person, member_id=member_id)
        wanted = read_input(RoleInput, request)
        changed = operations.change_role(membership=member, by=person, now=timezone.now(), **wanted)
        return Response(MemberOutput(changed).data)

    @describe(answers={204: None}, errors=(404, 409))
    def delete(self, request: Request, member_id: int) -> Response:
        """Take a person out of the project. What they wrote stays."""
        person = current_user(request)
        member = members.get_member(user=person, member_id=member_id)
        operations.remove_member(membership=member, by=person, now=timezone.now())
        return Response(status=status.HTTP_204_NO_CONTENT)


class ProjectInvitations(ApiView):
    scopes = {"POST": NO_TOKENS}

    @describe(takes=InvitationInput, answers={201: InvitationMadeOutput})
    def post(self, request: Request, slug: str) -> Response:
        """Invite a person who has no account yet. The link is shown once."""
        person = current_user(request)
        project = projects.get_project(user=person, slug=slug)
        wanted = read_input(InvitationInput, request)
        invitation, token = invitations.invite_member(
            project=project, by=person, now=timezone.now(), **wanted
        )
        link = request.build_absolute_uri(reverse("invitation", args=[token]))
        made = {"invitation": invitation, "link": link}
        return Response(InvitationMadeOutput(made).data, status=status.HTTP_201_CREATED)
