"""A person's own tokens. No token makes tokens: a stolen one must not outlive its revocation."""

from django.utils import timezone
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from labeling.operations import tokens as operations
from labeling.queries import tokens
from webapp.api.base import ApiView, current_user, read_input
from webapp.api.inputs import TokenInput
from webapp.api.outputs import TokenMadeOutput, TokenOutput, list_of
from webapp.api.permissions import NO_TOKENS
from webapp.api.schema import describe

TokenList = list_of(TokenOutput)


class Tokens(ApiView):
    scopes = {"GET": NO_TOKENS, "POST": NO_TOKENS}

    @describe(answers={200: TokenList}, errors=(), operation_id="tokens_list")
    def get(self, request: Request) -> Response:
        """One's own tokens, newest first, without their secrets."""
        return Response(TokenList({"items": tokens.list_tokens(user=current_user(request))}).data)

    @describe(takes=TokenInput, answers={201: TokenMadeOutput}, errors=())
    def post(self, request: Request) -> Response:
        """Make a token. Its secret is shown here and never again."""
        wanted = read_input(TokenInput, request)
        token, secret = operations.create_token(user=current_user(request), now=timezone.now(), **wanted)
        made = {"token": token, "secret": secret}
        return Response(TokenMadeOutput(made).data, status=status.HTTP_201_CREATED)


class TokenDetail(ApiView):
    scopes = {"DELETE": NO_TOKENS}

    @describe(answers={204: None})
    def delete(self, request: Request, token_id: int) -> Response:
        """Revoke a token; what uses it is refused from now on."""
        person = current_user(request)
        token = tokens.get_token(user=person, token_id=token_id)
        operations.revoke_token(token=token, by=person, now=timezone.now())
        return Response(status=status.HTTP_204_NO_CONTENT)
