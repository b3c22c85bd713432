import socket
import subprocess
import threading

import pytest

from needs import needs
from report.brokers import Iotcore, Mosquitto, free_port
from runout.config import MqttSettings
from runout.doctor.broker import broker


def test_none_is_set():
    finding = broker(MqttSettings())
    assert finding.verdict == "look"
    assert "host" in finding.advice


def test_a_broker_that_takes_us():
    running = Iotcore()
    running.start()
    try:
        finding = broker(MqttSettings(host="127.0.0.1", port=running.port))
    finally:
        running.stop()
    assert finding.verdict == "ok"


def test_nobody_is_there():
    finding = broker(MqttSettings(host="127.0.0.1", port=free_port()))
    assert finding.verdict == "wrong"
    assert "refused" in finding.words.lower()


def test_somebody_is_there_who_is_no_broker():
    with socket.create_server(("127.0.0.1", 0)) as server:

        def hang_up():
            server.accept()[0].close()

        threading.Thread(target=hang_up, daemon=True).start()
        finding = broker(MqttSettings(host="127.0.0.1", port=server.getsockname()[1]))
    assert finding.verdict == "wrong"


@needs("mosquitto_passwd", "mosquitto")
@pytest.mark.parametrize(("password", "verdict"), [("secret", "ok"), ("guessed", "wrong")])
def test_the_login_is_tried_with_the_password_of_the_service(tmp_path, password, verdict):
    users = tmp_path / "users"
    subprocess.run(["mosquitto_passwd", "-b", "-c", users, "listener", "secret"], check=True)
    users.chmod(0o644)
    running = Mosquitto(tmp_path, f"password_file {users}", "allow_anonymous false")
    running.start()
    kept = tmp_path / "runout.mqtt-password"
    kept.write_text(password + "\n")
    try:
        settings = MqttSettings(host="127.0.0.1", port=running.port, username="listener")
        finding = broker(settings, kept)
    finally:
        running.stop()
    assert finding.verdict == verdict
    assert password not in finding.words + finding.advice
