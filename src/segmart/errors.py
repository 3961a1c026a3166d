"""Errors a user can act on: each says what is wrong, where, and what to do about it."""


class SegmartError(Exception):
    """Base of every error segmart raises on purpose; the message names the place and the remedy."""


class InputError(SegmartError):
    """Input data or an input file cannot be used as it is."""


class DeclarationError(SegmartError):
    """A model's YAML declaration is wrong; the message names the model, the key and the remedy."""


class FeatureError(SegmartError):
    """A feature table breaks what learning needs: an id, a constant, an empty column, a wrong grain."""


class BuildError(SegmartError):
    """A build or a publication cannot go on."""
