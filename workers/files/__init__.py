"""The files of a step's folder, and putting variables into them. Pure: bytes in, bytes out; no disk, no machine."""
