"""The same way of asking as the tests of the API."""

from tests.integration.api.conftest import api, data_dir

__all__ = ["api", "data_dir"]
