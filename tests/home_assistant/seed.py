"""A Home Assistant that needs no onboarding: what it would have in its storage after that."""

import base64
import hashlib
import hmac
import json
import secrets
import time
import uuid
from datetime import UTC, datetime
from pathlib import Path

_TEN_YEARS_S = 315_360_000


def seed(config: Path, broker_port: int) -> str:
    """Write user, settings and the MQTT entry into `config`; return a long-lived token."""
    storage = config / ".storage"
    storage.mkdir(parents=True)
    user, refresh, key = uuid.uuid4().hex, uuid.uuid4().hex, secrets.token_hex(64)
    now = datetime.now(UTC).isoformat()

    def write(name: str, version: int, data: object, minor: int = 1) -> None:
        document = {"version": version, "minor_version": minor, "key": name, "data": data}
        (storage / name).write_text(json.dumps(document))

    write(
        "auth",
        1,
        {
            "users": [
                {
                    **{"id": user, "name": "Test", "group_ids": ["system-admin"]},
                    **{"is_owner": True, "is_active": True},
                    **{"system_generated": False, "local_only": False},
                }
            ],
            "groups": [{"id": "system-admin", "name": "Administrators"}],
            "credentials": [],
            "refresh_tokens": [
                {
                    **{"id": refresh, "user_id": user, "credential_id": None, "version": None},
                    **{"client_id": None, "client_name": "tests", "client_icon": None},
                    **{"token_type": "long_lived_access_token", "created_at": now},
                    **{"access_token_expiration": float(_TEN_YEARS_S), "jwt_key": key},
                    **{"token": secrets.token_hex(64), "last_used_at": None, "last_used_ip": None},
                }
            ],
        },
    )
    write("onboarding", 4, {"done": ["user", "core_config", "analytics", "integration"]})
    home = {"location_name": "Home", "latitude": 0.0, "longitude": 0.0, "elevation": 0}
    where = {"time_zone": "UTC", "currency": "EUR", "country": "DE", "language": "en"}
    write("core.config", 1, home | where | {"unit_system_v2": "metric"}, minor=3)
    broker = {"broker": "127.0.0.1", "port": broker_port}
    write(
        "core.config_entries",
        1,
        {
            "entries": [
                {
                    **{"entry_id": uuid.uuid4().hex, "domain": "mqtt", "title": "Broker"},
                    **{"version": 1, "minor_version": 1, "source": "user", "unique_id": None},
                    **{"data": broker | {"discovery": True, "discovery_prefix": "homeassistant"}},
                    **{"options": {}, "disabled_by": None},
                    **{"pref_disable_new_entities": False, "pref_disable_polling": False},
                }
            ]
        },
    )
    return _token(refresh, key)


def _token(refresh: str, key: str) -> str:
    """A JSON web token, signed with HMAC-SHA256 (RFC 7519)."""
    issued = int(time.time())
    head = _base64({"alg": "HS256", "typ": "JWT"})
    claims = _base64({"iss": refresh, "iat": issued, "exp": issued + _TEN_YEARS_S})
    signature = hmac.new(key.encode(), f"{head}.{claims}".encode(), hashlib.sha256).digest()
    return f"{head}.{claims}.{_url_safe(signature)}"


def _base64(fields: dict[str, object]) -> str:
    return _url_safe(json.dumps(fields).encode())


def _url_safe(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
