"""What this box is called in topics when nobody has named it."""

import hashlib
import hmac
import re
import socket
from pathlib import Path

MACHINE_ID_FILE = Path("/etc/machine-id")
_APPLICATION = b"runout device id"
_MACHINE_ID = re.compile(r"[0-9a-f]{32}")


def device_id(configured: str) -> str:
    """Return the configured device id, or one that is stable and this machine's own.

    machine-id(5) forbids to show the machine's id itself and asks for a hash keyed with an
    application's own string. Without one (a container), it is the host's name.
    """
    if configured:
        return configured
    try:
        machine_id = MACHINE_ID_FILE.read_text(encoding="ascii", errors="replace").strip()
    except OSError:
        machine_id = ""
    if _MACHINE_ID.fullmatch(machine_id):
        digest = hmac.new(bytes.fromhex(machine_id), _APPLICATION, hashlib.sha256)
        return digest.hexdigest()[:8]
    return re.sub(r"[^A-Za-z0-9_-]", "-", socket.gethostname())[:64] or "box"
