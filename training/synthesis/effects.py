"""What stands between a plate and the file: glass, light, dirt, lens, sensor, compression.

Every effect takes H x W x 3 floats from 0 to 255 and returns the like. Lengths are given in units of the
text's height where they belong to the scene, in pixels where they belong to the sensor.
"""

from __future__ import annotations

import math

import cv2
import numpy as np
import numpy.typing as npt

from training.synthesis.relief import smooth_noise, white_noise

Floats = npt.NDArray[np.float32]
Pixels = npt.NDArray[np.uint8]


def reflect(rng: np.random.Generator, image: Floats, strength: float) -> Floats:
    """Sky, trees and the photographer mirrored in the glass; a dark silhouette lets the plate through."""
    height, width = image.shape[:2]
    cell = float(rng.uniform(0.15, 0.8)) * max(width, height)
    light = np.clip(0.6 + 0.4 * smooth_noise(rng, height, width, cell=cell), 0, 1.3)
    for _ in range(int(rng.integers(0, 4))):
        polygon = _blob(rng, width, height)
        level = float(rng.uniform(0, 0.25) if rng.random() < 0.55 else rng.uniform(0.2, 1.3))
        layer = np.zeros((height, width), np.float32)
        cv2.fillPoly(layer, [polygon], 1.0, cv2.LINE_AA)
        if rng.random() < 0.5:
            layer = _blur(layer, float(rng.uniform(0.5, 4)))
        light = light + (level - light) * layer
    color = np.array([170, 190, 205], np.float32) + rng.uniform(-60, 50, size=3).astype(np.float32)
    weight = (light * strength)[..., None]
    return image * (1 - 0.6 * weight) + color * weight


def _blur(layer: Floats, sigma: float) -> Floats:
    return np.asarray(cv2.GaussianBlur(layer, (0, 0), sigma), np.float32)


def _blob(rng: np.random.Generator, width: int, height: int) -> npt.NDArray[np.int32]:
    center = rng.uniform(-0.1, 1.1, size=2) * (width, height)
    corners = int(rng.integers(4, 9))
    angles = np.sort(rng.uniform(0, 2 * np.pi, corners))
    radii = rng.uniform(0.1, 0.7, corners) * max(width, height) * float(rng.uniform(0.4, 1))
    points = center + np.stack([np.cos(angles), np.sin(angles)], 1) * radii[:, None]
    return points.astype(np.int32)


def shade(rng: np.random.Generator, image: Floats) -> Floats:
    """A shadow with a hard or a soft edge."""
    height, width = image.shape[:2]
    layer = np.zeros((height, width), np.float32)
    cv2.fillPoly(layer, [_blob(rng, width, height)], 1.0)
    layer = _blur(layer, float(rng.uniform(0.5, 0.03 * max(width, height) + 1)))
    return image * (1 - layer * float(rng.uniform(0.2, 0.7)))[..., None]


def illuminate(rng: np.random.Generator, image: Floats) -> Floats:
    """Light that falls off across the photo."""
    height, width = image.shape[:2]
    x, y = np.linspace(-1, 1, width, dtype=np.float32), np.linspace(-1, 1, height, dtype=np.float32)
    angle, amount = float(rng.uniform(0, 2 * np.pi)), float(rng.uniform(0.1, 0.6))
    ramp = np.asarray(1 + amount * (math.cos(angle) * x[None] + math.sin(angle) * y[:, None]), np.float32)
    return image * ramp[..., None]


def glare(rng: np.random.Generator, image: Floats, strength: float) -> Floats:
    """The lamp or the sun itself, or a bright streak."""
    height, width = image.shape[:2]
    center = rng.uniform(0, 1, size=2) * (width, height)
    x = np.arange(width, dtype=np.float32)[None] - float(center[0])
    y = np.arange(height, dtype=np.float32)[:, None] - float(center[1])
    angle, size = float(rng.uniform(0, np.pi)), float(rng.uniform(0.03, 0.25)) * max(width, height)
    cosine, sine = math.cos(angle), math.sin(angle)
    along, across = x * cosine + y * sine, y * cosine - x * sine
    squeeze = float(rng.uniform(1, 6))
    falloff = cv2.exp(-((along / (size * squeeze)) ** 2) - (across / size) ** 2)
    spot = np.asarray(falloff, np.float32) * np.float32(255 * strength)
    return image + spot[..., None]


def soil(rng: np.random.Generator, image: Floats, text_height: float) -> Floats:
    """Dust, drops, flakes of snow: specks up to the size of a stroke, a few larger."""
    height, width = image.shape[:2]
    layer = np.zeros((height, width), np.float32)
    count = int(rng.uniform(0.05, 1.0) * width * height / (text_height**2))
    points = rng.uniform(0, 1, size=(min(count, 600), 2)) * (width, height)
    sizes = np.exp(rng.normal(np.log(0.05), 0.6, size=len(points))) * text_height
    for (px, py), radius in zip(points, np.minimum(sizes, 0.3 * text_height), strict=True):
        cv2.circle(
            layer, (int(px * 8), int(py * 8)), int(radius * 8), float(rng.uniform(0.2, 1)), -1, cv2.LINE_AA, 3
        )
    layer = _blur(layer, max(0.02 * text_height, 0.4))
    value = float(rng.choice([rng.uniform(150, 255), rng.uniform(0, 90)]))
    return image + (value - image) * (layer * float(rng.uniform(0.2, 0.8)))[..., None]


def expose(rng: np.random.Generator, image: Floats, amount: float = 1.0) -> Floats:
    """Contrast, brightness, gamma and white balance; `amount` below 1 keeps more of the contrast."""
    contrast = float(rng.choice([rng.uniform(0.7, 1.2), rng.uniform(0.4, 0.9)]))
    contrast = 1 + (contrast - 1) * amount
    middle = float(image[::3, ::3].mean())
    wanted = middle * float(rng.uniform(0.6, 1.3)) + float(rng.uniform(-15, 30))
    wanted += float(rng.uniform(0.3, 0.9)) * (float(np.clip(wanted, 70, 190)) - wanted)  # automatic exposure
    lift = wanted - middle * contrast
    gains = 1 + rng.normal(0, 0.04, size=3)
    planes = zip(cv2.split(image), gains, strict=True)
    balanced = cv2.merge([cv2.addWeighted(plane, contrast * g, plane, 0, lift * g) for plane, g in planes])
    adjusted = np.asarray(balanced, np.float32)
    gamma = float(np.exp(rng.normal(0, 0.2)))
    if abs(gamma - 1) < 0.08:
        return adjusted
    return np.asarray(
        cv2.pow(np.clip(adjusted * np.float32(1 / 255), 0, 1), gamma) * np.float32(255), np.float32
    )


def defocus(image: Floats, sigma: float) -> Floats:
    return _blur(image, sigma) if sigma > 0.25 else image


def shake(rng: np.random.Generator, image: Floats, length: float) -> Floats:
    """Motion blur of that many pixels in a random direction."""
    size = max(int(np.ceil(length)) | 1, 3)
    kernel = np.zeros((size, size), np.float32)
    angle, middle = float(rng.uniform(0, np.pi)), (size - 1) / 2
    dx, dy = np.cos(angle) * length / 2, np.sin(angle) * length / 2
    ends = [(round((middle + s * dx) * 16), round((middle + s * dy) * 16)) for s in (-1, 1)]
    cv2.line(kernel, ends[0], ends[1], 1.0, 1, cv2.LINE_AA, 4)
    return np.asarray(cv2.filter2D(image, -1, kernel / max(kernel.sum(), 1e-6)), np.float32)


def sharpen(image: Floats, amount: float) -> Floats:
    """The halo that phones add."""
    return image + (image - _blur(image, 1.2)) * amount


def add_noise(rng: np.random.Generator, image: Floats, deviation: float) -> Floats:
    height, width = image.shape[:2]
    gray = white_noise(rng, height, width) * np.float32(deviation)
    if rng.random() < 0.3:
        small = [white_noise(rng, (height + 1) // 2, (width + 1) // 2) for _ in range(3)]
        color = cv2.resize(cv2.merge(small), (width, height), interpolation=cv2.INTER_LINEAR)
        return image + color * np.float32(deviation) + gray[..., None]
    return np.asarray(cv2.add(image, cv2.merge([gray, gray, gray])), np.float32)


def compress(image: Floats | Pixels, quality: int) -> Pixels:
    """To bytes and through JPEG."""
    pixels = np.clip(image, 0, 255).astype(np.uint8)
    _, content = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, quality])
    return np.asarray(cv2.imdecode(content, cv2.IMREAD_COLOR), dtype=np.uint8)
