"""What every connection to a broker has in common."""

from pathlib import Path

from paho.mqtt.client import Client, MQTTv311
from paho.mqtt.enums import CallbackAPIVersion

from runout.config import MqttSettings
from runout.errors import RunoutError


def new_client(settings: MqttSettings, client_id: str = "") -> Client:
    """Return a client with the login of the settings, not yet connected.

    An empty `client_id` lets the client make one up. Raises RunoutError where the login is wrong
    in itself: a password without a name, a password file that isn't there.
    """
    # 3.1.1 is what every broker has; iotcore's listener has no MQTT 5.
    client = Client(CallbackAPIVersion.VERSION2, client_id=client_id, protocol=MQTTv311)
    password = _password(settings)
    if settings.username:
        client.username_pw_set(settings.username, password)
    elif password is not None:
        raise RunoutError("mqtt.password_file is set, but mqtt.username isn't")
    return client


def _password(settings: MqttSettings) -> str | None:
    if not settings.password_file:
        return None
    path = Path(settings.password_file)
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise RunoutError(f"mqtt.password_file {path}: can't be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise RunoutError(f"mqtt.password_file {path}: not text in UTF-8") from error
    if not lines or not lines[0]:
        raise RunoutError(f"mqtt.password_file {path}: its first line is empty")
    return lines[0]
