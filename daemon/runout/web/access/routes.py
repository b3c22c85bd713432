"""Logging in and out."""

import asyncio
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from runout.web.access.guard import COOKIE, WRONG_A_MINUTE, Guard, cookie_of
from runout.web.access.rate import Rate
from runout.web.access.sessions import LASTS_S, Sessions
from runout.web.problem import problems
from runout.web.station import Station, station

_ALL = "all"
_WRONG_A_MINUTE_ALL = 60

router = APIRouter(tags=["access"])

Here = Annotated[Station, Depends(station)]


@dataclass(frozen=True, slots=True)
class Me:
    """How things stand with whoever asks."""

    needs_login: bool
    logged_in: bool


class Login(BaseModel):
    """What opens the page."""

    model_config = ConfigDict(extra="forbid")
    password: Annotated[str, Field(max_length=1024, description="The password, or the token")]


class Wrong:
    """Counts wrong passwords: of each client, and of all together."""

    def __init__(self) -> None:
        self._each = Rate(WRONG_A_MINUTE, WRONG_A_MINUTE / 60.0)
        self._all = Rate(_WRONG_A_MINUTE_ALL, _WRONG_A_MINUTE_ALL / 60.0)

    def wait_s(self, client: str) -> float:
        """Return the seconds until a client may try again; 0: now."""
        return max(self._each.wait_s(client), self._all.wait_s(_ALL))

    def count(self, client: str) -> None:
        """Count a wrong one."""
        self._each.take(client)
        self._all.take(_ALL)


@router.get("/api/me")
async def me(here: Here, request: Request) -> Me:
    """Tell whether a login is needed, and there is one."""
    guard: Guard = request.app.state.guard
    opened = guard.opened(_client(request), request.headers)
    return Me(needs_login=here.secrets.needed, logged_in=opened)


@router.post(
    "/api/login",
    status_code=204,
    responses=problems(s403="A wrong password, or none is set", s429="Too many wrong ones"),
)
async def login(here: Here, request: Request, response: Response, given: Login) -> None:
    """Begin a session: its cookie comes with the answer."""
    wrong: Wrong = request.app.state.wrong
    sessions: Sessions = request.app.state.sessions
    client = _client(request)
    wait_s = wrong.wait_s(client)
    if wait_s > 0.0:
        headers = {"Retry-After": f"{wait_s + 1.0:.0f}"}
        raise HTTPException(429, "Too many wrong passwords: wait a minute.", headers)
    if not here.secrets.needed:
        raise HTTPException(403, "No password is set: nothing needs to be opened.")
    if not here.secrets.open_by(given.password):
        wrong.count(client)
        raise HTTPException(403, "That is not the password.")
    cookie = await asyncio.to_thread(sessions.begin)
    secure = request.url.scheme == "https"
    response.set_cookie(
        COOKIE, cookie, max_age=LASTS_S, httponly=True, samesite="strict", secure=secure
    )


def _client(request: Request) -> str:
    return request.client.host if request.client else ""


@router.post("/api/logout", status_code=204)
async def logout(request: Request, response: Response) -> None:
    """End the session."""
    sessions: Sessions = request.app.state.sessions
    cookie = cookie_of(request.headers)
    if cookie is not None:
        await asyncio.to_thread(sessions.end, cookie)
    response.delete_cookie(COOKIE, httponly=True, samesite="strict")
