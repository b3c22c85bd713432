"""Who is logged in: over restarts of the service, until the password changes."""

import hashlib
import hmac
import secrets
import threading
import time
from collections.abc import Callable

from runout.web.records.database import Database

LASTS_S = 90 * 24 * 3600
"""A counter's screen is on for months"""
_MOST = 1000
"""Sessions; then the oldest ends"""


class Sessions:
    """Cookies that were given out, of which only marks are kept; safe from any thread."""

    def __init__(
        self, database: Database, password: str | None, clock: Callable[[], float] = time.time
    ) -> None:
        """End all, where the password is another than before."""
        self._database = database
        self._clock = clock
        self._lock = threading.Lock()
        with database.write() as db:
            secret = db.execute("SELECT value FROM secret WHERE name = 'password'").fetchone()
            if secret is None or not _is_mark(secret["value"], password or ""):
                db.execute("DELETE FROM session")
                mark = _marked(password or "", secrets.token_bytes(16))
                db.execute("INSERT OR REPLACE INTO secret VALUES ('password', ?)", (mark,))
            db.execute("DELETE FROM session WHERE expires <= ?", (round(clock()),))
            rows = db.execute("SELECT mark, expires FROM session ORDER BY expires").fetchall()
        self._expires: dict[str, int] = {row["mark"]: row["expires"] for row in rows}

    def begin(self) -> str:
        """Return the cookie of a new session."""
        cookie = secrets.token_urlsafe(32)
        with self._lock:
            self._expires[_mark(cookie)] = round(self._clock()) + LASTS_S
            self._keep()
        return cookie

    def know(self, cookie: str) -> bool:
        """Tell whether a session goes on."""
        # Of a mark, so that the time that looking it up takes tells nothing of the cookie.
        return self._expires.get(_mark(cookie), 0) > self._clock()

    def end(self, cookie: str) -> None:
        """End a session."""
        with self._lock:
            self._expires.pop(_mark(cookie), None)
            self._keep()

    def _keep(self) -> None:
        while len(self._expires) > _MOST:
            del self._expires[next(iter(self._expires))]
        with self._database.write() as db:
            db.execute("DELETE FROM session")
            db.executemany("INSERT INTO session VALUES (?, ?)", [*self._expires.items()])


def _mark(cookie: str) -> str:
    return hashlib.sha256(cookie.encode(errors="replace")).hexdigest()


def _marked(password: str, salt: bytes) -> str:
    # RFC 7914, section 2: parameters for interactive logins; 16 MB for a moment.
    mark = hashlib.scrypt(password.encode(), salt=salt, n=2**14, r=8, p=1, maxmem=2**26)
    return f"{salt.hex()}:{mark.hex()}"


def _is_mark(mark: str, password: str) -> bool:
    salt = bytes.fromhex(mark.partition(":")[0])
    return hmac.compare_digest(mark, _marked(password, salt))
