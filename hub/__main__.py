"""`python -m hub` is `menkou-hub`."""

import sys

from hub.command import main

sys.exit(main())
