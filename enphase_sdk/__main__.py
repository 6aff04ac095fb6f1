"""``python -m enphase_sdk`` is the command ``enphase``."""

from __future__ import annotations

import sys

from enphase_sdk.cli import main

sys.exit(main())
