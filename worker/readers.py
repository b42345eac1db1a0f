"""The readers that this process has loaded: one for each model version that is in service."""

from functools import lru_cache

from inference.bundle import load_bundle
from inference.pipeline import VinReader
from labeling import storage
from labeling.models import ModelVersion

# Several worker processes share a machine, so each job computes on one core.
THREADS = 1
# Projects have champions of their own; a version that is no longer asked for is dropped.
LOADED_AT_ONCE = 3


def get_reader(version: ModelVersion) -> VinReader:
    """The reader of a model version, loaded at its first photo.

    The job asks for the version in service each time, so a promotion takes effect with the next photo.
    Raises: InvalidBundle where a file of the bundle does not have its hash.
    """
    return _load(version.digest)


@lru_cache(maxsize=LOADED_AT_ONCE)
def _load(digest: str) -> VinReader:
    return load_bundle(storage.bundle_path(digest), threads=THREADS)
