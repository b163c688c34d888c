"""Django's handle on the portal."""

from django.apps import AppConfig

from madang.catalogues import compile_catalogues


class PortalConfig(AppConfig):
    """The one app; its tables are named portal_<model>."""

    name = "madang.portal"
    label = "portal"
    verbose_name = "Madang"

    def ready(self) -> None:
        """Django reads the compiled catalogue, so it must follow its parts before the first page."""
        compile_catalogues()
