"""What a line of a pasted list says: a name and an address in any usual order, and why some name nobody."""

import pytest

from training.groups.reading import MOST_LINES, TooLong, read_list


@pytest.mark.parametrize(
    ("text", "given", "family", "address"),
    [
        ("priya.nair@vale.example", "", "", "priya.nair@vale.example"),
        ("Priya Nair <Priya.Nair@Vale.example>", "Priya", "Nair", "priya.nair@vale.example"),
        ('"Nair, Priya" <p@vale.example>', "Priya", "Nair", "p@vale.example"),
        ("Nair, Priya <p@vale.example>", "Priya", "Nair", "p@vale.example"),
        ("Priya Nair, p@vale.example", "Priya", "Nair", "p@vale.example"),
        ("p@vale.example\tPriya Nair", "Priya", "Nair", "p@vale.example"),
        ("Priya\tNair\tp@vale.example\tSocial worker", "Priya", "Nair", "p@vale.example"),
        ("Priya Nair; p@vale.example", "Priya", "Nair", "p@vale.example"),
        ("Mary Jane Watson", "Mary Jane", "Watson", ""),
        ("Nair, Priya", "Priya", "Nair", ""),
        ("Sam D'Arcy <s.o'neil@vale.example>", "Sam", "D'Arcy", "s.o'neil@vale.example"),
        ("3. Siân O’Neil", "Siân", "O’Neil", ""),
        ("- mailto:p@vale.example", "", "", "p@vale.example"),
    ],
)
def test_names_and_addresses_are_told_apart(text: str, given: str, family: str, address: str) -> None:
    (line,) = read_list(text)
    assert (line.given_name, line.family_name, line.address, line.problem) == (given, family, address, "")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("office@vale.example", "several people read"),
        ("priya@", "not an email address"),
        ("a@b@vale.example", "not an email address"),
        ("---", "no name and no email address"),
        ("a@vale.example b@vale.example", "several email addresses"),
        ("x" * 400, "too long"),
    ],
)
def test_a_line_that_names_nobody_says_why(text: str, why: str) -> None:
    (line,) = read_list(text)
    assert why in line.problem


def test_headings_and_empty_lines_are_passed_over_and_mail_programs_understood() -> None:
    lines = read_list("Name, Email\n\nPriya Nair,p@vale.example\n  \nA B <a@x.example>; C D <c@x.example>\n")
    assert [(line.number, line.address) for line in lines] == [
        (3, "p@vale.example"), (5, "a@x.example"), (5, "c@x.example"),
    ]  # fmt: skip


def test_more_lines_than_are_read_at_once_are_refused() -> None:
    assert len(read_list("\n".join(f"p{n}@vale.example" for n in range(MOST_LINES)))) == MOST_LINES
    with pytest.raises(TooLong, match="501"):
        read_list("\n".join(f"p{n}@vale.example" for n in range(MOST_LINES + 1)))
