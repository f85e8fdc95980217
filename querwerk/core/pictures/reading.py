"""Reads a picture that nobody vouches for and makes a clean one of it: upright, in sRGB, without a word about place or camera.

What a file is, its first bytes decide, not its name. How large it is, its header says before anything is unpacked.
"""

import io
import struct
import warnings
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from querwerk.core.pictures.credits import Credit, read_credit
from querwerk.core.pictures.limits import MAX_PICTURE_BYTES, MAX_PIXELS, MAX_SIDE, MIN_SIDE, UnusableFile
from querwerk.core.pictures.svg import clean_drawing

if TYPE_CHECKING:
    from PIL import Image

HEIC_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"})
AVIF_BRANDS = frozenset({b"avif", b"avis"})
PILLOW_NAMES = {
    "image/jpeg": ("JPEG", "MPO"), "image/png": ("PNG",), "image/webp": ("WEBP",), "image/avif": ("AVIF",), "image/heic": ("HEIF",),
}  # fmt: skip
SUFFIXES = {"image/jpeg": "jpg", "image/png": "png", "image/svg+xml": "svg", "image/webp": "webp", "image/avif": "avif"}
JPEG_QUALITY = 95
"""Of the kept original: what a press office prints from. Saving it once more costs less than what a newsroom's own export does."""
UNREADABLE = (
    OSError,
    ValueError,
    SyntaxError,
    EOFError,
    struct.error,
    IndexError,
    KeyError,
    TypeError,
    RuntimeError,
    MemoryError,
)
"""What Pillow and the codecs below it raise for damaged files."""


NOBODY = Credit()


@dataclass(frozen=True, slots=True)
class Reading:
    """A clean picture: its bytes, what they are, size in pixels, and what the file said about its author."""

    content: bytes
    media_type: str
    width: int
    height: int
    has_alpha: bool = False
    credit: Credit = NOBODY

    @property
    def suffix(self) -> str:
        """Return the ending of a file of this type."""
        return SUFFIXES[self.media_type]


def sniff(head: bytes) -> str:
    """Return the media type that the first bytes of a file show, or an empty text."""
    if head[:3] == b"\xff\xd8\xff":
        return "image/jpeg"
    if head[:8] == b"\x89PNG\r\n\x1a\n":
        return "image/png"
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    if head[4:8] == b"ftyp":
        return _sniff_boxes(head)
    if head[:6] in (b"GIF87a", b"GIF89a"):
        return "image/gif"
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    is_text = text[:4] == b"<svg" or (text[:5] in (b"<?xml", b"<!--", b"<!DOC") and b"<svg" in text)
    return "image/svg+xml" if is_text else ""


def _sniff_boxes(head: bytes) -> str:
    size = min(struct.unpack(">I", head[:4])[0], len(head))
    brands = {head[8:12], *(head[at : at + 4] for at in range(16, size, 4))}
    if brands & AVIF_BRANDS:
        return "image/avif"
    if brands & HEIC_BRANDS:
        return "image/heic"
    return "video/mp4"


def read_picture(content: bytes) -> Reading:
    """Return a clean picture; raises :class:`UnusableFile` with what would be right."""
    if not content:
        raise UnusableFile(_("The file is empty."))
    if len(content) > MAX_PICTURE_BYTES:
        raise UnusableFile(
            _("The picture has %(size)d MB; at most %(limit)d MB are possible.")
            % {"size": len(content) // 1_000_000, "limit": MAX_PICTURE_BYTES // 1_000_000}
        )
    media_type = sniff(content[:4096])
    if media_type == "image/svg+xml":
        clean, width, height = clean_drawing(content)
        return Reading(clean, media_type, width, height, has_alpha=True)
    if media_type not in PILLOW_NAMES:
        raise UnusableFile(_refusal(media_type))
    return _read_pixels(content, media_type)


def _refusal(media_type: str) -> str:
    if media_type == "image/gif":
        return _(
            "A GIF has too few colours for a photo. Please save it as PNG or JPEG; what moves belongs among the films."
        )
    if media_type == "video/mp4":
        return _("This is a film. Please upload it among the films.")
    return _("This is not a picture that can be shown. Please choose a JPEG, PNG, WebP, AVIF, HEIC or SVG file.")


@cache
def _pillow() -> Any:
    """Load the library with all it needs; its limit on pixels becomes an error of its own at ours."""
    from PIL import Image  # noqa: PLC0415
    from pillow_heif import register_heif_opener  # noqa: PLC0415

    register_heif_opener(thumbnails=False, decode_threads=1)
    Image.preinit()
    Image.MAX_IMAGE_PIXELS = MAX_PIXELS
    return Image


def _read_pixels(content: bytes, media_type: str) -> Reading:
    pillow = _pillow()
    try:
        with warnings.catch_warnings():
            # A damaged EXIF block is no reason to refuse a picture: it goes anyway. A bomb is.
            warnings.simplefilter("ignore")
            warnings.simplefilter("error", pillow.DecompressionBombWarning)
            with pillow.open(io.BytesIO(content), formats=PILLOW_NAMES[media_type]) as opened:
                _check_pixels(*opened.size)
                credit = read_credit(opened)
                image = upright(opened)
                return _saved(image, media_type, content, credit)
    except UnusableFile:
        raise
    except (pillow.DecompressionBombWarning, pillow.DecompressionBombError):
        raise UnusableFile(_too_large()) from None
    except UNREADABLE:
        raise UnusableFile(_("The file is damaged or incomplete. Please export the picture once more.")) from None


def _check_pixels(width: int, height: int) -> None:
    if width * height > MAX_PIXELS or max(width, height) > MAX_SIDE:
        raise UnusableFile(
            _too_large() + " " + _("This one has %(width)d × %(height)d.") % {"width": width, "height": height}
        )
    if min(width, height) < MIN_SIDE:
        raise UnusableFile(
            _(
                "The picture has %(width)d × %(height)d pixels and would be too small to be seen; %(limit)d on each side is the least."
            )
            % {"width": width, "height": height, "limit": MIN_SIDE}
        )


def _too_large() -> str:
    return _("The picture is too large: at most %(pixels)d megapixels and %(side)d pixels on a side are possible.") % {
        "pixels": MAX_PIXELS // 1_000_000,
        "side": MAX_SIDE,
    }


def upright(opened: "Image.Image") -> "Image.Image":
    """Return the first frame, turned as the camera was held, in sRGB, as L, RGB or RGBA."""
    from PIL import ImageOps  # noqa: PLC0415

    opened.load()
    profile = opened.info.get("icc_profile")
    image = ImageOps.exif_transpose(opened)
    return in_srgb(image, profile)


def in_srgb(image: "Image.Image", profile: bytes | None) -> "Image.Image":
    """Return the picture in sRGB, with an alpha channel where it has one that hides anything."""
    alpha = _alpha_of(image)
    if image.mode.startswith("I;16") or image.mode in ("I", "F"):
        image = _from_deep_grey(image)
    converted = _through_profile(image, profile)
    if converted is None:
        converted = image.convert("L" if image.mode in ("1", "L", "LA", "La") else "RGB")
    if alpha is not None:
        converted = converted.convert("RGB")
        converted.putalpha(alpha)
    return converted


def _alpha_of(image: "Image.Image") -> "Image.Image | None":
    if not (image.mode in ("RGBA", "LA", "PA", "La", "RGBa") or "transparency" in image.info):
        return None
    alpha = image.convert("RGBA").getchannel("A")
    lowest = alpha.getextrema()[0]
    return None if lowest == 255 else alpha


def _from_deep_grey(image: "Image.Image") -> "Image.Image":
    """Bring 16 bits of grey to 8; Pillow's own conversion would cut off what is above 255."""
    return image.convert("I").point(lambda value: value * (1 / 256)).convert("L")


def _through_profile(image: "Image.Image", profile: bytes | None) -> "Image.Image | None":
    """Convert from the embedded profile to sRGB; a profile that fits not the pixels says nothing."""
    if not profile:
        return None
    from PIL import ImageCms  # noqa: PLC0415

    plain = image
    if image.mode in ("RGBA", "P", "PA", "RGBa"):
        plain = image.convert("RGB")
    elif image.mode in ("LA", "La", "1"):
        plain = image.convert("L")
    if plain.mode == "L":
        return None
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        return ImageCms.profileToProfile(plain, source, ImageCms.createProfile("sRGB"), outputMode="RGB")
    except (ImageCms.PyCMSError, OSError, ValueError):
        return None


def _saved(image: "Image.Image", media_type: str, content: bytes, credit: Credit) -> Reading:
    """Write the pixels into a new file, so that nothing of the old one but them is left."""
    has_alpha = image.mode == "RGBA"
    is_lossless = media_type == "image/png" or (media_type == "image/webp" and content[12:16] == b"VP8L")
    out = io.BytesIO()
    bare(image)
    if has_alpha or is_lossless:
        image.save(out, "PNG", optimize=image.width * image.height < 4_000_000)
        kept = "image/png"
    else:
        image.save(out, "JPEG", quality=JPEG_QUALITY, subsampling="4:4:4", optimize=True, progressive=True)
        kept = "image/jpeg"
    return Reading(out.getvalue(), kept, image.width, image.height, has_alpha=has_alpha, credit=credit)


def bare(image: "Image.Image") -> None:
    """Forget what Pillow would write along: EXIF, XMP, profiles, comments."""
    image.info.clear()
    exif = image.getexif()
    exif.clear()


CLEAN_CHUNKS = frozenset({b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND"})
MARKERS_WITH_WORDS = frozenset({*range(0xE1, 0xF0), 0xFE})
"""APP1 to APP15 and comments (ISO 10918-1, B.2.4): where metadata stand in a JPEG."""


def is_clean(content: bytes, reading: Reading) -> bool:
    """Tell whether a file holds nothing but what :func:`read_picture` would keep: drawing, or pixels and what they need."""
    if reading.media_type == "image/svg+xml":
        return reading.content == content
    try:
        return _is_clean_png(content) if reading.media_type == "image/png" else _is_clean_jpeg(content)
    except (struct.error, IndexError):
        return False


def _is_clean_png(content: bytes) -> bool:
    at, names = 8, set()
    while at < len(content):
        length, name = struct.unpack(">I4s", content[at : at + 8])
        names.add(name)
        at += 12 + length
    return at == len(content) and names <= CLEAN_CHUNKS


def _is_clean_jpeg(content: bytes) -> bool:
    at = 2
    while content[at] == 0xFF and content[at + 1] != 0xDA:
        if content[at + 1] in MARKERS_WITH_WORDS:
            return False
        at += 2 + struct.unpack(">H", content[at + 2 : at + 4])[0]
    # Behind the first scan further tables and scans may follow, and the end; words may not, nor anything behind the end.
    rest = content[at:]
    has_words = any(b"\xff" + bytes([marker]) in rest for marker in MARKERS_WITH_WORDS)
    return content[at] == 0xFF and not has_words and rest.find(b"\xff\xd9") == len(rest) - 2
