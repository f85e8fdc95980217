"""How our Word documents look: styles, language, hyphenation. Fonts are those that people have."""

from typing import Any

from querwerk.core.prose.word.names import STYLE_NAMES, W

FONT = "Calibri"
INK, MUTED, THREAD, SUNK = "23282F", "5A6169", "C4281B", "F1EBE0"
"""The colours of the site (``styles/tokens.css``) as Word writes them."""

REGIONS = {
    "de": "de-DE", "en": "en-GB", "bg": "bg-BG", "cs": "cs-CZ", "da": "da-DK", "dsb": "dsb-DE", "el": "el-GR",
    "es": "es-ES", "et": "et-EE", "fi": "fi-FI", "fr": "fr-FR", "ga": "ga-IE", "hr": "hr-HR", "hsb": "hsb-DE",
    "hu": "hu-HU", "it": "it-IT", "lt": "lt-LT", "lv": "lv-LV", "mt": "mt-MT", "nb": "nb-NO", "nl": "nl-NL",
    "pl": "pl-PL", "pt": "pt-PT", "ro": "ro-RO", "sk": "sk-SK", "sl": "sl-SI", "sq": "sq-AL", "sv": "sv-SE",
    "tr": "tr-TR", "uk": "uk-UA",
}  # fmt: skip
"""Word's spelling checkers want a region."""

HEADINGS = ((17, 22, 8), (14, 18, 6), (12, 14, 4), (11, 12, 3), (11, 10, 3))
"""Size, space before and after of the five levels, in points."""

LINE = f'<w:bottom w:val="single" w:sz="18" w:space="6" w:color="{THREAD}"/>'


TABLE_STYLE = (
    f'<w:style xmlns:w="{W[1:-1]}" w:type="table" w:styleId="QuerwerkTable"><w:name w:val="Querwerk Table"/>'
    '<w:basedOn w:val="TableNormal"/><w:tblPr><w:tblBorders>'
    f'<w:top w:val="single" w:sz="12" w:space="0" w:color="{INK}"/>'
    f'<w:bottom w:val="single" w:sz="8" w:space="0" w:color="{INK}"/>'
    '<w:insideH w:val="single" w:sz="4" w:space="0" w:color="C9C3B8"/></w:tblBorders>'
    '<w:tblCellMar><w:left w:w="85" w:type="dxa"/><w:right w:w="85" w:type="dxa"/></w:tblCellMar></w:tblPr>'
    f'<w:tblStylePr w:type="firstRow"><w:tcPr><w:shd w:val="clear" w:color="auto" w:fill="{SUNK}"/></w:tcPr></w:tblStylePr></w:style>'
)


def language_tag(language: str) -> str:
    """Return a language as Word knows it."""
    return REGIONS.get(language, language or "de-DE")


def dress(document: Any, language: str) -> None:
    """Give a new document our styles."""
    from docx.oxml import parse_xml  # noqa: PLC0415  (heavy)

    root = document.styles.element
    _defaults(root, language)
    for style in _styles():
        new = parse_xml(style)
        for old in root.findall(f"{W}style"):
            if old.get(f"{W}styleId") == new.get(f"{W}styleId"):
                root.remove(old)
        root.append(new)
    settings = document.settings.element
    settings.append(parse_xml(_own("autoHyphenation", 'w:val="true"')))
    # Word reads the elements of its settings in the order of the schema; ours go before those that follow them there.
    order = settings.find(f"{W}defaultTabStop")
    if order is not None:
        order.addprevious(settings[-1])


def _own(name: str, attributes: str) -> str:
    return f'<w:{name} xmlns:w="{W[1:-1]}" {attributes}/>'


def _defaults(root: Any, language: str) -> None:
    from docx.oxml import parse_xml  # noqa: PLC0415

    defaults = root.find(f"{W}docDefaults")
    root.remove(defaults)
    root.insert(
        0,
        parse_xml(
            f'<w:docDefaults xmlns:w="{W[1:-1]}"><w:rPrDefault><w:rPr>'
            f'<w:rFonts w:ascii="{FONT}" w:hAnsi="{FONT}" w:eastAsia="{FONT}" w:cs="{FONT}"/>'
            f'<w:color w:val="{INK}"/><w:sz w:val="22"/><w:szCs w:val="22"/>'
            f'<w:lang w:val="{language_tag(language)}" w:eastAsia="en-US" w:bidi="ar-SA"/>'
            '</w:rPr></w:rPrDefault><w:pPrDefault><w:pPr><w:spacing w:after="140" w:line="288" w:lineRule="auto"/>'
            "</w:pPr></w:pPrDefault></w:docDefaults>"
        ),
    )


def _paragraph(
    style_id: str, name: str, paragraph: str = "", run: str = "", *, based_on: str = "Normal", next_: str = ""
) -> str:
    following = f'<w:next w:val="{next_}"/>' if next_ else ""
    return (
        f'<w:style xmlns:w="{W[1:-1]}" w:type="paragraph" w:styleId="{style_id}"><w:name w:val="{name}"/>'
        f'<w:basedOn w:val="{based_on}"/>{following}<w:uiPriority w:val="9"/><w:qFormat/>'
        f"<w:pPr>{paragraph}</w:pPr><w:rPr>{run}</w:rPr></w:style>"
    )


def _size(points: float) -> str:
    return f'<w:sz w:val="{int(points * 2)}"/><w:szCs w:val="{int(points * 2)}"/>'


def _character(style_id: str, name: str, run: str) -> str:
    return (
        f'<w:style xmlns:w="{W[1:-1]}" w:type="character" w:styleId="{style_id}"><w:name w:val="{name}"/>'
        f"<w:rPr>{run}</w:rPr></w:style>"
    )


def _styles() -> list[str]:
    grey = f'<w:color w:val="{MUTED}"/>'
    small = f"{grey}{_size(9)}"
    names = STYLE_NAMES
    found = [
        _paragraph("Title", "Title", f'<w:keepNext/><w:pBdr>{LINE}</w:pBdr><w:suppressAutoHyphens/><w:spacing w:before="60" w:after="320" w:line="240" w:lineRule="auto"/>', f"<w:b/><w:color w:val=\"{INK}\"/>{_size(28)}", next_="Normal"),
        _paragraph("Caption", "caption", '<w:spacing w:before="60" w:after="240"/>', small),
        _paragraph("TableCaption", names["table-caption"], '<w:keepNext/><w:spacing w:before="240" w:after="80"/>', f"<w:b/>{small}"),
        _paragraph("TableHeading", names["table-heading"], '<w:spacing w:before="40" w:after="40" w:line="252" w:lineRule="auto"/>', f"<w:b/>{_size(10)}"),
        _paragraph("TableContents", "Table Contents", '<w:spacing w:before="40" w:after="40" w:line="252" w:lineRule="auto"/>', _size(10)),
        _paragraph("ListParagraph", "List Paragraph", '<w:spacing w:after="60"/>'),
        _paragraph("Quote", "Quote", f'<w:pBdr><w:left w:val="single" w:sz="18" w:space="12" w:color="{THREAD}"/></w:pBdr><w:spacing w:before="120" w:after="60"/><w:ind w:left="454" w:right="454"/>', _size(12)),
        _paragraph("QuoteSource", names["source"], '<w:spacing w:after="200"/><w:ind w:left="454"/>', small),
        _paragraph("LinkCard", names["link"], f'<w:shd w:val="clear" w:color="auto" w:fill="{SUNK}"/>'),
        _paragraph("FileLine", names["file"], f'<w:shd w:val="clear" w:color="auto" w:fill="{SUNK}"/>'),
        _paragraph("FilmLine", names["video"], f'<w:shd w:val="clear" w:color="auto" w:fill="{SUNK}"/>'),
        _paragraph("Gallery", names["gallery"], '<w:spacing w:before="120" w:after="240"/>', small),
        _paragraph("Imprint", names["imprint"], '<w:spacing w:after="40"/>', small),
        _paragraph("FootnoteText", "footnote text", '<w:spacing w:after="40" w:line="240" w:lineRule="auto"/>', _size(9)),
        _character("FootnoteReference", "footnote reference", '<w:vertAlign w:val="superscript"/>'),
        _character("Hyperlink", "Hyperlink", '<w:color w:val="9E1F15"/><w:u w:val="single"/>'),
        TABLE_STYLE,
    ]  # fmt: skip
    for level, (size, before, after) in enumerate(HEADINGS, start=1):
        found.append(
            _paragraph(
                f"Heading{level}",
                f"heading {level}",
                f'<w:keepNext/><w:keepLines/><w:suppressAutoHyphens/><w:spacing w:before="{before * 20}"'
                f' w:after="{after * 20}" w:line="252" w:lineRule="auto"/><w:outlineLvl w:val="{level - 1}"/>',
                f'<w:b/><w:color w:val="{INK}"/>{_size(size)}'
                if level < len(HEADINGS)
                else f"<w:b/><w:i/>{_size(size)}",
                next_="Normal",
            )
        )
    return found
