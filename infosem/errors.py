"""The one error class of the package."""

__all__ = ["InfosemError"]


class InfosemError(ValueError):
    """Something given to infosem cannot be used.

    The message names the file or the argument, says what is wrong with it and what to do.
    """
