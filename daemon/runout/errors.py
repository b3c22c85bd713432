"""Errors that a user can act on, and the exit status that each one means."""

from collections.abc import Iterator
from contextlib import contextmanager


class RunoutError(Exception):
    """Something that the user can put right; the message is one clear line."""

    exit_status = 1


class UsageError(RunoutError):
    """The command was called wrongly."""

    exit_status = 2


class SetupError(RunoutError):
    """What the daemon was given can't be used: settings, model. Another start wouldn't help."""

    exit_status = 78
    """EX_CONFIG of sysexits.h; the unit doesn't start again after it"""


@contextmanager
def setting_up() -> Iterator[None]:
    """Have what goes wrong be a SetupError; a command that was called wrongly is one as it is."""
    try:
        yield
    except UsageError:
        raise
    except RunoutError as error:
        raise SetupError(str(error)) from error
