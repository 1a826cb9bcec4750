"""Figures, each beside the machine's calibration or its peer in the same run. Nothing here passes or fails."""
