"""Static files under hashed names, ES module imports included."""

from collections.abc import Iterator
from typing import Any

from whitenoise.storage import CompressedManifestStaticFilesStorage

UNUSED = "django_htmx/ext/"


class ModuleManifestStorage(CompressedManifestStaticFilesStorage):
    """Rewrites `import "./x.js"` to the hashed name, so that a new release is never mixed with an old one."""

    support_js_module_import_aggregation = True
    # One pass for each step of the longest chain of imports: a module's hash depends on those it imports.
    max_post_process_passes = 20

    def post_process(self, paths: dict[str, Any], *args: Any, **options: Any) -> Iterator[Any]:
        """Leaves out htmx's extensions: none is used, and a comment of theirs looks like an import."""
        used = {name: path for name, path in paths.items() if not name.startswith(UNUSED)}
        yield from super().post_process(used, *args, **options)
