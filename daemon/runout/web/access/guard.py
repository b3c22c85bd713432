"""Who may come in, and who is turned away with which words."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from http.cookies import CookieError, SimpleCookie

from runout.config import WebSettings
from runout.web.access.hosts import Hosts, same_origin
from runout.web.access.rate import Rate
from runout.web.access.secrets import Secrets
from runout.web.access.sessions import Sessions

COOKIE = "runout"
_OPEN = ("/login", "/api/login", "/api/logout", "/api/me", "/static/")
"""What anybody may ask for; where it ends in a slash, all below it"""
_PAGES = ("/", "/docs")
"""Where people come to, whom a login serves better than an error"""
_PER_S = 120.0
"""Requests of a client"""
WRONG_A_MINUTE = 5
"""Wrong passwords, and wrong tokens, of a client"""
_UNKNOWN = (
    "This box isn't known by that name. Ask for it by its address, or have the name added to "
    "`hosts` under [web] in its settings."
)
_LOOPBACK = ("127.0.0.1", "::1")


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a request is turned away."""

    status: int
    words: str
    """A sentence; for people as for programs"""
    headers: Mapping[str, str] = field(default_factory=dict)


class Guard:
    """Looks at each request before anything else does."""

    def __init__(self, settings: WebSettings, secrets: Secrets, sessions: Sessions) -> None:
        self._hosts = Hosts(settings)
        self._secrets = secrets
        self._sessions = sessions
        self._rate = Rate(2.0 * _PER_S, _PER_S)
        # Apart from wrong logins: a program with an old token must not keep a person out.
        self._wrong_tokens = Rate(WRONG_A_MINUTE, WRONG_A_MINUTE / 60.0)

    def refusal(
        self, method: str, path: str, client: str, headers: Mapping[str, str]
    ) -> Refusal | None:
        """Return why a request is turned away; None where it isn't. `client` is an address."""
        # Who is on the box, a proxy in front of it included, can use it up without us.
        if client not in _LOOPBACK and self._rate.take(client) > 0.0:
            return Refusal(429, "Too many requests.", {"Retry-After": "1"})
        if not self._hosts.know(headers.get("host", "")):
            return Refusal(421, _UNKNOWN)
        if not same_origin(method, headers):
            return Refusal(403, "Another page asked for that.")
        if _is_open(path):
            return None
        wait_s = 0.0 if self._token(headers) is None else self._wrong_tokens.wait_s(client)
        if wait_s > 0.0:
            words = "Too many wrong tokens: wait a minute."
            return Refusal(429, words, {"Retry-After": f"{wait_s + 1.0:.0f}"})
        if self.opened(client, headers):
            return None
        if path in _PAGES:
            return Refusal(303, "Log in first.", {"Location": "/login"})
        return Refusal(401, "Log in first.", {"WWW-Authenticate": 'Bearer realm="Runout"'})

    def opened(self, client: str, headers: Mapping[str, str]) -> bool:
        """Tell whether who sends such headers may see everything; a wrong token is counted."""
        if not self._secrets.needed:
            return True
        token = self._token(headers)
        if token is not None:
            if self._wrong_tokens.wait_s(client) > 0.0:
                return False
            right = self._secrets.is_token(token)
            if not right:
                self._wrong_tokens.take(client)
            return right
        cookie = cookie_of(headers)
        return cookie is not None and self._sessions.know(cookie)

    def _token(self, headers: Mapping[str, str]) -> bytes | None:
        """What is given as a token, where one is set."""
        scheme, _, token = headers.get("authorization", "").partition(" ")
        if self._secrets.token is None or scheme.lower() != "bearer":
            return None
        return token.strip().encode("latin-1")


def cookie_of(headers: Mapping[str, str]) -> str | None:
    """Return our cookie, where there is one."""
    try:
        morsel = SimpleCookie(headers.get("cookie", "")).get(COOKIE)
    except CookieError:
        return None
    return None if morsel is None else morsel.value


def _is_open(path: str) -> bool:
    return any(path == way or (way.endswith("/") and path.startswith(way)) for way in _OPEN)
