"""Takes from an SVG what draws and leaves the rest: no script, no address elsewhere, no HTML, no animation.

Kept libraries that clean HTML do not know SVG's attributes, so this is an allowlist over lxml's tree with entities, DTD and network
switched off. What is shown runs inside ``<img>`` and under a policy of its own besides (see :mod:`querwerk.core.pictures.serving`).
"""

import re

from django.utils.translation import gettext as _
from lxml import etree

from querwerk.core.pictures.limits import MAX_DRAWING_BYTES, UnusableFile

SVG = "http://www.w3.org/2000/svg"
XLINK_HREF = "{http://www.w3.org/1999/xlink}href"
XML_SPACE = "{http://www.w3.org/XML/1998/namespace}space"
MAX_ELEMENTS = 50_000
MAX_DEPTH = 64
MAX_USES = 500
"""Drawings that draw themselves over and over (a billion laughs of shapes) use far more."""

ELEMENTS = frozenset(
    {
        "svg", "g", "defs", "symbol", "use", "title", "desc", "path", "rect", "circle", "ellipse", "line", "polyline", "polygon",
        "text", "tspan", "textPath", "linearGradient", "radialGradient", "stop", "clipPath", "mask", "pattern", "marker", "switch",
        "filter", "feBlend", "feColorMatrix", "feComponentTransfer", "feComposite", "feConvolveMatrix", "feDiffuseLighting",
        "feDisplacementMap", "feDistantLight", "feDropShadow", "feFlood", "feFuncA", "feFuncB", "feFuncG", "feFuncR",
        "feGaussianBlur", "feMerge", "feMergeNode", "feMorphology", "feOffset", "fePointLight", "feSpecularLighting",
        "feSpotLight", "feTile", "feTurbulence",
    }
)  # fmt: skip
ATTRIBUTES = frozenset(
    [
        "id",
        "class",
        "x",
        "y",
        "x1",
        "y1",
        "x2",
        "y2",
        "cx",
        "cy",
        "r",
        "rx",
        "ry",
        "fx",
        "fy",
        "fr",
        "width",
        "height",
        "viewBox",
        "preserveAspectRatio",
        "d",
        "points",
        "pathLength",
        "transform",
        "version",
        "dx",
        "dy",
        "rotate",
        "textLength",
        "lengthAdjust",
        "startOffset",
        "method",
        "spacing",
        "side",
        "offset",
        "gradientUnits",
        "gradientTransform",
        "spreadMethod",
        "clipPathUnits",
        "maskUnits",
        "maskContentUnits",
        "patternUnits",
        "patternContentUnits",
        "patternTransform",
        "markerUnits",
        "markerWidth",
        "markerHeight",
        "refX",
        "refY",
        "orient",
        "filterUnits",
        "primitiveUnits",
        "in",
        "in2",
        "result",
        "mode",
        "type",
        "values",
        "tableValues",
        "slope",
        "intercept",
        "amplitude",
        "exponent",
        "operator",
        "k1",
        "k2",
        "k3",
        "k4",
        "order",
        "kernelMatrix",
        "divisor",
        "bias",
        "targetX",
        "targetY",
        "edgeMode",
        "preserveAlpha",
        "surfaceScale",
        "diffuseConstant",
        "specularConstant",
        "specularExponent",
        "kernelUnitLength",
        "scale",
        "xChannelSelector",
        "yChannelSelector",
        "azimuth",
        "elevation",
        "stdDeviation",
        "radius",
        "z",
        "pointsAtX",
        "pointsAtY",
        "pointsAtZ",
        "limitingConeAngle",
        "baseFrequency",
        "numOctaves",
        "seed",
        "stitchTiles",
        "fill",
        "fill-opacity",
        "fill-rule",
        "stroke",
        "stroke-width",
        "stroke-opacity",
        "stroke-linecap",
        "stroke-linejoin",
        "stroke-miterlimit",
        "stroke-dasharray",
        "stroke-dashoffset",
        "color",
        "opacity",
        "display",
        "visibility",
        "overflow",
        "clip-path",
        "clip-rule",
        "mask",
        "filter",
        "color-interpolation",
        "color-interpolation-filters",
        "color-rendering",
        "shape-rendering",
        "text-rendering",
        "image-rendering",
        "flood-color",
        "flood-opacity",
        "lighting-color",
        "stop-color",
        "stop-opacity",
        "marker",
        "marker-start",
        "marker-mid",
        "marker-end",
        "paint-order",
        "vector-effect",
        "mix-blend-mode",
        "isolation",
        "font-family",
        "font-size",
        "font-style",
        "font-weight",
        "font-stretch",
        "font-variant",
        "letter-spacing",
        "word-spacing",
        "text-anchor",
        "text-decoration",
        "dominant-baseline",
        "alignment-baseline",
        "baseline-shift",
        "writing-mode",
        "direction",
        "unicode-bidi",
        "lang",
    ]
)
STYLED = ATTRIBUTES - {"id", "class", "d", "points", "transform", "viewBox", "values", "type", "in", "in2", "result"}
"""What a ``style`` attribute may set; each becomes an attribute of its own, so that no style sheet is needed."""
NAME = re.compile(r"[\w.: -]{1,200}")
LOCAL = re.compile(r"#[\w.:-]{1,200}")
DANGEROUS = re.compile(
    r"[\\<>{}@]|(?:java|vb)script|expression|data:|https?:|//|import|behavior|-moz-binding", re.IGNORECASE
)
URL = re.compile(r"url\s*\(", re.IGNORECASE)
LOCAL_URL = re.compile(r"""url\(\s*["']?#[\w.:-]{1,200}["']?\s*\)""")
LENGTH = re.compile(r"\s*([0-9]*\.?[0-9]+(?:[eE][-+]?[0-9]+)?)\s*(px|pt|pc|mm|cm|in|em|ex)?\s*")
PIXELS = {
    None: 1.0,
    "px": 1.0,
    "pt": 4 / 3,
    "pc": 16.0,
    "mm": 96 / 25.4,
    "cm": 96 / 2.54,
    "in": 96.0,
    "em": 16.0,
    "ex": 8.0,
}
MAX_SHOWN = 20_000
DEFAULT_SIZE = (300, 150)
"""What browsers take for a drawing without any size (CSS 2, 10.3.2)."""


def clean_drawing(content: bytes) -> tuple[bytes, int, int]:
    """Return a harmless SVG with its width and height in pixels; raises :class:`UnusableFile`."""
    if len(content) > MAX_DRAWING_BYTES:
        raise UnusableFile(
            _("The drawing has %(size)s MB; at most %(limit)s MB are possible.")
            % {"size": f"{len(content) / 1e6:.1f}", "limit": MAX_DRAWING_BYTES // 1_000_000}
        )
    root = _parsed(content)
    if _local_name(root) != "svg":
        raise UnusableFile(_("This file is not an SVG drawing."))
    _check_size(root)
    clean = etree.Element(f"{{{SVG}}}svg", nsmap={None: SVG})
    _copy_attributes(root, clean)
    _copy_children(root, clean)
    width, height = _size_of(root)
    clean.set("width", str(width))
    clean.set("height", str(height))
    return etree.tostring(clean, encoding="utf-8", xml_declaration=False), width, height


def _parsed(content: bytes) -> "etree._Element":
    if (
        re.search(rb"<!(?:DOCTYPE|ENTITY)", content.replace(b"\0", b""), re.IGNORECASE)
        and b"<!ENTITY" in content.replace(b"\0", b"").upper()
    ):
        raise UnusableFile(
            _("The drawing declares entities, which can hide harmful content. Please save it without them.")
        )
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False, huge_tree=False,
        remove_comments=True, remove_pis=True,
    )  # fmt: skip
    try:
        return etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError):
        raise UnusableFile(_("The drawing is damaged: it is not well-formed XML.")) from None


def _local_name(element: "etree._Element") -> str:
    """Return the name of an element of SVG; of any other namespace, nothing."""
    if not isinstance(element.tag, str):
        return ""
    name = etree.QName(element)
    return name.localname if name.namespace in (SVG, None) else ""


def _check_size(root: "etree._Element") -> None:
    count = uses = 0
    pending = [(root, 0)]
    while pending:
        element, depth = pending.pop()
        count += 1
        uses += _local_name(element) == "use"
        if count > MAX_ELEMENTS or depth > MAX_DEPTH or uses > MAX_USES:
            raise UnusableFile(_("The drawing is made of too many parts. Please simplify it, or save it as PNG."))
        pending += [(child, depth + 1) for child in element]


def _copy_children(source: "etree._Element", target: "etree._Element") -> None:
    target.text = source.text
    last = None
    for child in source:
        name = _local_name(child)
        if name not in ELEMENTS:
            # What stood behind a removed element belongs to the text of its parent.
            if child.tail and last is None:
                target.text = (target.text or "") + child.tail
            elif child.tail and last is not None:
                last.tail = (last.tail or "") + child.tail
            continue
        made = etree.SubElement(target, f"{{{SVG}}}{name}")
        _copy_attributes(child, made)
        _copy_children(child, made)
        made.tail = child.tail
        last = made


def _copy_attributes(source: "etree._Element", target: "etree._Element") -> None:
    for name, value in source.attrib.items():
        words = str(value)
        if name in ("href", XLINK_HREF):
            if LOCAL.fullmatch(words.strip()):
                target.set("href", words.strip())
        elif name == XML_SPACE:
            target.set(XML_SPACE, "preserve" if words == "preserve" else "default")
        elif name == "style":
            _copy_style(words, target)
        elif name in ATTRIBUTES and is_harmless(words) and (name not in ("id", "class") or NAME.fullmatch(words)):
            target.set(str(name), words)


def _copy_style(style: str, target: "etree._Element") -> None:
    for rule in style.split(";"):
        name, _colon, value = rule.partition(":")
        name, value = name.strip().lower(), value.replace("!important", "").strip()
        if name in STYLED and value and is_harmless(value):
            target.set(name, value)


def is_harmless(value: str) -> bool:
    """Tell whether an attribute's value only names what is in the drawing itself."""
    return not DANGEROUS.search(value) and len(URL.findall(value)) == len(LOCAL_URL.findall(value))


def _size_of(root: "etree._Element") -> tuple[int, int]:
    sizes = [_pixels(root.get(name) or "") for name in ("width", "height")]
    box = [float(part) for part in re.findall(r"[-+]?[0-9]*\.?[0-9]+(?:[eE][-+]?[0-9]+)?", root.get("viewBox") or "")][
        :4
    ]
    if len(box) == 4 and box[2] > 0 and box[3] > 0:
        ratio = box[2] / box[3]
        wide = sizes[0] or (sizes[1] * ratio if sizes[1] else box[2])
        sizes = [wide, sizes[1] or wide / ratio]
    width, height = (size or default for size, default in zip(sizes, DEFAULT_SIZE, strict=True))
    if not (0 < width <= MAX_SHOWN and 0 < height <= MAX_SHOWN):
        raise UnusableFile(_("The drawing states a size that cannot be shown."))
    return max(1, round(width)), max(1, round(height))


def _pixels(words: str) -> float:
    match = LENGTH.fullmatch(words)
    return float(match[1]) * PIXELS[match[2]] if match else 0.0
