"""Command line of the learning side: python -m training COMMAND."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence

from inference.bundle import InvalidBundle
from inference.labels import InvalidLabels
from inference.snapshot import InvalidSnapshot
from training.calibrate import CalibrationFailed
from training.commands import bundles, networks, photos, synthesis
from training.export import ExportFailed, ParityError
from training.finetune import FinetuningFailed
from training.fonts import FontsUnavailable
from training.published import PublishedWeightsUnavailable
from training.quality import QualityFailed
from training.streams import NoTrainingData
from training.systems.loop import TrainingFailed
from training.weights import InvalidWeights

_EXPECTED = (
    *(
        CalibrationFailed,
        ExportFailed,
        FinetuningFailed,
        FontsUnavailable,
        InvalidBundle,
        InvalidLabels,
        InvalidSnapshot,
        InvalidWeights,
    ),
    *(NoTrainingData, ParityError, PublishedWeightsUnavailable, QualityFailed, TrainingFailed, OSError),
)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m training", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for group in (synthesis, networks, photos, bundles):
        group.add_commands(commands)
    options = parser.parse_args(arguments)
    command: Callable[[argparse.Namespace], None] = options.command
    try:
        command(options)
    except _EXPECTED as error:
        print(f"training: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
