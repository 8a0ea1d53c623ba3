"""charmlp whose ranks wait for each other for seconds, not for a minute: `torchrun impatient.py train …`."""

import sys
from datetime import timedelta

from charmlp.cli import main
from charmlp.system import group

if __name__ == "__main__":
    group.PATIENCE = timedelta(seconds=5)
    sys.exit(main())
