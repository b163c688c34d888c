"""Runs the command as `python -m smear_reader`."""

import sys

from smear_reader.command import main

sys.exit(main())
