"""The links that let somebody answer an evaluation without an account."""

from datetime import timedelta

from training.core.links import register_purpose

EVALUATION = register_purpose("evaluations.answer", timedelta(days=28), is_unasked=True)
"""About an EvaluationRequest; its own end is what counts."""
