"""A person's own keys in the editor."""

from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from labeling.operations import editor_keys
from webapp.api.base import ApiView, current_user, read_input
from webapp.api.inputs import EditorKeysInput
from webapp.api.outputs import EditorKeysOutput
from webapp.api.permissions import NO_TOKENS
from webapp.api.schema import describe


class EditorKeys(ApiView):
    scopes = {"GET": NO_TOKENS, "PUT": NO_TOKENS}

    @describe(answers={200: EditorKeysOutput}, errors=())
    def get(self, request: Request) -> Response:
        """One's own keys, where they differ from the defaults."""
        return Response(EditorKeysOutput({"keys": current_user(request).editor_keys}).data)

    @describe(takes=EditorKeysInput, answers={200: EditorKeysOutput}, errors=())
    def put(self, request: Request) -> Response:
        """Set all of one's keys. Those that are not named have the defaults again; a clash is refused."""
        wanted = read_input(EditorKeysInput, request)
        keys = editor_keys.set_editor_keys(person=current_user(request), now=timezone.now(), **wanted)
        return Response(EditorKeysOutput({"keys": keys}).data)
