"""Forms as people meet them: what is read, what is said when it cannot be, and where the error leads."""

import io
from collections.abc import Callable, Generator
from datetime import date, time
from enum import StrEnum
from typing import Any, TypeVar

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import FileStorage, MultiDict

from training.web import readings
from training.web.fields import (
    CheckboxesField,
    CheckboxField,
    Choice,
    DateField,
    EmailField,
    FileField,
    NumberField,
    PasswordField,
    RadioField,
    SelectField,
    TextAreaField,
    TextField,
    TimeField,
)
from training.web.forms import FilterForm, Form, VersionedForm
from training.web.templating import configure_templating

Value = TypeVar("Value")


class Mode(StrEnum):
    FACE_TO_FACE = "face-to-face"
    VIRTUAL = "virtual"


class SessionForm(Form):
    title = TextField("Course title", ask="the course title", max_length=30)
    contact = EmailField(required=False)
    password = PasswordField()
    places = NumberField("Places", ask="the number of places", least=1, most=500)
    about = TextAreaField("About", hint="In one or two sentences", required=False, max_length=100)
    agency = SelectField("Agency", ask="an agency", coerce=int, choices={"1": "Council", "2": "Hospital"})
    mode = RadioField(
        "How it is taught",
        ask="how it is taught",
        coerce=Mode,
        choices=[Choice("face-to-face", "Face to face"), Choice("virtual", "Virtual", "A link is sent")],
    )
    needs = CheckboxesField("Access needs", required=False, choices={"loop": "Hearing loop", "step": "Ramp"})
    starts_on = DateField("Start date", ask="the start date")
    starts_at = TimeField("Start time", ask="the start time")
    report = FileField("Report", ask="the report", required=False, types=(".csv", ".xlsx"), most_megabytes=1)
    agreed = CheckboxField("My manager knows", ask="that your manager knows", required=True)


ANSWERS: dict[str, Any] = {
    "form_token": "a-token-of-some-length",
    "title": "  Neglect ",
    "password": " kept as typed ",
    "places": "1 0",
    "agency": "2",
    "mode": "virtual",
    "starts_on-day": "3",
    "starts_on-month": "12",
    "starts_on-year": "2026",
    "starts_at": "9.30",
    "agreed": "yes",
}


@pytest.fixture(scope="module")
def app() -> Flask:
    app = Flask(__name__)
    app.config.update(SECRET_KEY="only for this test", WTF_CSRF_ENABLED=False)
    configure_templating(app)
    return app


@pytest.fixture(autouse=True)
def post(app: Flask) -> Generator[None]:
    with app.test_request_context(method="POST"):
        yield


def sent(**answers: Any) -> SessionForm:
    """The form as somebody sent it, with some of the good answers replaced; a list sends several."""
    form = SessionForm(formdata=MultiDict({**ANSWERS, **answers}))
    form.validate()
    return form


def soup(html: str) -> BeautifulSoup:
    return BeautifulSoup(html, "html.parser")


def reading(read: Callable[[], Value]) -> Value | readings.ReadingError:
    """The value that was read, or what was said instead."""
    try:
        return read()
    except readings.ReadingError as error:
        return error


def error_of(form: SessionForm, field: str) -> str:
    assert len(form[field].errors) == 1
    return str(form[field].errors[0])


def test_good_answers_are_read_into_values() -> None:
    form = sent(needs=["loop", "step"], contact="Ann@Northbridge.example")
    assert (form.failed, form.status, form.errors) == (False, 200, {})
    assert form.title.data == "Neglect"
    assert form.password.data == " kept as typed "
    assert form.places.data == 10
    assert form.agency.data == 2
    assert form.mode.data is Mode.VIRTUAL
    assert form.needs.data == ["loop", "step"]
    assert form.starts_on.data == date(2026, 12, 3)
    assert form.starts_at.data == time(9, 30)
    assert form.contact.data == "Ann@northbridge.example"
    assert form.report.data is None
    assert form.agreed.data is True


def test_an_empty_form_asks_for_everything_in_the_order_of_the_page() -> None:
    form = SessionForm(formdata=MultiDict({"form_token": "a-token-of-some-length"}))
    assert not form.validate()
    assert form.status == 400
    assert form.errors_for_summary() == [
        ("Enter the course title", "#title"),
        ("Enter your password", "#password"),
        ("Enter the number of places", "#places"),
        ("Select an agency", "#agency"),
        ("Select how it is taught", "#mode"),
        ("Enter the start date", "#starts_on-day"),
        ("Enter the start time", "#starts_at"),
        ("Confirm that your manager knows", "#agreed"),
    ]


def test_every_link_of_the_summary_leads_to_an_input_on_the_page() -> None:
    form = SessionForm(formdata=MultiDict({"form_token": "a-token-of-some-length"}))
    form.validate()
    page = soup("".join(str(field()) for field in form))
    for _text, href in form.errors_for_summary():
        assert href
        target = page.find(id=href.removeprefix("#"))
        assert target
        assert target.name in ("input", "select", "textarea")


def test_a_form_that_nobody_sent_has_not_failed() -> None:
    form = SessionForm(formdata=None)
    assert (form.failed, form.status, form.errors_for_summary()) == (False, 200, [])


def test_typed_text_is_cleaned_of_what_no_database_takes() -> None:
    assert sent(title="Neg\x00lect\x1b").title.data == "Neglect"
    assert sent(about="one\r\ntwo\rthree").about.data == "one\ntwo\nthree"


def test_text_that_is_too_long_says_how_long_it_may_be() -> None:
    assert error_of(sent(title="x" * 31), "title") == "The course title must be 30 characters or fewer"
    assert sent(about="x" * 101).about.errors == ["About must be 100 characters or fewer"]


@pytest.mark.parametrize("address", ["ann", "ann@", "ann@@b.example", "a" * 300 + "@b.example", "a b@c.example"])
def test_an_address_that_cannot_be_one(address: str) -> None:
    assert sent(contact=address).contact.errors


@pytest.mark.parametrize(
    ("typed", "error"),
    [
        ("ten", "The number of places must be a whole number, like 20"),
        ("1.5", "The number of places must be a whole number, like 20"),
        ("²", "The number of places must be a whole number, like 20"),
        ("٣", "The number of places must be a whole number, like 20"),
        ("9" * 30, "The number of places must be a whole number, like 20"),
        ("0", "The number of places must be between 1 and 500"),
        ("501", "The number of places must be between 1 and 500"),
    ],
)
def test_a_number_that_cannot_be_used_is_explained_and_stays_as_typed(typed: str, error: str) -> None:
    form = sent(places=typed)
    assert error_of(form, "places") == error
    box = soup(form.places()).find("input")
    assert box
    assert box["value"] == typed
    assert box["inputmode"] == "numeric"


def test_bounds_on_one_side() -> None:
    assert readings.read_number("1,200", "The budget", least=0) == 1200
    with pytest.raises(readings.ReadingError, match="The budget must be 0 or more"):
        readings.read_number("-1", "The budget", least=0)
    with pytest.raises(readings.ReadingError, match="The delay must be 9 or less"):
        readings.read_number("10", "The delay", most=9)


def test_nought_is_an_answer() -> None:
    class Waiting(Form):
        days = NumberField("Days", ask="the number of days")

    form = Waiting(formdata=MultiDict({"form_token": "a-token-of-some-length", "days": "0"}))
    assert form.validate()
    assert form.days.data == 0


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("9:30am", time(9, 30)),
        ("9.30", time(9, 30)),
        ("0930", time(9, 30)),
        ("9 30 AM", time(9, 30)),
        ("14:00", time(14)),
        ("4pm", time(16)),
        ("4 p.m.", time(16)),
        ("12pm", time(12)),
        ("12am", time(0)),
        ("noon", time(12)),
        ("Midday", time(12)),
        ("midnight", time(0)),
        ("01:30", time(1, 30)),
        ("00:15", time(0, 15)),
    ],
)
def test_times_are_read_as_people_write_them(typed: str, read: time) -> None:
    assert sent(starts_at=typed).starts_at.data == read


@pytest.mark.parametrize("typed", ["nine", "25:00", "9:75", "13pm", "0am", "9", "9:3", "٩:٣٠", "9:30:00"])
def test_a_time_that_cannot_be_read_shows_how_to_write_it(typed: str) -> None:
    form = sent(starts_at=typed)
    assert error_of(form, "starts_at") == "Enter the start time like 9:30am or 2pm"
    assert typed in form.starts_at()


def test_an_early_hour_without_a_half_of_the_day_is_asked_back() -> None:
    assert error_of(sent(starts_at="1:30"), "starts_at") == "Enter the start time with am or pm, like 1:30pm"


@pytest.mark.parametrize(
    ("day", "month", "year", "error", "wrong"),
    [
        ("", "12", "2026", "The start date must include a day", "day"),
        ("3", "", "", "The start date must include a month and year", "month"),
        ("31", "2", "2026", "The start date must be a real date", "day"),
        ("32", "1", "2026", "The start date must be a real date", "day"),
        ("3", "13", "2026", "The start date must be a real date", "month"),
        ("3", "xyz", "2026", "The start date must be a real date", "month"),
        ("3", "12", "26", "Year must include 4 numbers", "year"),
        ("3", "12", "0001", "The start date must be between 1900 and 2199", "year"),
        ("²", "12", "2026", "The start date must be a real date", "day"),
        ("3", "12", "9" * 50, "Year must include 4 numbers", "year"),
        ("-3", "12", "2026", "The start date must be a real date", "day"),
    ],
)
def test_a_date_error_leads_to_the_part_that_is_wrong(day: str, month: str, year: str, error: str, wrong: str) -> None:
    form = sent(**{"starts_on-day": day, "starts_on-month": month, "starts_on-year": year})
    assert form.errors_for_summary() == [(error, f"#starts_on-{wrong}")]
    assert form.starts_on.data is None
    page = soup(form.starts_on())
    marked = [str(box["id"]) for box in page.select("input.govuk-input--error")]
    assert marked == [f"starts_on-{wrong}"]
    assert [box.get("value", "") for box in page.select("input")] == [day, month, year]


@pytest.mark.parametrize("month", ["12", "December", "dec", "DEC"])
def test_a_month_may_be_a_word(month: str) -> None:
    assert sent(**{"starts_on-month": month}).starts_on.data == date(2026, 12, 3)


@given(st.text(max_size=6), st.text(max_size=6), st.text(max_size=6))
def test_a_date_of_any_text_is_read_or_refused_with_a_sentence(day: str, month: str, year: str) -> None:
    read = reading(lambda: readings.read_day(day, month, year, "the start date"))
    if isinstance(read, readings.ReadingError):
        assert read.part in ("day", "month", "year")
        assert str(read)
    else:
        assert read is None or 1900 <= read.year <= 2199


@given(st.text(max_size=12))
def test_a_time_of_any_text_is_read_or_refused_with_a_sentence(typed: str) -> None:
    read = reading(lambda: readings.read_clock(typed, "the start time"))
    if isinstance(read, readings.ReadingError):
        assert str(read).startswith("Enter the start time")
    else:
        assert isinstance(read, time)


@pytest.mark.parametrize(("field", "value"), [("agency", "3"), ("agency", "x"), ("mode", "by post"), ("mode", "\x00")])
def test_a_choice_that_was_not_offered_is_an_ordinary_error(field: str, value: str) -> None:
    form = sent(**{field: value})
    assert error_of(form, field).startswith("Select ")
    assert form[field]()


def test_one_of_several_ticks_that_was_not_offered_is_an_error() -> None:
    assert error_of(sent(needs=["loop", "lift"]), "needs") == "Select access needs"


def test_choices_may_be_set_when_the_form_is_made() -> None:
    form = SessionForm(formdata=MultiDict({**ANSWERS, "agency": "7"}))
    form.agency.choices = {"7": "Fire and rescue"}
    assert form.validate()
    assert form.agency.data == 7


def test_the_present_value_is_shown_when_a_form_opens() -> None:
    form = SessionForm(
        formdata=None,
        data={
            "title": "Neglect",
            "places": 12,
            "agency": 2,
            "mode": Mode.VIRTUAL,
            "needs": ["step"],
            "starts_on": date(2026, 12, 3),
            "starts_at": time(14),
        },
    )
    page = soup("".join(str(field()) for field in form))
    assert [box["value"] for box in page.select("[name=title], [name=places], [name=starts_at]")] == [
        "Neglect",
        "12",
        "2pm",
    ]
    assert [box["value"] for box in page.select("[name=mode][checked], [name=needs][checked]")] == ["virtual", "step"]
    chosen = page.select_one("select[name=agency] option[selected]")
    assert chosen
    assert chosen["value"] == "2"
    assert [box["value"] for box in page.select(".govuk-date-input input")] == ["3", "12", "2026"]


def test_a_password_is_never_shown_again() -> None:
    form = sent(password="secret words", title="")
    assert "secret words" not in form.password()


def test_an_upload_must_be_of_a_known_kind_and_not_empty() -> None:
    for name, content, error in [
        ("report.csv", b"a,b", None),
        ("REPORT.XLSX", b"PK", None),
        ("report.exe", b"MZ", "The selected file must be a .csv or .xlsx file"),
        ("report.csv", b"", "The selected file is empty"),
        ("report.csv", b"x" * 1_000_001, "The selected file must be smaller than 1MB"),
    ]:
        form = sent(report=FileStorage(io.BytesIO(content), name))
        assert list(form.report.errors) == ([error] if error else [])


def test_text_sent_in_place_of_a_file_is_no_file() -> None:
    assert sent(report="report.csv").report.data is None


def test_what_people_typed_is_escaped() -> None:
    form = sent(title='"><script>alert(1)</script>', about="</textarea><b>")
    assert "<script>" not in form.title()
    assert "<b>" not in form.about()


def test_labels_say_what_is_optional_and_can_be_the_heading() -> None:
    form = SessionForm(formdata=None)
    assert "About (optional)" in form.about()
    assert "optional" not in form.title()
    heading = soup(form.mode(heading=True)).select_one("legend h1")
    assert heading
    assert heading.get_text(strip=True) == "How it is taught"


def test_a_choice_can_reveal_another_question() -> None:
    form = SessionForm(formdata=None)
    page = soup(form.mode(reveals={"virtual": form.title()}))
    assert page.select_one(".govuk-radios__conditional input[name=title]")


def test_the_one_time_token_comes_back_unchanged_when_the_form_failed() -> None:
    form = sent(title="")
    assert form.failed
    assert 'value="a-token-of-some-length"' in form.hidden_tag()


@pytest.mark.parametrize("token", ["", "short", "x" * 65, "<script>alert(1)</script>"])
def test_a_token_that_is_none_of_ours_is_replaced_and_explained(token: str) -> None:
    form = sent(form_token=token)
    assert form.errors_for_summary() == [
        ("This page was open for too long. Check your answers and send the form again", None)
    ]
    assert len(form.form_token.data) >= 16
    assert form.form_token.data != token


def test_two_forms_do_not_share_a_token_or_an_id() -> None:
    first, second = SessionForm(formdata=None), SessionForm(formdata=None)
    assert first.form_token.data != second.form_token.data
    assert "id=" not in first.hidden_tag()


def test_a_rule_that_refuses_speaks_by_its_field_or_for_the_form() -> None:
    form = sent()
    form.add_error("Enter a start time before the end time", "starts_at")
    form.add_error("The venue is taken on that day")
    assert form.status == 400
    assert form.errors_for_summary() == [
        ("The venue is taken on that day", None),
        ("Enter a start time before the end time", "#starts_at"),
    ]
    assert "Enter a start time before the end time" in form.starts_at()


def test_a_form_opened_before_somebody_else_changed_the_row_is_stale() -> None:
    class Edit(VersionedForm):
        title = TextField("Title", ask="the title")

    for version, stale in (("4", False), ("3", True), ("", True), ("four", True)):
        form = Edit(formdata=MultiDict({"row_version": version, "title": "x"}))
        assert form.is_stale(4) is stale
    assert 'value="4"' in Edit(formdata=None, row_version=4).hidden_tag()


def test_filters_need_nothing_and_carry_no_token() -> None:
    class Filters(FilterForm):
        words = TextField("Words", required=False)
        mode = CheckboxesField("Mode", required=False, choices={"virtual": "Virtual"})
        start = DateField("From", required=False)

    empty = Filters(MultiDict[str, str]())
    assert empty.validate()
    assert (empty.words.data, empty.mode.data, empty.start.data) == ("", [], None)
    assert [field.name for field in empty] == ["words", "mode", "start"]
    assert "optional" not in empty.words()
    tampered = Filters(MultiDict[str, str]([("mode", "post"), ("start-day", "99")]))
    assert not tampered.validate()
    assert tampered.failed
    assert tampered.errors_for_summary() == [
        ("Select mode", "#mode"),
        ("From must include a month and year", "#start-month"),
    ]


def test_a_line_of_text_is_one_line_whatever_is_sent() -> None:
    form = sent(title="Neglect\r\nBcc: eve\n\n# News", about="One\r\n\r\nTwo")
    assert form.title.data == "Neglect Bcc: eve # News"
    assert form.about.data == "One\n\nTwo"


def test_what_no_page_can_show_is_not_shown_again() -> None:
    assert sent(places="a\0b").places.shown == "ab"
