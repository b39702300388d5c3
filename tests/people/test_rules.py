"""Decisions about people on plain values."""

import pytest

from training.people.rules import on_domains, same_mailbox

COUNCIL = ["council.example", "nhs.example"]


@pytest.mark.parametrize(
    ("address", "is_there"),
    [
        ("ada@council.example", True),
        ("ada@nhs.example", True),
        ("ADA@Council.Example", True),
        ("ada@mail.council.example", True),
        ("ada@evilcouncil.example", False),
        ("ada@council.example.evil.example", False),
        ("council.example@evil.example", False),
        ("ada@example", False),
        ("ada.council.example", False),
        ("", False),
    ],
)
def test_an_address_lies_on_a_domain_or_on_a_part_of_it(address: str, is_there: bool) -> None:
    assert on_domains(address, COUNCIL) is is_there


def test_no_domain_proves_nothing() -> None:
    assert not on_domains("ada@council.example", [])
    assert not on_domains("ada@council.example", [""])


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        ("ada@council.example", "ADA@council.example ", True),
        ("ada+boss@council.example", "ada@council.example", True),
        ("ada@council.example", "ada@school.example", False),
        ("ada@council.example", "adam@council.example", False),
    ],
)
def test_a_label_makes_no_other_mailbox(one: str, other: str, is_same: bool) -> None:
    assert same_mailbox(one, other) is is_same
