"""The application as it is served."""

import gc

from webapp.wsgi import settle


def test_what_stays_for_good_is_kept_from_the_garbage_collector() -> None:
    gc.unfreeze()
    settle()
    kept = gc.get_freeze_count()
    gc.unfreeze()
    assert kept > 50_000
