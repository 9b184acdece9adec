"""The configuration that a terminal starts with."""

import logging
from pathlib import Path

from kiosk.config import Config, ConfigError, load
from kiosk.config_hub import count_a_start, take_back

log = logging.getLogger(__name__)


def load_for_start(path: Path, folder: Path | None) -> Config:
    """To be called once at each start. `folder` is the ledger's.

    What the hub set and is not right for this program any more does not keep the terminal from coming up. Raises
    `ConfigError` where the terminal's own file is wrong.
    """
    use = None
    if folder is not None:
        try:
            use = count_a_start(folder)
            while use is not None:
                try:
                    return load(path, use=use)
                except ConfigError as error:
                    for line in error.lines:
                        log.error("version %d of the hub: %s", use.version, line)
                    back = take_back(folder)
                    use = back if back != use else None
        except OSError as error:
            log.error("nothing of what the hub configured is used: %s", error)
    return load(path, use=None)
