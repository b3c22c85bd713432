"""A broker that lets the box speak and not hear: one warning, and a word in `health`."""

import json
import logging
from pathlib import Path

import pytest
from paho.mqtt.client import MQTTv5, MQTTv311
from paho.mqtt.enums import MQTTProtocolVersion

from needs import needs
from report.brokers import Mosquitto, Recorder, wait_until
from report.examples import HEALTH
from runout.config import MqttSettings
from runout.report.mqtt.commands import COMMANDS
from runout.report.mqtt.publisher import Publisher

WITH_MOSQUITTO = needs("mosquitto", "mosquitto")


pytestmark = pytest.mark.usefixtures("impatient")


def rights(*acls: dict[str, object]) -> str:
    """Of Mosquitto's dynamic security: what nobody in particular may do, beside everything."""
    usual = ("publishClientSend", "publishClientReceive", "subscribe", "unsubscribe")
    return json.dumps(
        {
            "defaultACLAccess": dict.fromkeys(usual, True),
            "clients": [],
            "groups": [{"groupname": "anybody", "roles": [{"rolename": "r"}]}],
            "roles": [{"rolename": "r", "acls": list(acls)}],
            "anonymousGroup": "anybody",
        }
    )


@WITH_MOSQUITTO
@pytest.mark.parametrize(
    ("protocol", "why"), [(MQTTv5, "Not authorized"), (MQTTv311, "Unspecified error")]
)
def test_a_refused_subscription_is_one_warning_and_told_in_health(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, protocol: MQTTProtocolVersion, why: str
) -> None:
    access = tmp_path / "dynamic-security.json"
    refused = {"acltype": "subscribePattern", "topic": "runout/+/cmd/#", "allow": False}
    access.write_text(rights(refused | {"priority": 0}))
    plugin = next(Path("/usr/lib").glob("*/mosquitto_dynamic_security.so"))
    broker = Mosquitto(
        tmp_path,
        "allow_anonymous true",
        f"plugin {plugin}",
        f"plugin_opt_config_file {access}",
    )
    broker.start()
    commands = [f"runout/box/cmd/{name}" for name in COMMANDS]
    publisher = Publisher(MqttSettings("127.0.0.1", broker.port, device_id="box"))
    publisher._link._protocol = protocol
    with Recorder(broker.port) as recorder:
        publisher.start()
        wait_until(lambda: bool(publisher.voice.unheard))
        publisher.health(lambda: HEALTH)
        wait_until(lambda: bool(recorder.of("health")))
        assert json.loads(recorder.said("health")[0])["unheard_topics"] == commands
    broker.stop()
    wait_until(lambda: not publisher._link.up)
    # Told once a run, and no more once it hears.
    broker.start()
    assert publisher.wait_until_connected(8.0)
    access.write_text(rights())
    broker.stop()
    wait_until(lambda: not publisher._link.up)
    broker.start()
    wait_until(lambda: publisher._link.up and not publisher.voice.unheard)
    publisher.stop()
    broker.stop()
    told = [r.getMessage() for r in caplog.records if "doesn't let this box hear" in r.getMessage()]
    assert told == [
        f"MQTT: the broker doesn't let this box hear {', '.join(commands)} ({why}): "
        "what is told there doesn't arrive; see the broker's access list"
    ]
    assert all(r.levelno == logging.WARNING for r in caplog.records if r.getMessage() in told)
