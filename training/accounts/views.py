"""All pages of accounts, on one blueprint."""

from training.accounts import (
    views_account,
    views_addresses,
    views_closed,
    views_desk,
    views_desk_factors,
    views_factors,
    views_passkeys,
    views_second_step,
    views_sign_in,
    views_sign_ins,
    views_sign_up,
    views_single_sign_on,
)
from training.accounts.blueprint import blueprint

PAGES = (
    views_account,
    views_addresses,
    views_closed,
    views_desk,
    views_desk_factors,
    views_factors,
    views_passkeys,
    views_second_step,
    views_sign_in,
    views_sign_ins,
    views_sign_up,
    views_single_sign_on,
)

__all__ = ["PAGES", "blueprint"]
