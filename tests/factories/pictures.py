"""Pictures that nobody took: gradients and shapes in every format, with the metadata of a telephone."""

import io
from typing import Any

import numpy as np
from PIL import Image, ImageCms
from PIL.TiffImagePlugin import IFDRational

GPS = 0x8825
LATITUDE = (IFDRational(50), IFDRational(29), IFDRational(4242, 100))
SECRETS = (b"Telefon 12 Pro", b"GPS", b"2021:09:29", b"Heimweg 7", b"50.495")
"""What stands in the metadata of the made pictures, and must stand in nothing that leaves the house."""
XMP = (
    b'<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">'
    b'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about=""'
    b' xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:exif="http://ns.adobe.com/exif/1.0/" exif:GPSLatitude="50.495"'
    b' xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/" photoshop:Credit="Agentur &amp; S\xc3\xb6hne">'
    b"<dc:creator><rdf:Seq><rdf:li>Jo M\xc3\xbcller</rdf:li></rdf:Seq></dc:creator>"
    b"</rdf:Description></rdf:RDF></x:xmpmeta>"
)


def pixels(width: int = 640, height: int = 480, *, seed: int = 0) -> Image.Image:
    """Return a colour gradient with a red square at the top left and a blue one at the bottom right."""
    across = np.linspace(0, 200, width, dtype=np.uint8)[None, :].repeat(height, 0)
    down = np.linspace(0, 200, height, dtype=np.uint8)[:, None].repeat(width, 1)
    made = np.stack([across, down, np.full((height, width), (90 + seed * 37) % 256, np.uint8)], axis=2)
    side = max(4, min(width, height) // 8)
    made[:side, :side] = (230, 10, 10)
    made[-side:, -side:] = (10, 10, 230)
    return Image.fromarray(made)


def group(width: int = 1800, height: int = 1100) -> Image.Image:
    """Return five drawn people side by side in front of a wall: nobody whom there is."""
    from PIL import ImageDraw  # noqa: PLC0415

    made = Image.new("RGB", (width, height), (226, 219, 205))
    draw = ImageDraw.Draw(made)
    for x in range(0, width, 36):
        for y in range(0, height, 36):
            if (x // 36 * (y // 36)) % 5 < 2:
                draw.rectangle((x, y, x + 22, y + 8), fill=(193, 184, 168))
    colours = ((58, 66, 82), (196, 52, 36), (40, 98, 92), (120, 86, 60), (70, 60, 110))
    for number, colour in enumerate(colours):
        middle, top = int(width * (number + 1) / 6), int(height * (0.26 + 0.03 * (number % 2)))
        head = int(height * 0.075)
        draw.rounded_rectangle((middle - 2 * head, top + head, middle + 2 * head, height + 80), 90, fill=colour)
        draw.ellipse((middle - head, top - head, middle + head, top + head), fill=(224, 188, 160))
    return made


def exif(*, orientation: int = 1) -> Image.Exif:
    """Return what a telephone writes: where, when, with what, and by whom."""
    made = Image.Exif()
    made[274] = orientation
    made[271], made[272] = "Beispiel", "Telefon 12 Pro"
    made[306] = "2021:09:29 14:30:00"
    made[315] = "Kim Kamera"
    made[33432] = "© Kim Kamera"
    made[270] = "Heimweg 7"
    gps = made.get_ifd(GPS)
    gps[1], gps[2], gps[3], gps[4] = "N", LATITUDE, "E", LATITUDE
    made[GPS] = gps
    return made


def encoded(kind: str = "JPEG", image: Image.Image | None = None, **options: Any) -> bytes:
    """Return a file of a format, with all the metadata that the format takes."""
    out = io.BytesIO()
    made = image if image is not None else pixels()
    orientation = options.pop("orientation", 1)
    if kind == "HEIF":
        from pillow_heif import register_heif_opener  # noqa: PLC0415

        register_heif_opener()
    about: dict[str, Any] = {"exif": exif(orientation=orientation)} if options.pop("with_metadata", True) else {}
    if about and kind in ("JPEG", "WEBP", "HEIF"):
        about["xmp"] = XMP
    if about and kind == "JPEG":
        about["comment"] = b"Heimweg 7"
    made.save(out, kind, **about, **options)
    return out.getvalue()


def wide_gamut() -> bytes:
    """Return the profile of a colour space that is not sRGB."""
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
