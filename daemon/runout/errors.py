"""Errors that a user can act on, and the exit status that each one means."""


class RunoutError(Exception):
    """Something that the user can put right; the message is one clear line."""

    exit_status = 1


class UsageError(RunoutError):
    """The command was called wrongly."""

    exit_status = 2
