"""Every page of the programme, on one blueprint."""

from training.programme import views_copy, views_files, views_holidays, views_month, views_publishing, views_rolling
from training.programme.blueprint import blueprint

__all__ = ["blueprint"]

PAGES = (views_copy, views_files, views_holidays, views_month, views_publishing, views_rolling)
