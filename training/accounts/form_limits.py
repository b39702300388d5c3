"""How often the forms of signing in and up are taken, in one place to look at."""

from flask import Flask

from training.web.limits import JOINING, SIGNING_IN, TYPED_CODES, Limit, declare_limits, for_one_address

FORM_LIMITS: dict[str, tuple[Limit, ...]] = {
    "security.login": (SIGNING_IN,),
    # Somebody who wants to leave is never kept.
    "security.logout": (),
    "accounts.send_code": (SIGNING_IN, for_one_address("address")),
    "accounts.sign_in_code": (SIGNING_IN,),
    "accounts.sign_in_passkey": (SIGNING_IN,),
    "accounts.second_step": (SIGNING_IN,),
    "accounts.second_step_passkey": (SIGNING_IN,),
    "accounts.recovery_code": (SIGNING_IN,),
    "accounts.single_sign_on_back": (SIGNING_IN,),
    "links.code": (TYPED_CODES,),
    "accounts.sign_up": (JOINING, for_one_address("address")),
    "accounts.send_again": (JOINING, for_one_address("address")),
    "accounts.forgot_password": (JOINING, for_one_address("address")),
}
"""Every other form that anybody may send has the limit for any form."""


def declare_form_limits(app: Flask) -> None:
    """Tell the application, once its pages are there."""
    declare_limits(app, FORM_LIMITS)
