"""The page's password and the token of programs, from files alone."""

import hmac
import os
from dataclasses import dataclass, field
from pathlib import Path

from runout.config import WebSettings
from runout.errors import RunoutError

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
        password = _first_line("credential", credential)
    token = _from_setting("web.token_file", settings.token_file)
    if token is not None and len(token) < SHORTEST_TOKEN:
        raise RunoutError(
            f"web.token_file {settings.token_file}: its first line is too short for a token: "
            f"{SHORTEST_TOKEN} letters at least"
        )
    return Secrets(password, token)


def _from_setting(what: str, path: str) -> str | None:
    return _first_line(what, Path(path)) if path else None


def _first_line(what: str, path: Path) -> str:
    try:
        # An editor on Windows leaves a mark at the beginning and a return at the line's end.
        line = path.read_text(encoding="utf-8-sig").split("\n", 1)[0].rstrip("\r")
    except OSError as error:
        raise RunoutError(f"{what} {path}: can't be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise RunoutError(f"{what} {path}: not text in UTF-8") from error
    if not line:
        raise RunoutError(f"{what} {path}: its first line is empty")
    if len(line.encode()) > _LONGEST:
        raise RunoutError(f"{what} {path}: its first line is too long for a secret")
    return line
