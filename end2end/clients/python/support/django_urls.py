"""The addresses of the Django site of test_openid_connect.py."""

from django.http import HttpResponse
from django.urls import include, path

urlpatterns = [
    path("oidc/", include("mozilla_django_oidc.urls")),
    path("accounts/", include("allauth.urls")),
    path("in", lambda request: HttpResponse("in")),
]
