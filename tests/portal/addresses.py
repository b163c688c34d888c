"""Addresses for tests of the page skeleton alone, without any domain's pages."""

from django.urls import include, path

from madang.portal import theme

urlpatterns = [
    path("language/", include("django.conf.urls.i18n")),
    path("theme/", theme.choose, name="set-theme"),
]
