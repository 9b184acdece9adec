"""What passes on the simulated terminal's wire, in a developer's words."""

CODES = {
    "00": "approved",
    "01": "declined",
    "02": "the host is silent",
    "03": "connection failed",
    "04": "already reversed",
    "05": "nothing to reverse",
    "06": "card not supported",
    "07": "cancelled at the terminal",
    "08": "a debit sale cannot be reversed",
    "09": "card cannot be read",
    "10": "below the minimum",
    "11": "no sale in memory",
    "12": "not supported",
    "13": "the batch must be closed",
    "20": "invalid",
    "22": "nobody did anything in time",
    "24": "no paper",
    "26": "keys must be loaded",
    "78": "waiting for a card",
    "79": "confirm the amount",
    "81": "asking for the PIN",
    "82": "asking the bank",
    "84": "operate the card",
    "90": "initialized",
    "93": "declined",
}

_COMMANDS = {
    "0070": "initialize",
    "0080": "how did the initialization go?",
    "0100": "are you there and idle?",
    "0250": "what was the last sale?",
    "0260": "list the sales",
    "0270": "sale for one of several merchants",
    "0300": "back to normal mode",
    "0500": "close the batch",
    "0700": "totals",
    "0800": "load the keys",
    "1200": "reverse the last sale",
}
_ANSWERS = {
    "0210": "sale",
    "0260": "last sale",
    "0261": "one sale of the list",
    "0271": "sale",
    "0510": "batch close",
    "0710": "totals",
    "0810": "key load",
    "1080": "initialization",
    "1210": "reversal",
}


def command(text: str) -> str:
    """A command of the register."""
    function, *fields = text.split("|")
    if function == "0200" and len(fields) > 1:
        return f"0200 sale of {fields[0].lstrip('0') or '0'} with ticket {fields[1]}"
    if function == "1200" and fields and fields[0]:
        return f"1200 reverse operation {fields[0]}"
    return f"{function} {_COMMANDS.get(function, 'no command that the terminal knows')}"


def answer(text: str) -> str:
    """An answer of the terminal."""
    function, code, *fields = (*text.split("|"), "")
    meaning = f"{code} {CODES.get(code, 'a code of its own')}"
    if function == "0900":
        return f"0900 progress: {meaning}"
    about = f", ticket {fields[2]}, {fields[4]}" if function in ("0210", "0260", "0271") and len(fields) > 4 else ""
    return f"{function} {_ANSWERS.get(function, 'answer')}: {meaning}{about}"
