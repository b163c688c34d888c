"""Finds acid-fast bacilli in Ziehl-Neelsen sputum smears for a person to confirm; it supports, it never diagnoses."""

import os

# ONNX Runtime reports its use to its maker unless told not to before it is loaded; a laboratory's reader
# reports to nobody.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"
