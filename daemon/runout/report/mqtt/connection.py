"""What every connection to a broker has in common: the protocol, the login, and TLS."""

import os
import ssl
from pathlib import Path

from paho.mqtt.client import Client, MQTTv311
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

from runout.config import MqttSettings
from runout.errors import RunoutError
from runout.secret_file import first_line

CREDENTIAL = "mqtt-password"
"""Name of the systemd credential (systemd.exec(5), LoadCredential=) that holds the password"""


_LONGEST = 65_535
"""Bytes of a login's name or password (MQTT 5, 1.5.4 and 1.5.6)"""


def new_client(
    settings: MqttSettings,
    client_id: str = "",
    protocol: MQTTProtocolVersion = MQTTv311,
) -> Client:
    """Return a client with the login and the TLS of the settings, not yet connected.

    An empty `client_id` lets the client make one up. Raises RunoutError where the settings are
    wrong in themselves: a password without a name, a password file or certificate that isn't there.
    """
    # 3.1.1 is what every broker has.
    client = Client(CallbackAPIVersion.VERSION2, client_id=client_id, protocol=protocol)
    password = _password(settings)
    if len(settings.username.encode()) > _LONGEST:
        raise RunoutError(f"mqtt.username: longer than {_LONGEST} bytes")
    if settings.username:
        client.username_pw_set(settings.username, password)
    elif settings.password_file:
        raise RunoutError("mqtt.password_file is set, but mqtt.username isn't")
    if settings.tls:
        client.tls_set_context(_tls(settings))
    elif settings.ca_file or settings.cert_file or settings.key_file:
        raise RunoutError("mqtt.ca_file, cert_file and key_file need mqtt.tls = true")
    return client


def _password(settings: MqttSettings) -> str | None:
    if settings.password_file:
        return first_line("mqtt.password_file", Path(settings.password_file), _LONGEST)
    credential = Path(os.environ.get("CREDENTIALS_DIRECTORY", ""), CREDENTIAL)
    if settings.username and credential.is_absolute() and credential.exists():
        return first_line("credential", credential, _LONGEST)
    return None


def _tls(settings: MqttSettings) -> ssl.SSLContext:
    """A context that checks the broker's certificate and its name."""
    try:
        context = ssl.create_default_context(cafile=settings.ca_file or None)
    except OSError as error:  # ssl.SSLError is one
        raise _unusable("mqtt.ca_file", settings.ca_file, error) from error
    if not settings.cert_file:
        if settings.key_file:
            raise RunoutError("mqtt.key_file is set, but mqtt.cert_file isn't")
        return context
    try:
        # Without a password given, OpenSSL would ask for one at the terminal, and wait.
        context.load_cert_chain(settings.cert_file, settings.key_file or None, password="")
    except OSError as error:
        pair = " and ".join(filter(None, (settings.cert_file, settings.key_file)))
        raise _unusable("mqtt.cert_file and key_file", pair, error) from error
    return context


def _unusable(what: str, path: str, error: OSError) -> RunoutError:
    return RunoutError(f"{what} {path}: can't be used: {error.strerror or error}")
