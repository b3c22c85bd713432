"""The door of the service: every request comes through here before anything looks at it."""

import html
import json

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from runout.web.access.body import Body, too_large
from runout.web.access.guard import Guard, Refusal

LARGEST = 65_536
"""Bytes of a body, where it isn't a sound"""
_SOUND_PATHS = ("/api/uploads", "/api/grade", "/api/check", "/analyze/")
_FORM_BYTES = 1_000_000
"""A form around a sound"""
_SAFE = {
    "Content-Security-Policy": (
        "default-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; "
        "worker-src 'self' blob:; object-src 'none'; base-uri 'none'; form-action 'self'; "
        "frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "microphone=(self), camera=(), geolocation=()",
}
"""Sent with every answer that doesn't say otherwise itself"""


class Door:
    """ASGI middleware: asks the guard, bounds what is sent to us, and makes answers safe."""

    def __init__(self, app: ASGIApp, guard: Guard, upload_bytes: int) -> None:
        """`upload_bytes` is the most that a sound may have."""
        self._app = app
        self._guard = guard
        self._most_sound = upload_bytes + _FORM_BYTES

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request pass, or answer it here."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        path: str = scope["path"]

        async def send_safely(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _SAFE.items():
                    headers.setdefault(name, value)
                # What a page or script is made of is asked for anew, and answered by 304.
                files = path.startswith("/static/")
                headers.setdefault("Cache-Control", "no-cache" if files else "no-store")
            await send(message)

        headers = Headers(scope=scope)
        client = scope["client"][0] if scope.get("client") else ""
        most = self._most_sound if path.startswith(_SOUND_PATHS) else LARGEST
        refusal = self._guard.refusal(scope["method"], path, client, headers)
        length = headers.get("content-length", "0")
        if refusal is None and length.isdecimal() and int(length[:20]) > most:
            refusal = Refusal(413, too_large(most))
        if refusal is None:
            await self._app(scope, Body(receive, most).receive, send_safely)
        else:
            page = "text/html" in headers.get("accept", "")
            await _refuse(send_safely, refusal, _page(refusal, scope) if page else None)


def _page(refusal: Refusal, scope: Scope) -> str:
    """What a person sees who comes by a browser; nothing else of ours is let through either."""
    words = html.escape(refusal.words)
    if refusal.status == 421 and scope.get("server"):
        host, port = scope["server"]
        here = f"{scope['scheme']}://{f'[{host}]' if ':' in host else host}:{port}/"
        words += f'</p><p><a href="{html.escape(here)}">{html.escape(here)}</a>'
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Runout</title>'
        '<meta name="viewport" content="width=device-width"></head>'
        f"<body><h1>Runout</h1><p>{words}</p></body></html>"
    )


async def _refuse(send: Send, refusal: Refusal, page: str | None) -> None:
    body = (json.dumps({"detail": refusal.words}) if page is None else page).encode()
    told = {
        "content-type": "application/json" if page is None else "text/html; charset=utf-8",
        "content-length": str(len(body)),
        **{name.lower(): value for name, value in refusal.headers.items()},
    }
    headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in told.items()]
    await send({"type": "http.response.start", "status": refusal.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
