"""Marks for tests that need a program from Debian, which a plain checkout doesn't have."""

import shutil

import pytest


def needs(command: str, packages: str) -> pytest.MarkDecorator:
    """Skip a test where `command` isn't installed, naming the Debian `packages` that bring it."""
    # Daemons such as mosquitto lie in sbin, which isn't on every user's PATH.
    found = shutil.which(command) or shutil.which(command, path="/usr/sbin:/usr/local/sbin")
    return pytest.mark.skipif(
        found is None, reason=f"needs {command}: sudo apt-get install {packages}"
    )
