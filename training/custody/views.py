"""Pages of custody, gathered from the modules that hold them."""

from training.custody.blueprint import blueprint

__all__ = ["blueprint"]
