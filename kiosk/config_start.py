"""The configuration that a terminal starts with."""

import logging
from pathlib import Path

from kiosk.config import Config, ConfigError, load
from kiosk.config_hub import Use, count_a_start, take_back

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
                    config = load(path, use=use)
                    _lay_out_forms(folder, use, config)
                    return config
                except ConfigError as error:
                    for line in error.lines:
                        log.error("version %d of the hub: %s", use.version, line)
                    back = take_back(folder)
                    use = back if back != use else None
        except OSError as error:
            log.error("nothing of what the hub configured is used: %s", error)
    return load(path, use=None)


def _lay_out_forms(folder: Path, use: Use, config: Config) -> None:
    """Without them the terminal's own are offered."""
    if not use.forms.digests:
        return
    from kiosk.forms.catalogue import FormError  # here because most terminals start without any
    from kiosk.forms.from_hub import lay_out

    try:
        lay_out(folder, use.forms, config.forms)
    except (FormError, OSError) as error:
        log.error("the hub's forms are not offered: %s", error)
