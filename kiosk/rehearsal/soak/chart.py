"""The measures over time as a picture."""

from collections.abc import Sequence
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from kiosk.rehearsal.soak.measure import MEASURES, Finding, Sample

WIDTH, HEIGHT = 1100, 190
LEFT, RIGHT, TOP, BOTTOM = 90, 24, 44, 30
GROUND, INK, SECOND, LINE, GOOD, BAD = "#F7F3EB", "#17312D", "#5B6D69", "#E4DDD0", "#0F5147", "#B5451C"


def draw(samples: Sequence[Sample], findings: Sequence[Finding], path: Path) -> None:
    """Save a PNG: a panel a measure, from nought, minutes along the bottom."""
    picture = Image.new("RGB", (WIDTH, HEIGHT * len(MEASURES)), GROUND)
    pen = ImageDraw.Draw(picture)
    font, small = ImageFont.load_default(17), ImageFont.load_default(13)
    for n, finding in enumerate(findings):
        top = n * HEIGHT
        values = [finding.measure.of(sample) for sample in samples]
        most = max(*values, 1.0) * 1.1
        end = samples[-1].seconds
        unit = f" ({finding.measure.unit})" if finding.measure.unit else ""
        pen.text((LEFT, top + 14), f"{finding.measure.title}{unit}", INK, font)
        if not finding.good:
            pen.text((WIDTH - RIGHT - 60, top + 14), "GROWS", BAD, font)
        floor = top + HEIGHT - BOTTOM
        for share in (0, 0.5, 1):
            y = floor - share * (HEIGHT - TOP - BOTTOM)
            pen.line((LEFT, y, WIDTH - RIGHT, y), LINE)
            pen.text((LEFT - 12, y), f"{share * most:.4g}", SECOND, small, anchor="rm")
        points = [
            (
                LEFT + sample.seconds / end * (WIDTH - LEFT - RIGHT),
                floor - value / most * (HEIGHT - TOP - BOTTOM),
            )
            for sample, value in zip(samples, values, strict=True)
        ]
        pen.line(points, GOOD if finding.good else BAD, 2, joint="curve")
        pen.text((LEFT, floor + 6), "0", SECOND, small)
        pen.text((WIDTH - RIGHT, floor + 6), f"{end / 60:.3g} min", SECOND, small, anchor="ra")
    picture.save(path)
