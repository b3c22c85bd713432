"""How keenly to listen: what the box was told outlives a restart."""

import json
import logging
from pathlib import Path

from runout.model.sensitivity import SENSITIVITIES, Sensitivity
from runout.places import state_folder
from runout.report.payload import Payload, PayloadError
from runout.whole_file import write_whole

_LARGEST_BYTES = 4096

_log = logging.getLogger(__name__)


class Keenness:
    """As was told last, or else as the settings say.

    Settings that have changed since it was told count more: whoever changed them came later.
    """

    def __init__(self, configured: Sensitivity, path: Path | None) -> None:
        """`path` is of a small JSON file, which needn't exist; None keeps nothing."""
        self._configured = configured
        self._path = path
        self.sensitivity: Sensitivity = self._read() or configured
        """As of now"""

    def keep(self, sensitivity: Sensitivity) -> None:
        """Have the next start go by it, too; where that can't be written, one warning is all."""
        self.sensitivity = sensitivity
        if self._path is None:
            return
        fields = {"sensitivity": sensitivity, "configured": self._configured}
        try:
            write_whole(self._path, json.dumps(fields))
        except OSError as error:
            _log.warning("%s: can't be written (%s); kept until the end", self._path, error)

    def _read(self) -> Sensitivity | None:
        if self._path is None:
            return None
        try:
            with self._path.open("rb") as file:
                kept = Payload.from_json(file.read(_LARGEST_BYTES))
            told, configured = kept.text("sensitivity"), kept.text("configured")
        except (FileNotFoundError, NotADirectoryError):
            return None
        except (OSError, PayloadError) as error:
            _log.warning("%s: can't be read (%s); the settings count", self._path, error)
            return None
        if configured != self._configured:
            return None
        return next((one for one in SENSITIVITIES if one == told), None)


def keenness_path() -> Path:
    """`sensitivity.json` in the state directory."""
    return state_folder() / "sensitivity.json"
