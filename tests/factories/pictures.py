"""Pictures that nobody took: gradients and shapes in every format, with the metadata of a telephone."""

import io
import struct
from typing import Any

import numpy as np
from PIL import Image
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


P3_COLUMNS = ((0.515102, 0.241196, -0.001053), (0.291965, 0.692236, 0.041885), (0.157153, 0.066574, 0.784073))
"""Red, green and blue of Display P3 in XYZ, adapted to D50 (SMPTE EG 432-1, ICC)."""
D50 = (0.9642, 1.0, 0.8249)


def display_p3() -> bytes:
    """Return the profile of the screens of telephones: Display P3 with the curve of sRGB, as ICC version 4 writes it."""

    def fixed(*numbers: float) -> bytes:
        return struct.pack(f">{len(numbers)}i", *(round(number * 65536) for number in numbers))

    curve = b"para" + bytes(4) + struct.pack(">HH", 3, 0) + fixed(2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)
    words = "P3".encode("utf-16-be")
    text = b"mluc" + bytes(4) + struct.pack(">II2s2sII", 1, 12, b"en", b"US", len(words), 28) + words
    tags = {b"desc": text, b"cprt": text, b"wtpt": b"XYZ " + bytes(4) + fixed(*D50)}
    for name, column in zip((b"r", b"g", b"b"), P3_COLUMNS, strict=True):
        tags[name + b"XYZ"] = b"XYZ " + bytes(4) + fixed(*column)
        tags[name + b"TRC"] = curve
    table, body, start = b"", b"", 128 + 4 + 12 * len(tags)
    for name, content in tags.items():
        table += struct.pack(">4sII", name, start + len(body), len(content))
        body += content + bytes(-len(content) % 4)
    head = struct.pack(">I4sI4s4s4s", start + len(body), b"lcms", 0x04000000, b"mntr", b"RGB ", b"XYZ ")
    head += struct.pack(">6H4s", 2021, 9, 29, 12, 0, 0, b"acsp").ljust(44, b"\0") + fixed(*D50)
    return head.ljust(128, b"\0") + struct.pack(">I", len(tags)) + table + body


def p3_as_srgb(colour: tuple[int, int, int]) -> tuple[int, int, int]:
    """Return what a colour of Display P3 is in sRGB, by the definition of both (IEC 61966-2-1); what sRGB cannot show is cut off."""
    encoded_p3 = np.array(colour) / 255
    linear = np.where(encoded_p3 <= 0.04045, encoded_p3 / 12.92, ((encoded_p3 + 0.055) / 1.055) ** 2.4)
    to_srgb = [[1.224940, -0.224940, 0.0], [-0.042057, 1.042057, 0.0], [-0.019638, -0.078636, 1.098274]]
    light = np.clip(np.array(to_srgb) @ linear, 0, 1)
    shown = np.where(light <= 0.0031308, light * 12.92, 1.055 * light ** (1 / 2.4) - 0.055)
    red, green, blue = (round(float(value) * 255) for value in shown)
    return red, green, blue
