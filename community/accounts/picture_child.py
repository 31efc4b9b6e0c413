"""Run as a program of its own: a picture on standard input, a square WebP on standard output; its argument is the side in pixels.

It knows nothing of the site and runs under limits of memory and time. Exit status 1: not a picture we take.
"""

from __future__ import annotations

import io
import resource
import sys

MOST_PIXELS = 25_000_000
FORMATS = ("PNG", "JPEG", "WEBP", "GIF")
MEMORY_BYTES = 512 * 1024 * 1024
CPU_SECONDS = 10


def main() -> int:
    """Read, check, cut, write; returns the exit status."""
    side = int(sys.argv[1])
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    from PIL import Image, ImageOps

    try:
        with Image.open(io.BytesIO(sys.stdin.buffer.read()), formats=FORMATS) as picture:
            if picture.width * picture.height > MOST_PIXELS or min(picture.size) < 1:
                return 1
            picture.seek(0)  # the first frame of a moving one
            # The decoder of JPEG can shrink while it reads; the others ignore this.
            picture.draft("RGB", (side * 2, side * 2))
            upright = ImageOps.exif_transpose(picture).convert("RGBA")
            square = ImageOps.fit(upright, (side, side), Image.Resampling.LANCZOS)
            plain = Image.new("RGBA", square.size, "white")
            plain.alpha_composite(square)
            made = io.BytesIO()
            plain.convert("RGB").save(made, "WEBP", quality=82, method=4)
    except Exception:  # noqa: BLE001 - decoders raise whatever they like; the parent only needs to know that it failed
        return 1
    sys.stdout.buffer.write(made.getvalue())
    return 0


if __name__ == "__main__":
    sys.exit(main())
