"""Every page of messages: imports the modules whose views stand on the blueprints."""

from training.web import messages_again, messages_shown
from training.web.message_texts import blueprint as texts_blueprint
from training.web.messages import blueprint

PAGES = (messages_again, messages_shown)

__all__ = ["PAGES", "blueprint", "texts_blueprint"]
