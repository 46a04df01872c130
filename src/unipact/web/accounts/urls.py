"""The addresses of an account. Nothing else of allauth's is mounted: no sign-up, no mail addresses.

allauth finds its pages by its own names for them, so two pages have two names.
"""

from __future__ import annotations

from django.urls import path, re_path

from unipact.web.accounts import views

_FACTOR = "account/second-factor"

urlpatterns = [
    path("sign-in/", views.SignIn.as_view(), name="sign-in"),
    path("sign-in/", views.SignIn.as_view(), name="account_login"),
    path("sign-in/second-factor/", views.SecondFactor.as_view(), name="mfa_authenticate"),
    path("sign-out/", views.SignOut.as_view(), name="sign-out"),
    path("account/", views.my_account, name="account"),
    path("account/confirm/", views.Confirm.as_view(), name="account_reauthenticate"),
    path("account/password/", views.Password.as_view(), name="account_change_password"),
    path("account/password/forgotten/", views.Forgotten.as_view(), name="account_reset_password"),
    path(
        "account/password/forgotten/sent/",
        views.ForgottenSent.as_view(),
        name="account_reset_password_done",
    ),
    re_path(
        r"^account/password/reset/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>[^/]+)/$",
        views.Reset.as_view(),
        name="account_reset_password_from_key",
    ),
    path(
        "account/password/reset/",
        views.ResetDone.as_view(),
        name="account_reset_password_from_key_done",
    ),
    path(f"{_FACTOR}/", views.SecondFactorIndex.as_view(), name="mfa_index"),
    path(f"{_FACTOR}/set-up/", views.SetUp.as_view(), name="mfa_activate_totp"),
    path(f"{_FACTOR}/remove/", views.TakeDown.as_view(), name="mfa_deactivate_totp"),
    path(
        f"{_FACTOR}/recovery-codes/", views.RecoveryCodes.as_view(), name="mfa_view_recovery_codes"
    ),
    path(
        f"{_FACTOR}/recovery-codes/new/",
        views.NewRecoveryCodes.as_view(),
        name="mfa_generate_recovery_codes",
    ),
]
