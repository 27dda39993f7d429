"""The error class of the package, and one kind of it."""

__all__ = ["Diverged", "InfosemError", "require"]


class InfosemError(ValueError):
    """Something given to infosem cannot be used.

    The message names the file or the argument, says what is wrong with it and what to do.
    """


class Diverged(InfosemError):
    """The objective of a training is not finite any more."""


def require(good: object, where: str, wrong: str, todo: str) -> None:
    """Fail unless `good`: say of which file or argument, what is wrong and what to do."""
    if not good:
        raise InfosemError(f"{where}: {wrong}; {todo}")
