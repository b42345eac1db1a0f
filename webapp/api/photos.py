"""Photos: upload, look at, read again, delete."""


from django.conf import settings
from rest_framework.parsers import MultiPartParser

from labeling.models import Scope
from webapp.api.base import FORM_OVERHEAD, ApiView
from webapp.api.outputs import (
    AnnotationOutput,
    PhotoOutput,
    PredictionOutput,
    list_of,
    page_of,
)

ZIP_SIGNATURES = (b"PK\x03\x04", b"PK\x05\x06")
PhotoPage = page_of(PhotoOutput)
PredictionList = list_of(PredictionOutput)
AnnotationList = list_of(AnnotationOutput)


class ProjectPhotos(ApiView):
    scopes = {"GET": Scope.READ, "POST": Scope.UPLOAD}
    parser_classes = [MultiPartParser]

    def largest_body(self) -> int:
        if self.request.method != "POST":
            return super().largest_body()
        return int(settings.MAX_UPLOAD_MEGABYTES) * 1024 * 1024 + FORM_OVERHEAD
