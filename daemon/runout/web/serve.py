"""Serves the page: uvicorn on one address, with TLS if there is a certificate."""

import asyncio
import ipaddress
import logging
import signal
import socket
import ssl
from pathlib import Path

import uvicorn

from runout.alone import only_page
from runout.config import Settings, WebSettings
from runout.errors import RunoutError, SetupError, setting_up
from runout.notify import ALIVE_EVERY_S, Notifier
from runout.places import runtime_folder, state_folder
from runout.web.access.gate import Gate
from runout.web.access.patience import Patience
from runout.web.access.seldom import Seldom
from runout.web.app import make_app
from runout.web.station import Station, make_station

LAST_S = 5
"""Seconds that whoever is being answered has at the end"""
BACKLOG = 128
"""Connections that wait to be taken"""
_LOOK_S = 0.05

_log = logging.getLogger(__name__)


def serve(settings: Settings, config: Path | None) -> None:
    """Serve until SIGINT or SIGTERM; `config` is the settings' file.

    Raises SetupError where the settings can't be used, a page that all could open included, and
    RunoutError where the address is taken, or another page runs on the same folder.
    """
    with only_page(state_folder()):
        _serve(settings, config)


def _serve(settings: Settings, config: Path | None) -> None:
    web = settings.web
    with setting_up():
        try:
            station = make_station(settings, state_folder(), runtime_folder(), config)
        except OSError as error:
            raise RunoutError(f"{error.filename}: can't be used: {error.strerror}") from error
        certificate = _certificate(web)
        family, address = _address(web)
        _closed_to_strangers(web, address, station)
    server = uvicorn.Server(_config(station))
    server.config.load()
    server.config.ssl = certificate
    listening = _listening(web, family, address)
    for talker in ("uvicorn.error", "asyncio"):
        logging.getLogger(talker).addFilter(Seldom())
    logging.getLogger("uvicorn.error").addFilter(_is_an_error)
    # uvicorn raises the signal that ended it once more when all is done; for us that is the end.
    before = {number: signal.signal(number, _pass) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        asyncio.run(_run(server, listening, station))
    except SystemExit as ended:  # uvicorn's way to say that the start failed
        raise RunoutError("the page could not be started; the lines above say why") from ended
    finally:
        listening.close()
        for number, handler in before.items():
            signal.signal(number, handler)


async def _run(server: uvicorn.Server, listening: socket.socket, station: Station) -> None:
    tending = asyncio.create_task(_tend(server, listening, station))
    try:
        await server.serve([listening])
    finally:
        tending.cancel()


async def _tend(server: uvicorn.Server, listening: socket.socket, station: Station) -> None:
    """Say where the page is once it answers, and feed the watchdog.

    From the loop that serves: one that hangs must not look healthy.
    """
    notifier = Notifier()
    while not server.started and not server.should_exit:
        await asyncio.sleep(_LOOK_S)
    where = _where(station.settings, listening)
    print(f"runout: the listening station is at {where}", flush=True)
    while not server.should_exit:
        if server.started:
            notifier.ready()
            notifier.alive()
        await asyncio.sleep(ALIVE_EVERY_S / 2)
    notifier.stopping()
    # The streams end; uvicorn waits for whoever is still being answered.
    station.live.stop()


def _is_an_error(record: logging.LogRecord) -> bool:
    # Who doesn't read what is sent, a browser that hangs, is cut off LAST_S after the end began.
    return record.exc_info is None or not isinstance(record.exc_info[1], asyncio.CancelledError)


def _config(station: Station) -> uvicorn.Config:
    return uvicorn.Config(
        make_app(station),
        log_config=None,
        # Who looked at what is nobody's business, and a card wears.
        access_log=False,
        log_level=logging.WARNING,
        http=Patience,
        ws="none",
        loop="asyncio",
        lifespan="on",
        # Nobody between us and the browser may say who it is.
        proxy_headers=False,
        server_header=False,
        backlog=BACKLOG,
        timeout_graceful_shutdown=LAST_S,
    )


def _address(web: WebSettings) -> tuple[socket.AddressFamily, tuple[str, int]]:
    try:
        found = socket.getaddrinfo(web.host, web.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        reason = getattr(error, "strerror", None) or error
        raise RunoutError(f"web.host {web.host}: no address of this machine: {reason}") from error
    family, _, _, _, address = found[0]
    return family, (str(address[0]), web.port)


def _closed_to_strangers(web: WebSettings, address: tuple[str, int], station: Station) -> None:
    # A link-local address may carry its interface: fe80::1%eth0.
    if ipaddress.ip_address(address[0].split("%")[0]).is_loopback or station.secrets.needed:
        return
    raise SetupError(
        f"web.host {web.host} can be reached from other machines: set web.password_file or "
        "web.token_file, or leave it at 127.0.0.1"
    )


def _certificate(web: WebSettings) -> ssl.SSLContext | None:
    if not web.cert_file:
        if web.key_file:
            raise SetupError("web.key_file is set, but web.cert_file isn't")
        return None
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    try:
        # Without a password given, OpenSSL would ask for one at the terminal, and wait.
        context.load_cert_chain(web.cert_file, web.key_file or None, password="")
    except OSError as error:  # ssl.SSLError is one
        pair = " and ".join(filter(None, (web.cert_file, web.key_file)))
        reason = error.strerror or error
        raise SetupError(f"web.cert_file {pair}: can't be used: {reason}") from error
    return context


def _listening(
    web: WebSettings, family: socket.AddressFamily, address: tuple[str, int]
) -> socket.socket:
    listening = Gate(family)
    try:
        # A restart must not wait for what the last one left in TIME_WAIT.
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(address)
    except OSError as error:
        listening.close()
        raise RunoutError(f"web: {web.host} port {web.port}: {error.strerror}") from error
    return listening


def _where(web: WebSettings, listening: socket.socket) -> str:
    host, port = listening.getsockname()[:2]
    address = ipaddress.ip_address(str(host).split("%")[0])
    name = socket.gethostname() if address.is_unspecified else web.host
    if ":" in name:
        name = f"[{name}]"
    return f"{'https' if web.cert_file else 'http'}://{name}:{port}/"


def _pass(_number: int, _frame: object) -> None:
    """Take a signal that uvicorn has acted upon."""
