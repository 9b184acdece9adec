"""The configuration that a terminal starts with."""

import logging
from pathlib import Path

import msgspec

from kiosk.config import Config, ConfigError, load
from kiosk.config_hub import Use, count_a_start, kept_in, take_back

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
                    config = load(path, use=use, folder=folder)
                    flaws: tuple[str, ...] = ()
                except ConfigError as error:
                    config, flaws = None, error.lines
                if config is not None:
                    config, flaws = _with_forms(folder, use, config)
                for line in flaws:
                    log.error("version %d of the hub: %s", use.version, line)
                if config is not None and not (flaws and kept_in(folder).trial == use):
                    return config
                back = take_back(folder)
                use = back if back != use else None
        except OSError as error:
            log.error("nothing of what the hub configured is used: %s", error)
    return load(path, use=None)


def _with_forms(folder: Path, use: Use, config: Config) -> tuple[Config, tuple[str, ...]]:
    """The configuration once the version's forms are laid out, and a line for each that is not offered."""
    if config.forms.given is None:
        return config, ()
    from kiosk.forms.from_hub import lay_out  # here because most terminals start without any

    try:
        return config, lay_out(folder, use, config.forms, config.forms.given).flaws
    except OSError as error:
        own = msgspec.structs.replace(config.forms, given=None)
        return msgspec.structs.replace(config, forms=own), (f"its forms are not offered: {error}",)
