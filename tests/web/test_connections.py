"""Who connects, before anything is asked: how many, how long, and how much is said of it."""

import logging
import resource
import select
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager

import pytest
import uvicorn

from runout.web.access import gate, patience
from runout.web.access.gate import MOST_EACH, Gate, neighbour
from runout.web.access.patience import Patience
from runout.web.access.seldom import Seldom
from web.live.stations import Box, interrupt


@contextmanager
def opened() -> Iterator[tuple[Gate, Callable[[], socket.socket]]]:
    """A gate, and who connects to it."""
    with closing(Gate(socket.AF_INET)) as own:
        own.bind(("127.0.0.1", 0))
        own.listen(128)
        clients: list[socket.socket] = []

        def connect() -> socket.socket:
            clients.append(socket.create_connection(own.getsockname()))
            return clients[-1]

        try:
            yield own, connect
        finally:
            for client in clients:
                client.close()


def is_hung_up(client: socket.socket) -> bool:
    client.settimeout(30.0)
    try:
        return client.recv(1) == b""
    except ConnectionResetError:
        return True


def is_readable(client: socket.socket) -> bool:
    """Whether something comes, or the end, within a moment."""
    return bool(select.select([client], [], [], 0.05)[0])


def test_a_neighbour_has_so_many_connections(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gate, "_is_loopback", lambda _: False)
    with opened() as (own, connect):
        taken = []
        for _ in range(MOST_EACH):
            connect()
            taken.append(own.accept()[0])
        one_more = connect()
        with pytest.raises(ConnectionAbortedError):
            own.accept()
        assert is_hung_up(one_more)
        taken.pop().close()
        connect()
        taken.append(own.accept()[0])
        for connection in taken:
            connection.close()


def test_who_is_on_the_box_is_bounded_by_the_whole_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gate, "MOST_AT_ONCE", MOST_EACH + 8)
    with opened() as (own, connect):
        taken = []
        for _ in range(MOST_EACH + 8):
            connect()
            taken.append(own.accept()[0])
        one_more = connect()
        with pytest.raises(ConnectionAbortedError):
            own.accept()
        assert is_hung_up(one_more)
        for connection in taken:
            connection.close()


def test_half_of_the_files_are_for_other_things(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resource, "getrlimit", lambda _: (100, 1024))
    with closing(Gate(socket.AF_INET)) as own:
        assert own._most == 50


@pytest.mark.parametrize(
    ("address", "who"),
    [
        ("192.168.0.7", "192.168.0.7"),
        ("::ffff:192.168.0.7", "192.168.0.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::1"),
        ("::1", "::1"),
    ],
)
def test_whose_an_address_is(address: str, who: str) -> None:
    assert neighbour(address) == who


@pytest.fixture
def address(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[str, int]]:
    monkeypatch.setattr(patience, "HEADER_S", 0.5)

    async def app(_scope: object, _receive: object, send: Callable[..., object]) -> None:
        # With its length told, so that nothing comes after the body.
        headers = [(b"content-length", b"4")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})  # type: ignore[misc]
        await send({"type": "http.response.body", "body": b"here"})  # type: ignore[misc]

    config = uvicorn.Config(app, port=0, http=Patience, lifespan="off", log_level="warning")  # type: ignore[arg-type]
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        until = time.monotonic() + 30.0
        while not server.started:
            assert time.monotonic() < until
            time.sleep(0.01)
        yield server.servers[0].sockets[0].getsockname()
    finally:
        server.should_exit = True
        thread.join()


@pytest.mark.parametrize("said", [b"", b"GET / HTTP/1.1\r\nHost: x\r\nX-Slow: "])
def test_who_does_not_say_what_it_wants_is_hung_up_on(
    address: tuple[str, int], said: bytes
) -> None:
    with socket.create_connection(address) as client:
        client.sendall(said)
        assert is_hung_up(client)


def test_who_says_it_letter_by_letter_gains_no_time(address: tuple[str, int]) -> None:
    with socket.create_connection(address) as client:
        client.sendall(b"GET / HTTP/1.1\r\nX-Slow: ")
        slow = 0
        while not is_readable(client):
            client.sendall(b"x")
            slow += 1
        assert is_hung_up(client)
    assert slow > 1


def test_between_two_requests_there_is_time(address: tuple[str, int]) -> None:
    request = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
    with socket.create_connection(address) as client:
        client.settimeout(30.0)
        for _ in range(2):
            client.sendall(request)
            answer = b""
            while b"here" not in answer:
                answer += client.recv(4096)
            time.sleep(1.0)  # twice what a head may take
        client.sendall(b"GET / HTTP/1.1\r\n")
        assert is_hung_up(client)


def test_what_strangers_cause_is_said_once_a_minute() -> None:
    now = 0.0
    seldom = Seldom(lambda: now)

    def passes(words: str, *values: object, error: BaseException | None = None) -> bool:
        told = (type(error), error, error.__traceback__) if error is not None else None
        return seldom.filter(logging.LogRecord("x", logging.ERROR, "", 0, words, values, told))

    def broken(where: int) -> BaseException:
        try:
            if where == 1:
                raise ValueError
            raise ValueError
        except ValueError as error:
            return error

    assert [passes("bad %s", 1), passes("bad %s", 2), passes("worse")] == [True, False, True]
    assert passes("broke", error=broken(1))
    assert passes("broke", error=broken(2)), "another place is another error"
    assert not passes("broke", error=broken(2))
    now = 60.0
    assert passes("bad %s", 3)
    assert sum(passes(f"bad {number}") for number in range(500)) == 99


def test_idle_connections_keep_nobody_out_and_fill_no_log(tmp_path) -> None:  # type: ignore[no-untyped-def]
    box = Box(tmp_path)
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(200, limits[1]), limits[1]))
    try:
        page = box.start_page()
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, limits)
    idle = []
    try:
        for _ in range(250):
            idle.append(socket.create_connection(("127.0.0.1", box.port)))
        for client in idle:
            assert is_hung_up(client)
        assert "version" in box.get("/api/health")
        said = box.log("web")
        assert len(said.splitlines()) == 1, said
        assert interrupt(page) == 0
    finally:
        for client in idle:
            client.close()
        box.close()
