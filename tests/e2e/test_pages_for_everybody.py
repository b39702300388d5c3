"""The pages that need no sign-in are usable by everybody, on every width."""

import pytest

from tests.e2e.visitor import Visitor

PAGES = ("/link",)


@pytest.mark.parametrize("path", PAGES)
def test_accessible_on_a_wide_screen(visitor: Visitor, path: str) -> None:
    visitor.open(path)
    visitor.expect_accessible()


@pytest.mark.parametrize("path", PAGES)
def test_fits_a_small_telephone(phone: Visitor, path: str) -> None:
    phone.open(path)
    phone.expect_fitting()
    phone.expect_accessible()


def test_a_failed_form_leads_to_the_field(visitor: Visitor) -> None:
    page = visitor.open("/link")
    page.get_by_role("button", name="Continue").click()
    summary = page.get_by_role("alert")
    assert "There is a problem" in summary.inner_text()
    visitor.expect_accessible()
    summary.get_by_role("link").first.click()
    assert page.evaluate("document.activeElement.name") == "code"
