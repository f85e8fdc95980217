"""Who made a picture: read from the file that came, written into the file that goes.

Cameras and newsrooms note the author in EXIF (tags 315 and 33432), in IPTC-IIM (2:80, 2:110, 2:116) and in XMP (``dc:creator``,
``photoshop:Credit``, ``dc:rights``). Nothing else of the metadata is kept: they tell where somebody stood, and with what telephone.
"""

import re
import struct
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape

if TYPE_CHECKING:
    from PIL import Image

EXIF_ARTIST, EXIF_COPYRIGHT = 315, 33432
IPTC_BYLINE, IPTC_CREDIT, IPTC_COPYRIGHT = (2, 80), (2, 110), (2, 116)
MAX_XMP = 200_000
MAX_WORDS = 300
UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]+")
XMP_PLACES = (
    ("creator", re.compile(r"<dc:creator\b[^>]*>(.*?)</dc:creator>", re.DOTALL)),
    (
        "credit",
        re.compile(r"photoshop:Credit=[\"']([^\"']*)[\"']|<photoshop:Credit>(.*?)</photoshop:Credit>", re.DOTALL),
    ),
    ("rights", re.compile(r"<dc:rights\b[^>]*>(.*?)</dc:rights>", re.DOTALL)),
)
TAGS = re.compile(r"<[^>]*>")
ENTITIES = (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&apos;", "'"), ("&amp;", "&"))


@dataclass(frozen=True, slots=True)
class Credit:
    """What a file says about its author; empty where it says nothing."""

    creator: str = ""
    credit: str = ""
    rights: str = ""

    @property
    def words(self) -> str:
        """Return the line that a form proposes."""
        named = " / ".join(dict.fromkeys(part for part in (self.creator, self.credit) if part))
        return named or self.rights


def plain_words(value: Any) -> str:
    """Return words out of whatever a file holds, without what cannot be printed."""
    if isinstance(value, list | tuple):
        value = next(iter(value), "")
    if isinstance(value, bytes):
        try:
            value = value.decode("utf-8")
        except UnicodeDecodeError:
            value = value.decode("latin-1")
    return " ".join(UNPRINTABLE.sub(" ", str(value or "")).split())[:MAX_WORDS]


def read_credit(image: "Image.Image") -> Credit:
    """Return what an opened picture says about its author; damaged metadata say nothing."""
    found = {"creator": "", "credit": "", "rights": ""}
    for source in (_from_xmp, _from_iptc, _from_exif):
        for name, words in source(image).items():
            found[name] = found[name] or words
    return Credit(**found)


def _from_exif(image: "Image.Image") -> dict[str, str]:
    try:
        exif = image.getexif()
        return {"creator": plain_words(exif.get(EXIF_ARTIST)), "rights": plain_words(exif.get(EXIF_COPYRIGHT))}
    except (ValueError, SyntaxError, OSError, struct.error, KeyError, TypeError):
        return {}


def _from_iptc(image: "Image.Image") -> dict[str, str]:
    from PIL import IptcImagePlugin  # noqa: PLC0415

    try:
        said: dict[Any, Any] = IptcImagePlugin.getiptcinfo(image) or {}  # type: ignore[arg-type]
    except (ValueError, SyntaxError, OSError, struct.error, KeyError, TypeError, IndexError):
        return {}
    return {
        "creator": plain_words(said.get(IPTC_BYLINE)),
        "credit": plain_words(said.get(IPTC_CREDIT)),
        "rights": plain_words(said.get(IPTC_COPYRIGHT)),
    }


def _from_xmp(image: "Image.Image") -> dict[str, str]:
    # Three places are looked for by pattern: a parser would have to be trusted with entities and depth.
    packet = image.info.get("xmp") or image.info.get("XML:com.adobe.xmp") or b""
    text = packet.decode("utf-8", "replace") if isinstance(packet, bytes) else str(packet)
    found = {}
    for name, place in XMP_PLACES:
        match = place.search(text[:MAX_XMP])
        if match:
            words = TAGS.sub(" ", next((group for group in match.groups() if group), ""))
            for entity, character in ENTITIES:
                words = words.replace(entity, character)
            found[name] = plain_words(words)
    return found


def xmp_packet(*, creator: str, rights: str, licence_url: str) -> bytes:
    """Return an XMP packet (ISO 16684-1) that names author and licence and nothing else."""
    web = f"<xmpRights:WebStatement>{escape(licence_url)}</xmpRights:WebStatement>" if licence_url else ""
    return (
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>'
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        '<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/"'
        ' xmlns:xmpRights="http://ns.adobe.com/xap/1.0/rights/">'
        f"<dc:creator><rdf:Seq><rdf:li>{escape(creator)}</rdf:li></rdf:Seq></dc:creator>"
        f'<dc:rights><rdf:Alt><rdf:li xml:lang="x-default">{escape(rights)}</rdf:li></rdf:Alt></dc:rights>{web}'
        '</rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="r"?>'
    ).encode()


def with_credit(content: bytes, media_type: str, *, credit: str, licence: str, licence_url: str) -> bytes:
    """Return a cleaned picture with its credit in it, so that it stays with the file; pixels are not touched.

    For JPEG and PNG; any other type comes back as it is.
    """
    packet = xmp_packet(creator=credit, rights=" · ".join(filter(None, (credit, licence))), licence_url=licence_url)
    if media_type == "image/jpeg" and content[:2] == b"\xff\xd8":
        body = b"http://ns.adobe.com/xap/1.0/\0" + packet
        # JFIF wants its own segment first; what follows it may stand in any order.
        at = 2 + (2 + struct.unpack(">H", content[4:6])[0] if content[2:4] == b"\xff\xe0" else 0)
        return content[:at] + b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body + content[at:]
    if media_type == "image/png" and content[12:16] == b"IHDR":
        body = b"iTXt" + b"XML:com.adobe.xmp\0\0\0\0\0" + packet
        chunk = struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body))
        return content[:33] + chunk + content[33:]
    return content
