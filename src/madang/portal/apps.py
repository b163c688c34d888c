"""Django's handle on the portal."""

from django.apps import AppConfig


class PortalConfig(AppConfig):
    """The one app; its tables are named portal_<model>."""

    name = "madang.portal"
    label = "portal"
    verbose_name = "Madang"
