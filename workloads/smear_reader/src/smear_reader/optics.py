"""From a camera's bytes to what the film does to light: optical densities against the clear ground of the field."""

from __future__ import annotations

import numpy as np

Array = np.ndarray
GROUND = 75  # percentile of brightness that counts as clear ground
DARKEST, BRIGHTEST = 2.5, -0.5  # densities are kept between these


def ground_of(image: Array) -> Array:
    """The field's own clear ground: its brightness in red, green and blue, 0 to 255."""
    return np.asarray(np.percentile(image.reshape(-1, 3)[::7], GROUND, axis=0))


def densities(image: Array, ground: Array | None = None) -> Array:
    """Bytes (height x width x 3) to float32 densities of the same shape: 0 is the clear ground.

    `ground`: that of the whole field, where `image` is only a part of it.
    """
    level = np.log(np.arange(256, dtype=np.float32) + 4)
    ground = ground_of(image) if ground is None else ground
    table = np.clip(np.log(ground + 4)[None, :] - level[:, None], BRIGHTEST, DARKEST).astype(np.float32)
    return np.stack([table[image[..., channel], channel] for channel in range(3)], axis=-1)
