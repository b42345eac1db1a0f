"""A worker's hold on a run, which keeps a log and knows how much memory it took."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Coalesce, Greatest

from labeling import memory
from labeling.models import FinetuningRun, RunLogLine
from labeling.operations.claims import LONGEST_MESSAGE, Claim


class RunClaim(Claim[FinetuningRun]):
    """As any claim, and what it tells is kept."""

    @property
    def run(self) -> FinetuningRun:
        return self.row

    def write(self, **changes: Any) -> None:
        """Raises WorkLost."""
        peak = Greatest(Coalesce(F("peak_bytes"), 0), memory.read_peak())
        super().write(peak_bytes=peak, **changes)

    def tell(self, message: str, **changes: Any) -> None:
        """Write what is done now, and keep it in the log. Raises WorkLost."""
        with transaction.atomic():
            self.write(message=message[:LONGEST_MESSAGE], **changes)
            self.log(message)

    def log(self, text: str) -> None:
        RunLogLine.objects.create(run=self.run, text=text, created_at=self.clock())

    def finish(self, state: str, verb: str, **changes: Any) -> None:
        """The last line of the log says how it ended. Raises Conflict."""
        with transaction.atomic():
            super().finish(state, verb, **changes)
            self.log(changes.get("error") or changes["message"])
