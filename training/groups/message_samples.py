"""What previews of texts about reserved places are filled with, besides the facts of a session."""

from collections.abc import Mapping

from training.core.message_samples import register_sample
from training.core.viewer import Viewer
from training.groups import mail


def places_sample(_viewer: Viewer) -> Mapping[str, str]:
    """Three places, as a text counts them."""
    return {"places": "3 places", "is": "are"}


for kind in (mail.RESERVED, mail.CHANGED, mail.NAMES_MISSING, mail.WENT_BACK):
    register_sample(kind.name, places_sample)
