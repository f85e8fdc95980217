"""Hostile drawings come out harmless, honest ones unharmed."""

import re

import pytest
from lxml import etree

from querwerk.core.pictures.limits import MAX_DRAWING_BYTES, UnusableFile
from querwerk.core.pictures.svg import ATTRIBUTES, ELEMENTS, clean_drawing

HEAD = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 10 10"'


def svg(inside: str, attributes: str = "") -> str:
    return f"<svg {HEAD} {attributes}>{inside}<rect width='5' height='5'/></svg>"


ATTACKS = {
    "script": svg("<script>alert(1)</script>"),
    "script with CDATA": svg("<script><![CDATA[alert(1)]]></script>"),
    "script in another namespace": svg('<x:script xmlns:x="http://www.w3.org/1999/xhtml">alert(1)</x:script>'),
    "script under a prefix": '<s:svg xmlns:s="http://www.w3.org/2000/svg"><s:script>alert(1)</s:script></s:svg>',
    "script from elsewhere": svg('<script href="https://evil.example/x.js"/>'),
    "script by xlink": svg('<script xlink:href="data:text/javascript,alert(1)"/>'),
    "onload on the root": svg("", 'onload="alert(1)"'),
    "onclick": svg('<rect onclick="alert(1)" width="9" height="9"/>'),
    "onmouseover in capitals": svg('<rect ONMOUSEOVER="alert(1)"/>'),
    "onbegin of an animation": svg('<animate onbegin="alert(1)" attributeName="x" dur="1s"/>'),
    "onfocusin": svg('<g tabindex="1" autofocus="" onfocusin="alert(1)"/>'),
    "foreignObject": svg('<foreignObject><body xmlns="http://www.w3.org/1999/xhtml"><script>alert(1)</script></body></foreignObject>'),
    "foreignObject with a frame": svg('<foreignObject><iframe xmlns="http://www.w3.org/1999/xhtml" src="javascript:alert(1)"/></foreignObject>'),
    "a link that runs": svg('<a xlink:href="javascript:alert(1)"><text>click</text></a>'),
    "a link that runs, new spelling": svg('<a href="javascript:alert(1)"><rect width="9" height="9"/></a>'),
    "a link with white space": svg('<a href="java&#10;script:alert(1)"><rect/></a>'),
    "a link to elsewhere": svg('<a href="https://evil.example/"><rect/></a>'),
    "a picture from elsewhere": svg('<image href="https://evil.example/pixel.png" width="1" height="1"/>'),
    "a picture by xlink": svg('<image xlink:href="//evil.example/pixel.png" width="1" height="1"/>'),
    "a drawing in a picture": svg('<image href="data:image/svg+xml;base64,PHN2Zz48L3N2Zz4=" width="1" height="1"/>'),
    "use from elsewhere": svg('<use href="https://evil.example/x.svg#a"/>'),
    "use of data": svg('<use xlink:href="data:image/svg+xml;base64,PHN2Zz48L3N2Zz4=#x"/>'),
    "use of a file": svg('<use href="file:///etc/passwd#x"/>'),
    "style with import": svg("<style>@import url(https://evil.example/x.css);</style>"),
    "style with url": svg("<style>rect{fill:url(https://evil.example/x)}</style>"),
    "style attribute with url": svg('<rect style="fill:url(https://evil.example/x)"/>'),
    "style attribute that binds": svg('<rect style="-moz-binding:url(https://evil.example/x)"/>'),
    "style attribute with expression": svg('<rect style="width:expression(alert(1))"/>'),
    "style attribute with escapes": svg(r'<rect style="fill:\75\72\6c(https://evil.example/x)"/>'),
    "fill from elsewhere": svg('<rect fill="url(https://evil.example/x#a)"/>'),
    "fill in quotes": svg("""<rect fill="url('https://evil.example/x')"/>"""),
    "fill, one good and one bad": svg('<rect fill="url(#a) url(//evil.example/x)"/>'),
    "filter from elsewhere": svg('<rect filter="url(//evil.example/f.svg#f)"/>'),
    "mask from elsewhere": svg('<rect mask="url( https://evil.example/m#m )"/>'),
    "marker from elsewhere": svg('<path marker-start="URL(https://evil.example/m#m)" d="M0 0"/>'),
    "clip-path of data": svg('<rect clip-path="url(data:image/svg+xml;base64,AAAA#a)"/>'),
    "cursor": svg('<rect cursor="url(https://evil.example/c.cur),auto"/>'),
    "feImage": svg('<filter id="f"><feImage href="https://evil.example/x.png"/></filter>'),
    "set that puts a handler": svg('<rect><set attributeName="onmouseover" to="alert(1)"/></rect>'),
    "animate that changes a link": svg('<a><animate attributeName="href" values="javascript:alert(1)"/><rect/></a>'),
    "handler element": svg('<handler type="text/javascript" xmlns:ev="http://www.w3.org/2001/xml-events" ev:event="load">alert(1)</handler>'),
    "listener": svg('<listener event="load" handler="#h" xmlns="http://www.w3.org/2001/xml-events"/>'),
    "discard": svg('<discard begin="0s" href="#x"/>'),
    "iframe": svg('<iframe src="https://evil.example/"/>'),
    "embed": svg('<embed src="https://evil.example/x.swf"/>'),
    "object": svg('<object data="https://evil.example/x"/>'),
    "video": svg('<video src="https://evil.example/x.mp4" onerror="alert(1)"/>'),
    "audio": svg('<audio src="https://evil.example/x.mp3"/>'),
    "meta that leads away": svg('<meta http-equiv="refresh" content="0;url=https://evil.example/" xmlns="http://www.w3.org/1999/xhtml"/>'),
    "metadata of an editor": svg("<metadata><rdf>Heimweg 7 https://evil.example/</rdf></metadata>"),
    "base": svg("", 'xml:base="https://evil.example/"'),
    "style sheet before the root": '<?xml-stylesheet href="https://evil.example/x.css"?>' + svg(""),
    "comment that is none": svg("<!--><script>alert(1)</script>-->").replace("<!-->", "<!-- >"),
    "href with a scheme behind a hash": svg('<use href="#a javascript:alert(1)"/>'),
    "title with markup": svg("<title><script>alert(1)</script></title>"),
    "class that breaks out": svg("""<rect class="&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;"/>"""),
    "id that breaks out": svg("""<rect id="x&quot; onload=&quot;alert(1)"/>"""),
    "vbscript": svg('<rect fill="vbscript:msgbox(1)"/>'),
    "font-face from elsewhere": svg('<font-face-uri href="https://evil.example/f.svg"/>'),
    "tref from elsewhere": svg('<tref xlink:href="https://evil.example/t.svg#t"/>'),
    "cross-origin mpath": svg('<animateMotion><mpath href="https://evil.example/p#p"/></animateMotion>'),
}  # fmt: skip
REFUSED = {
    "entities from a file": '<!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]>' + svg("<text>&x;</text>"),
    "a billion laughs": '<!DOCTYPE svg [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]>' + svg("<text>&b;</text>"),
    "parameter entities": '<!DOCTYPE svg [<!ENTITY % x SYSTEM "https://evil.example/x.dtd"> %x;]>' + svg(""),
    "shapes without end": svg("<defs>" + '<use href="#a"/>' * 600 + "</defs>"),
    "depth without end": svg("<g>" * 100 + "</g>" * 100),
    "a page": "<html><body>no</body></html>",
    "half a drawing": "<svg xmlns='http://www.w3.org/2000/svg'><g>",
    "nothing drawn at an impossible size": f'<svg {HEAD.split("viewBox", maxsplit=1)[0]} width="1e9" height="5"/>',
    "too much": svg("<!--" + "x" * MAX_DRAWING_BYTES + "-->"),
}
FORBIDDEN = re.compile(rb"alert|evil|javascript|msgbox|file:|base64|Heimweg|<!|<\?", re.IGNORECASE)


@pytest.mark.parametrize("name", ATTACKS)
def test_a_hostile_drawing_comes_out_harmless(name: str) -> None:
    clean, width, height = clean_drawing(ATTACKS[name].encode())
    left = etree.fromstring(clean)
    elements = [etree.QName(element).localname for element in left.iter()]
    attributes = {etree.QName(key).localname for element in left.iter() for key in element.attrib}
    assert set(elements) <= ELEMENTS
    assert attributes <= ATTRIBUTES | {"href", "space"}
    assert [
        value for element in left.iter() for value in element.attrib.values() if FORBIDDEN.search(value.encode())
    ] == []
    if "title" not in elements and "text" not in elements:
        assert FORBIDDEN.findall(clean) == []
    assert (width > 0, height > 0) == (True, True)
    assert "rect" in elements or "script under" in name


@pytest.mark.parametrize("name", REFUSED)
def test_a_drawing_that_cannot_be_honest_is_refused(name: str) -> None:
    with pytest.raises(UnusableFile):
        clean_drawing(REFUSED[name].encode())


def test_an_honest_drawing_keeps_what_it_draws() -> None:
    honest = svg(
        '<title>Zeichen</title><defs><linearGradient id="g"><stop offset="0" style="stop-color:#c00;stop-opacity:.5"/>'
        '</linearGradient></defs><path d="M0 0h9" fill="url(#g)" stroke="#333" style="stroke-width:2"/>'
        '<use xlink:href="#g"/><text x="1">Süß <tspan>&amp; mehr</tspan> Ende</text>',
        'width="20mm"',
    )
    clean, width, height = clean_drawing(honest.encode())
    left = etree.fromstring(clean)
    path = left.find("{*}path")
    assert (width, height) == (76, 76)
    assert dict(path.attrib) == {"d": "M0 0h9", "fill": "url(#g)", "stroke": "#333", "stroke-width": "2"}
    assert dict(left.find(".//{*}stop").attrib) == {"offset": "0", "stop-color": "#c00", "stop-opacity": ".5"}
    assert left.find("{*}use").get("href") == "#g"
    assert "".join(left.find("{*}text").itertext()) == "Süß & mehr Ende"


def test_cleaning_a_clean_drawing_changes_nothing() -> None:
    once = clean_drawing(ATTACKS["style attribute with url"].encode())
    assert clean_drawing(once[0]) == once


@pytest.mark.parametrize(
    ("attributes", "size"),
    [
        ('viewBox="0 0 300 150"', (300, 150)),
        ('width="100" viewBox="0 0 4 3"', (100, 75)),
        ('height="1in" viewBox="0,0,2,1"', (192, 96)),
        ('width="50%" height="5"', (300, 5)),
        ("", (300, 150)),
    ],
)
def test_the_size_is_what_a_browser_would_take(attributes: str, size: tuple[int, int]) -> None:
    drawing = f'<svg xmlns="http://www.w3.org/2000/svg" {attributes}><rect/></svg>'
    assert clean_drawing(drawing.encode())[1:] == size
