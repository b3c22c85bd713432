"""The page's password and the token of programs, from files alone."""

import hmac
import os
from dataclasses import dataclass, field
from pathlib import Path

from runout.config import WebSettings
from runout.errors import RunoutError
from runout.secret_file import first_line

CREDENTIAL = "web-password"
"""systemd's credential (systemd.exec(5), LoadCredential=)"""
_LONGEST = 1024
"""Bytes"""
SHORTEST_TOKEN = 16
"""Letters: no person has to remember it, and it is tried by programs"""


@dataclass(frozen=True, slots=True)
class Secrets:
    """What opens the page; neither stands in a log, as neither is in `repr`."""

    password: str | None = field(default=None, repr=False)
    token: str | None = field(default=None, repr=False)

    @property
    def needed(self) -> bool:
        """Whether anything is asked for at all."""
        return self.password is not None or self.token is not None

    def open_by(self, given: str) -> bool:
        """Tell whether what a person gives is either of them: some boxes have only a token."""
        # JSON may hold half a pair of surrogates, which neither has.
        raw = given.encode(errors="replace")
        wanted = [secret.encode() for secret in (self.password, self.token) if secret is not None]
        # All are compared, so that the time that it takes doesn't tell which is near.
        return sum(hmac.compare_digest(raw, secret) for secret in wanted) > 0

    def is_token(self, raw: bytes) -> bool:
        """Tell whether this is the token."""
        return self.token is not None and hmac.compare_digest(raw, self.token.encode())

    @property
    def all(self) -> str:
        """Both in one text: what sessions end with."""
        return "\n".join(secret for secret in (self.password, self.token) if secret is not None)


def read_secrets(settings: WebSettings) -> Secrets:
    """Read them from where the settings say; raises RunoutError, in one line, where it can't."""
    password = _from_setting("web.password_file", settings.password_file)
    credential = Path(os.environ.get("CREDENTIALS_DIRECTORY", ""), CREDENTIAL)
    if password is None and credential.is_absolute() and credential.exists():
        password = first_line("credential", credential, _LONGEST)
    token = _from_setting("web.token_file", settings.token_file)
    if token is not None and len(token) < SHORTEST_TOKEN:
        raise RunoutError(
            f"web.token_file {settings.token_file}: its first line is too short for a token: "
            f"{SHORTEST_TOKEN} letters at least"
        )
    return Secrets(password, token)


def _from_setting(what: str, path: str) -> str | None:
    return first_line(what, Path(path), _LONGEST) if path else None
