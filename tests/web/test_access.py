"""Who may come in: tried on the whole service."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from runout.config import WebSettings
from runout.errors import RunoutError
from runout.web.access.hosts import Hosts
from runout.web.access.rate import Rate
from runout.web.access.secrets import read_secrets
from runout.web.access.sessions import LASTS_S, Sessions
from runout.web.records.database import Database
from web.sides import side_json, station_in, visiting, with_secret

TOKEN = "t0ken-of-a-program"
PRIVATE = (
    "/api/sides",
    "/api/live",
    "/api/health",
    "/openapi.json",
    "/api/sides.csv",
    "/api/uploads",
)


@pytest.fixture
def open_page(tmp_path: Path) -> Iterator[TestClient]:
    with visiting(station_in(tmp_path)) as client:
        yield client


@pytest.fixture
def page(tmp_path: Path) -> Iterator[TestClient]:
    settings = with_secret(tmp_path, password="open sesame", token=TOKEN)
    with visiting(station_in(tmp_path, settings)) as client:
        yield client


def log_in(page: TestClient, password: str = "open sesame") -> int:
    return page.post("/api/login", json={"password": password}).status_code


def test_without_a_password_everybody_on_the_box_may_come_in(open_page: TestClient) -> None:
    assert open_page.get("/api/sides").status_code == 200
    assert open_page.get("/api/me").json() == {"needs_login": False, "logged_in": True}
    assert log_in(open_page) == 403


def test_with_a_password_nobody_sees_anything_without_it(page: TestClient) -> None:
    for path in PRIVATE:
        answer = page.get(path)
        assert answer.status_code == 401, path
        assert answer.json() == {"detail": "Log in first."}
    assert page.post("/analyze/cnn").status_code == 401
    assert page.delete("/api/sides/s1").status_code == 401
    assert page.get("/").headers["location"] == "/login"
    assert page.get("/docs").headers["location"] == "/login"
    assert page.get("/login").status_code == 200
    assert page.get("/api/me").json() == {"needs_login": True, "logged_in": False}


def test_the_password_opens_everything_until_logout(page: TestClient) -> None:
    assert log_in(page) == 204
    assert page.get("/api/me").json() == {"needs_login": True, "logged_in": True}
    for path in PRIVATE:
        assert page.get(path).status_code == 200, path
    cookie = page.cookies["runout"]
    assert page.post("/api/logout").status_code == 204
    assert page.get("/api/sides").status_code == 401
    page.cookies.set("runout", cookie)
    assert page.get("/api/sides").status_code == 401, "the cookie holds no more"


def test_the_cookie_is_for_our_own_pages_alone(page: TestClient) -> None:
    answer = page.post("/api/login", json={"password": "open sesame"})
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert "secure" not in cookie


def test_under_tls_the_cookie_is_for_tls_alone(tmp_path: Path) -> None:
    settings = with_secret(tmp_path, password="open sesame")
    with visiting(station_in(tmp_path, settings), base_url="https://localhost:8377") as page:
        answer = page.post("/api/login", json={"password": "open sesame"})
    assert "secure" in answer.headers["set-cookie"].lower()


def test_the_token_opens_everything_for_programs(page: TestClient) -> None:
    for header, status in (
        (f"Bearer {TOKEN}", 200),
        (f"bearer {TOKEN}", 200),
        (f"Bearer {TOKEN}2", 401),
        ("Bearer ", 401),
        (f"Basic {TOKEN}", 401),
        ("Bearer \xe4", 401),
    ):
        answer = page.get("/api/sides", headers={"Authorization": header.encode("latin-1")})
        assert answer.status_code == status, header


def test_a_token_alone_closes_the_page_too(tmp_path: Path) -> None:
    with visiting(station_in(tmp_path, with_secret(tmp_path, token=TOKEN))) as page:
        assert page.get("/api/sides").status_code == 401
        assert log_in(page, "") == 403
        assert log_in(page, TOKEN[:-1]) == 403


def test_a_person_may_come_in_by_the_token(tmp_path: Path) -> None:
    with visiting(station_in(tmp_path, with_secret(tmp_path, token=TOKEN))) as page:
        assert log_in(page, TOKEN) == 204
        assert page.get("/api/sides").status_code == 200
        cookie = page.cookies["runout"]
    settings = with_secret(tmp_path, token="another" + TOKEN)
    with visiting(station_in(tmp_path, settings)) as page:
        page.cookies.set("runout", cookie)
        assert page.get("/api/sides").status_code == 401, "another token ends what the old began"


def test_wrong_tokens_are_few(page: TestClient) -> None:
    def asked(token: str, path: str = "/api/sides") -> int:
        return page.get(path, headers={"Authorization": f"Bearer {token}"}).status_code

    assert asked("x", "/api/me") == 200
    assert [asked(f"{number}") for number in range(4)] == [401] * 4
    answer = page.get("/api/sides", headers={"Authorization": f"Bearer {TOKEN}"})
    assert answer.status_code == 429
    assert int(answer.headers["retry-after"]) >= 1
    told = page.get("/api/me", headers={"Authorization": f"Bearer {TOKEN}"}).json()
    assert not told["logged_in"]
    assert log_in(page) == 204, "a person isn't kept out by a program"
    assert page.get("/api/sides").status_code == 200


def test_wrong_passwords_are_few(page: TestClient) -> None:
    assert [log_in(page, f"{number}") for number in range(5)] == [403] * 5
    answer = page.post("/api/login", json={"password": "open sesame"})
    assert answer.status_code == 429
    assert int(answer.headers["retry-after"]) >= 1


@pytest.mark.parametrize("cookie", ["", "x", "a" * 5000, '"', "\xff"])
def test_a_cookie_of_nobody_opens_nothing(page: TestClient, cookie: str) -> None:
    headers = {"Cookie": f"runout={cookie}".encode("latin-1")}
    assert page.get("/api/sides", headers=headers).status_code == 401


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("localhost:8377", 200),
        ("127.0.0.1", 200),
        ("[::1]:8377", 200),
        ("192.168.0.7:8377", 200),
        ("shop.example:8377", 200),
        ("SHOP.example.", 200),
        ("evil.example", 421),
        ("localhost.evil.example", 421),
        ("evil.example@localhost", 421),
        ("127.0.0.1.evil.example", 421),
        ("localhost:99999", 421),
        ("[", 421),
        ("", 421),
    ],
)
def test_only_our_own_names_are_answered(tmp_path: Path, host: str, status: int) -> None:
    with visiting(station_in(tmp_path, WebSettings(hosts="shop.example, other"))) as page:
        assert page.get("/api/sides", headers={"Host": host}).status_code == status


def test_a_person_who_comes_by_another_name_is_told_in_words(tmp_path: Path) -> None:
    with visiting(station_in(tmp_path)) as page:
        accept = {"Accept": "text/html,application/xhtml+xml", "Host": "box.lan"}
        answer = page.get("/", headers=accept)
        assert answer.status_code == 421
        assert answer.headers["content-type"] == "text/html; charset=utf-8"
        assert "default-src 'self'" in answer.headers["content-security-policy"]
        assert "known by that name" in answer.text
        assert '<a href="http://' in answer.text
        assert "box.lan" not in answer.text, "nothing comes back that somebody else chose"
        assert page.get("/api/me", headers={"Host": "box.lan"}).json()["detail"]


def test_the_name_that_is_listened_on_is_ours() -> None:
    assert Hosts(WebSettings(host="deck.lan")).know("deck.lan:8377")
    assert not Hosts(WebSettings()).know("deck.lan")


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 404),
        ({"Sec-Fetch-Site": "same-origin"}, 404),
        ({"Sec-Fetch-Site": "none"}, 404),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Origin": "http://localhost:8377"}, 404),
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": "http://localhost:80"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://["}, 403),
    ],
)
def test_other_pages_change_nothing(
    open_page: TestClient, headers: dict[str, str], status: int
) -> None:
    assert open_page.delete("/api/sides/s1", headers=headers).status_code == status
    assert open_page.get("/api/sides", headers=headers).status_code == 200


def test_large_bodies_are_for_sounds_alone(open_page: TestClient) -> None:
    answer = open_page.patch("/api/sides/s1", content=b'{"artist": "' + b"x" * 10_000_000 + b'"}')
    assert answer.status_code == 413
    assert answer.json() == {"detail": "That is too large: at most 0.065536 MB may be sent here."}

    def told_nowhere() -> Iterator[bytes]:
        yield b'{"artist": "'
        for _ in range(1000):
            yield b"x" * 1000

    answer = open_page.patch(
        "/api/sides/s1", content=told_nowhere(), headers={"Content-Type": "application/json"}
    )
    assert answer.status_code == 413


def test_sounds_are_bounded_by_their_setting(tmp_path: Path) -> None:
    with visiting(station_in(tmp_path, WebSettings(upload_mb=1))) as page:
        answer = page.post("/api/grade", content=b"", headers={"Content-Length": "2000001"})
        assert answer.status_code == 413


def test_clients_in_the_network_are_bounded_and_those_on_the_box_are_not(tmp_path: Path) -> None:
    station = station_in(tmp_path)
    with visiting(station, address="192.168.0.9") as page:
        page.app.state.guard._rate = Rate(20.0, 10.0, lambda: 0.0)  # type: ignore[attr-defined]
        assert [page.get("/api/me").status_code for _ in range(20)] == [200] * 20
        answer = page.get("/api/me")
        assert answer.status_code == 429
        assert answer.headers["retry-after"] == "1"
    with visiting(station_in(tmp_path / "other")) as page:
        page.app.state.guard._rate = Rate(1.0, 0.0, lambda: 0.0)  # type: ignore[attr-defined]
        assert [page.get("/api/me").status_code for _ in range(3)] == [200] * 3


def test_answers_keep_browsers_safe(open_page: TestClient) -> None:
    for path in ("/", "/login", "/docs", "/api/sides", "/nothing", "/static/js/nothing.js"):
        headers = open_page.get(path).headers
        assert "default-src 'self'" in headers["content-security-policy"], path
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert "unsafe" not in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["cross-origin-resource-policy"] == "same-origin"
        assert "access-control-allow-origin" not in headers
    assert open_page.get("/api/sides").headers["cache-control"] == "no-store"


def test_a_rate_fills_up_again() -> None:
    now = 0.0
    rate = Rate(2.0, 0.5, lambda: now)
    assert [rate.take("a"), rate.take("a"), rate.take("b")] == [0.0, 0.0, 0.0]
    assert rate.take("a") == pytest.approx(2.0)
    now = 2.0
    assert rate.take("a") == 0.0
    now = 1000.0
    assert [rate.take("a"), rate.take("a"), rate.take("a")] == [0.0, 0.0, pytest.approx(2.0)]


def test_a_rate_remembers_only_so_many() -> None:
    rate = Rate(1.0, 0.001, lambda: 0.0)
    for number in range(5000):
        assert rate.take(f"client {number}") == 0.0
    assert rate.take("client 4999") > 0.0
    assert rate.take("client 0") == 0.0


def test_a_session_outlives_a_restart_but_not_another_password(tmp_path: Path) -> None:
    path = tmp_path / "records.db"
    cookie = Sessions(Database(path), "a").begin()
    assert Sessions(Database(path), "a").know(cookie)
    assert not Sessions(Database(path), "b").know(cookie)
    assert not Sessions(Database(path), "a").know(cookie)


def test_a_session_ends_by_itself(tmp_path: Path) -> None:
    now = time.time()
    database = Database(tmp_path / "records.db")
    sessions = Sessions(database, "a", lambda: now)
    cookie = sessions.begin()
    now += LASTS_S - 2
    assert sessions.know(cookie)
    now += 4
    assert not sessions.know(cookie)


def test_neither_password_nor_cookie_lies_on_the_disk(tmp_path: Path) -> None:
    database = Database(tmp_path / "records.db")
    cookie = Sessions(database, "open sesame").begin()
    database.close()
    raw = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert b"sesame" not in raw
    assert cookie.encode() not in raw


def test_sessions_are_bounded(tmp_path: Path) -> None:
    sessions = Sessions(Database(tmp_path / "records.db"), "a")
    sessions._expires.update({f"{number}": 2**40 for number in range(1000)})
    cookie = sessions.begin()
    assert sessions.know(cookie)
    assert len(sessions._expires) == 1000


def test_secrets_are_first_lines_and_never_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = with_secret(tmp_path, password="\ufeffopen sesame\r", token=TOKEN)
    secrets = read_secrets(settings)
    assert (secrets.password, secrets.token) == ("open sesame", TOKEN)
    assert "sesame" not in repr(secrets)
    assert TOKEN not in repr(secrets)
    (tmp_path / "web-password").write_text("by systemd\n")
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    assert read_secrets(WebSettings()).password == "by systemd"
    assert read_secrets(settings).password == "open sesame"


def test_a_secret_that_is_none_is_said(tmp_path: Path) -> None:
    for text, words in (("", "empty"), ("x" * 2000, "too long")):
        with pytest.raises(RunoutError, match=words):
            read_secrets(with_secret(tmp_path, password=text))
    with pytest.raises(RunoutError, match="too short for a token: 16 letters"):
        read_secrets(with_secret(tmp_path, token="x" * 15))
    with pytest.raises(RunoutError, match="can't be read"):
        read_secrets(WebSettings(token_file=str(tmp_path / "none")))


def test_a_side_is_not_told_to_who_is_not_logged_in(page: TestClient) -> None:
    station = page.app.state.station  # type: ignore[attr-defined]
    station.records.add(side_json("s1", label={"artist": "Secretive"}), "ear", None)
    for path in ("/api/sides/s1", "/api/sides", "/api/sides/s1/listing", "/api/sides/s1/report"):
        assert "Secretive" not in page.get(path).text
