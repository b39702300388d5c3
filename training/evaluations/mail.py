"""The kinds of messages about evaluations, and the words they are written with."""

from training.core.messages import register_kind

_ANSWER = """
((answer))

If the link does not open, type the code ((code)) at ((code_page))

You can answer until ((until)). ((who_reads))
"""

END_ASKED = register_kind(
    "evaluations.end-asked",
    "Evaluation asked, at the end",
    "How was it? ((title)), ((day))",
    f"""
Hello ((name)),

Thank you for coming to ((title)) on ((day)). Please tell us how it was. It takes about three minutes.
{_ANSWER}
""",
    for_officers_to_redirect=True,
)

IMPACT_ASKED = register_kind(
    "evaluations.impact-asked",
    "Evaluation asked, about impact",
    "What came of it? ((title)), ((day))",
    f"""
Hello ((name)),

You came to ((title)) on ((day)). What has it changed in your work since then, and what got in the way? It takes \
about five minutes, and “nothing yet” is a useful answer.
{_ANSWER}
""",
    for_officers_to_redirect=True,
)
