"""What `ippeveprinter` runs for a job: asks the simulator to print it, and passes on what that says.

It stands alone (no import of ours, no site packages), for it is started once a job. Lines to standard error are the
language of `ippeveprinter`'s print commands: `STATE:` and `ATTR:`.
"""

import json
import os
import socket
import sys


def main() -> int:
    """The job's fate: 0 printed, 1 aborted."""
    with socket.socket(socket.AF_UNIX) as talk:
        talk.connect(os.environ["PAPER_SOCKET"])
        about = {name: value for name, value in os.environ.items() if name.startswith("IPP_")}
        talk.sendall(json.dumps({"file": sys.argv[1], "about": about}).encode() + b"\n")
        for line in talk.makefile("r", encoding="utf-8"):
            if line.startswith("EXIT:"):
                return int(line[5:])
            sys.stderr.write(line)
            sys.stderr.flush()
    return 1


if __name__ == "__main__":
    sys.exit(main())
