"""What the ledger can refuse. Trouble with the disk itself is an `OSError`."""


class LedgerError(Exception):
    """Base of what the ledger raises."""


class LedgerBusyError(LedgerError):
    """Another terminal has this data folder."""


class LedgerTooNewError(LedgerError):
    """A newer version of the program wrote this ledger; it was left as it is."""


class LedgerDoubtError(LedgerError):
    """Nobody can say whether the step is on disk. Send nothing; the ledger is closed until it is opened again."""


class LedgerClosedError(LedgerError):
    """The ledger takes no calls any more: an earlier step was in doubt, or it was closed."""


class LedgerCorruptError(LedgerError):
    """The ledger cannot be trusted; the message says why, in words for the staff."""


class LedgerKeyError(LedgerError):
    """A key file does not hold a key."""


class TakenError(LedgerError):
    """Something that there may be only once is there already; nothing was written, and the ledger is as it was."""
