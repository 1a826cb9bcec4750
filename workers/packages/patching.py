"""`python -m workers.packages.patching OLD NEW PATCH LIMIT`: what `zstd --patch-from` writes, in a child's memory.

Exits with 3 when the patch would be larger than LIMIT bytes.
"""

from __future__ import annotations

import sys
from pathlib import Path

from workers.packages.compression import zstd

_TOO_LARGE = 3
_PIECE = 1 << 20


def write_patch(old: Path, new: Path, patch: Path, limit: int) -> bool:
    """Write it; False when it would be larger than `limit` bytes."""
    basis = old.read_bytes()
    size = new.stat().st_size
    option = zstd.CompressionParameter
    compressor = zstd.ZstdCompressor(
        options={
            option.compression_level: 1,
            option.enable_long_distance_matching: 1,
            option.window_log: max(len(basis), size, 1024).bit_length(),  # so that all of the old one is in reach
            option.checksum_flag: 0,  # all of it is hashed anyway
        },
        zstd_dict=zstd.ZstdDict(basis, is_raw=True).as_prefix,
    )
    compressor.set_pledged_input_size(size)
    count = 0
    with new.open("rb") as source, patch.open("wb") as target:
        while piece := source.read(_PIECE):
            count += target.write(compressor.compress(piece))
            if count > limit:
                return False
        count += target.write(compressor.flush())
    return count <= limit


if __name__ == "__main__":
    _old, _new, _patch, _limit = sys.argv[1:]
    sys.exit(0 if write_patch(Path(_old), Path(_new), Path(_patch), int(_limit)) else _TOO_LARGE)
