"""The connection against real brokers: protocols, TLS, several boxes."""

import dataclasses
import json
import logging
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import trustme
from paho.mqtt.client import MQTTv5, MQTTv311

from needs import needs
from report.brokers import Iotcore, Mosquitto, Recorder, wait_until
from report.examples import SIDE, click
from runout.config import MqttSettings
from runout.errors import RunoutError
from runout.report.mqtt import connection, outage
from runout.report.mqtt.publisher import Publisher

WITH_MOSQUITTO = needs("mosquitto", "mosquitto")


@pytest.fixture(autouse=True)
def _short_waits(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(outage, "LONGEST_WAIT_S", 1)
    monkeypatch.setenv("STATE_DIRECTORY", str(tmp_path))


def settings(port: int, **others: object) -> MqttSettings:
    return MqttSettings(host="127.0.0.1", port=port, device_id="box", **others)


def warnings(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [r.getMessage() for r in caplog.records if r.levelno >= logging.WARNING]


@WITH_MOSQUITTO
def test_it_speaks_mqtt_5_where_the_broker_does(mosquitto: Mosquitto) -> None:
    mosquitto.start()
    publisher = Publisher(settings(mosquitto.port))
    publisher.start()
    assert publisher.wait_until_connected(5.0)
    assert publisher._link.protocol == MQTTv5
    publisher.stop()


def test_it_falls_back_to_3_1_1_at_once_and_remembers(caplog: pytest.LogCaptureFixture) -> None:
    broker = Iotcore()
    broker.start()
    publisher = Publisher(settings(broker.port))
    publisher.start()
    assert publisher.wait_until_connected(2.0)
    assert publisher._link.protocol == MQTTv311
    broker.stop()
    wait_until(lambda: not publisher._link.up)
    broker.start()
    assert publisher.wait_until_connected(5.0)
    assert publisher._link.protocol == MQTTv311
    assert len(warnings(caplog)) == 1
    publisher.stop()
    broker.stop()


class Pki:
    """A certificate authority, and what it signed, as files."""

    def __init__(self, folder: Path) -> None:
        authority = trustme.CA()
        self.ca = folder / "ca.pem"
        authority.cert_pem.write_to_path(self.ca)
        self.server_cert, self.server_key = self._issued(authority, folder, "127.0.0.1")
        self.box_cert, self.box_key = self._issued(authority, folder, "box")
        self.other_cert, self.other_key = self._issued(authority, folder, "elsewhere.example")
        self.strange_ca = folder / "strange.pem"
        trustme.CA().cert_pem.write_to_path(self.strange_ca)

    @staticmethod
    def _issued(authority: trustme.CA, folder: Path, name: str) -> tuple[Path, Path]:
        issued = authority.issue_cert(name)
        cert, key = folder / f"{name}.crt", folder / f"{name}.key"
        issued.cert_chain_pems[0].write_to_path(cert)
        issued.private_key_pem.write_to_path(key)
        return cert, key


@pytest.fixture(scope="module")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Pki:
    return Pki(tmp_path_factory.mktemp("pki"))


@pytest.fixture
def secured(tmp_path: Path, pki: Pki) -> Iterator[Mosquitto]:
    """Mosquitto over TLS, that takes none but boxes with a certificate."""
    made = Mosquitto(
        tmp_path,
        "allow_anonymous true",
        f"cafile {pki.ca}",
        f"certfile {pki.server_cert}",
        f"keyfile {pki.server_key}",
        "require_certificate true",
    )
    made.start()
    yield made
    made.stop()


@WITH_MOSQUITTO
def test_it_speaks_tls_with_a_certificate_of_its_own(secured: Mosquitto, pki: Pki) -> None:
    publisher = Publisher(
        settings(
            secured.port,
            tls=True,
            ca_file=str(pki.ca),
            cert_file=str(pki.box_cert),
            key_file=str(pki.box_key),
        )
    )
    publisher.start()
    assert publisher.wait_until_connected(5.0)
    publisher.heard(SIDE)
    for number in range(5):
        publisher.heard(click(number))
    wait_until(lambda: publisher.voice.depth == 0)
    publisher.stop()


@WITH_MOSQUITTO
def test_without_a_certificate_it_is_not_let_in(
    secured: Mosquitto, pki: Pki, caplog: pytest.LogCaptureFixture
) -> None:
    publisher = Publisher(settings(secured.port, tls=True, ca_file=str(pki.ca)))
    publisher.start()
    wait_until(lambda: bool(warnings(caplog)))
    assert not publisher.wait_until_connected(0.5)
    publisher.stop()


@WITH_MOSQUITTO
@pytest.mark.parametrize(
    ("ca", "certificate", "why"),
    [
        ("strange_ca", "server", "unable to get local issuer certificate"),
        ("ca", "other", "IP address mismatch"),
    ],
)
def test_a_broker_that_can_not_prove_itself_is_one_warning_and_told_nothing(
    tmp_path: Path, pki: Pki, caplog: pytest.LogCaptureFixture, ca: str, certificate: str, why: str
) -> None:
    broker = Mosquitto(
        tmp_path,
        "allow_anonymous true",
        f"certfile {getattr(pki, certificate + '_cert')}",
        f"keyfile {getattr(pki, certificate + '_key')}",
    )
    broker.start()
    publisher = Publisher(settings(broker.port, tls=True, ca_file=str(getattr(pki, ca))))
    publisher.start()
    time.sleep(2.5)
    (warning,) = warnings(caplog)
    assert f"isn't trusted ({why}" in warning
    assert not publisher._link.up
    publisher.stop()
    broker.stop()


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"ca_file": "/nowhere/ca.pem"}, r"ca_file /nowhere/ca.pem: can't be used: No such file"),
        ({"cert_file": "/nowhere/box.crt"}, r"cert_file and key_file /nowhere/box.crt: can't be"),
        ({"key_file": "/nowhere/box.key"}, r"key_file is set, but mqtt.cert_file isn't"),
        ({"tls": False, "ca_file": "/etc/ca.pem"}, r"need mqtt.tls = true"),
    ],
)
def test_a_wrong_certificate_is_a_clear_line(wrong: dict[str, object], why: str) -> None:
    with pytest.raises(RunoutError, match=why):
        Publisher(settings(1883, **{"tls": True, **wrong}))


def test_the_password_comes_from_systemd_where_no_file_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / connection.CREDENTIAL).write_text("vinyl\n")
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    assert connection.new_client(settings(1883, username="box")).password == "vinyl"
    # Others' credentials are none of ours.
    assert connection.new_client(settings(1883)).password is None


@WITH_MOSQUITTO
def test_two_boxes_on_one_broker_do_not_meet(mosquitto: Mosquitto, tmp_path: Path) -> None:
    mosquitto.start()
    boxes = [
        Publisher(
            dataclasses.replace(
                settings(mosquitto.port), device_id=name, outbox=str(tmp_path / f"{name}.db")
            )
        )
        for name in ("front", "back")
    ]
    with Recorder(mosquitto.port) as recorder:
        for box in boxes:
            box.start()
            assert box.wait_until_connected(5.0)
        boxes[0].heard(click(1))
        boxes[1].heard(click(2))
        recorder.publish("runout/back/cmd/identify", '{"id": "only back"}')
        wait_until(lambda: boxes[1].reception._waiting.qsize() == 1)
        assert boxes[0].reception._waiting.qsize() == 0
        time.sleep(1.5)  # two of one name would throw each other out
        assert all(box._link.up for box in boxes)
        boxes[0].stop()
        wait_until(lambda: said(recorder, "runout/front/availability") == ["online", "offline"])
        assert said(recorder, "runout/back/availability") == ["online"]
        assert [json.loads(p)["id"] for p in said(recorder, "runout/front/event")] == ["e1"]
        assert [json.loads(p)["id"] for p in said(recorder, "runout/back/event")] == ["e2"]
        boxes[1].stop()


def said(recorder: Recorder, topic: str) -> list[str]:
    return [message.payload for message in recorder.messages if message.topic == topic]
