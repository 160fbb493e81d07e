"""The pages of an .asmx service, byte for byte: how they escape is the framework's affair, not the template library's."""

from __future__ import annotations

from mockservers.wirekit import asmx, pages

HOSTILE = "<b>\"x\" & 'y' é\ud800</b>"
LOOSE = "&lt;b&gt;\"x\" &amp; 'y' é\ud800&lt;/b&gt;"
TIGHT = "&lt;b&gt;&quot;x&quot; &amp; &#x27;y&#x27; é\ud800&lt;/b&gt;"
STYLE = "body{font-family:Verdana,sans-serif;margin:0 2em}pre{background:#eeeecc;padding:1em}h1{color:#003366}"


def framed(title: str, body: str) -> str:
    return f"<!DOCTYPE html>\n<html><head><title>{title}</title><style>{STYLE}</style></head>\n<body>{body}</body></html>\n"


def method(name: str, *parameters: str, says: str = "") -> asmx.Method:
    return asmx.Method(name, f"urn:{name}", None, parameters, says)


def described(name: str, *methods: asmx.Method) -> asmx.Description:
    return asmx.Description(name, "urn:a&b", None, {each.name: each for each in methods}, {})


def test_the_error_page() -> None:
    heading = "<h1>Server Error in '/' Application.</h1>"
    assert pages.error('It\'s "gone".') == framed('It\'s "gone".', f'{heading}<h2><i>It\'s "gone".</i></h2>')
    assert pages.error(HOSTILE) == framed(LOOSE, f"{heading}<h2><i>{LOOSE}</i></h2>")


def test_the_list_of_operations() -> None:
    service = described(HOSTILE, method("Find", says="It's said."), method(HOSTILE))
    assert pages.listing(service) == framed(
        f"{LOOSE} Web Service",
        f"<h1>{TIGHT}</h1><p>The following operations are supported. For a formal definition, see the "
        '<a href="?WSDL">Service Description</a>.</p><ul><li><a href="?op=Find">Find</a> It&#x27;s said.</li>'
        f'<li><a href="?op={TIGHT}">{TIGHT}</a> </li></ul>',
    )


def sample(version: str, media: str, action: str, namespace: str, parameter: str) -> str:
    def envelope(element: str, inner: str) -> str:
        return (
            f"&lt;?xml version=&quot;1.0&quot; encoding=&quot;utf-8&quot;?&gt;\n"
            f"&lt;soap:Envelope xmlns:soap=&quot;{namespace}&quot;&gt;\n  &lt;soap:Body&gt;\n"
            f"    &lt;{element} xmlns=&quot;urn:a&amp;b&quot;&gt;\n{inner}    &lt;/{element}&gt;\n"
            "  &lt;/soap:Body&gt;\n&lt;/soap:Envelope&gt;"
        )

    head = f"Content-Type: {media}\nContent-Length: length"
    asked = f"POST {TIGHT} HTTP/1.1\nHost: {TIGHT}\n{head}{action}\n\n" + envelope(
        "Find", f"      &lt;{parameter}&gt;string&lt;/{parameter}&gt;\n"
    )
    told = f"HTTP/1.1 200 OK\n{head}\n\n" + envelope(
        "FindResponse", "      &lt;FindResult&gt;string&lt;/FindResult&gt;\n"
    )
    return f"<h3>SOAP {version}</h3><pre>{asked}</pre><pre>{told}</pre>"


ACTION = "\nSOAPAction: &quot;urn:Find&quot;"
OLDER = sample("1.1", "text/xml; charset=utf-8", ACTION, "http://schemas.xmlsoap.org/soap/envelope/", TIGHT)
NEWER = sample("1.2", "application/soap+xml; charset=utf-8", "", "http://www.w3.org/2003/05/soap-envelope", TIGHT)


def test_the_page_of_an_operation() -> None:
    find = method("Find", HOSTILE)
    heading = "<h1>Shop</h1><h2>Find</h2><h3>Test</h3>"
    form = f'<form action="{TIGHT}/Find" method="POST"><p>{TIGHT}: <input name="{TIGHT}"></p><button>Invoke</button></form>'
    shown = pages.operation(described("Shop", find), find, HOSTILE, HOSTILE, soap12=True, form=True)
    assert shown == framed("Shop Web Service", f"{heading}{form}{OLDER}{NEWER}")
    shown = pages.operation(described("Shop", find), find, HOSTILE, HOSTILE, soap12=False, form=False)
    local = "<p>The test form is only available for requests from the local machine.</p>"
    assert shown == framed("Shop Web Service", f"{heading}{local}{OLDER}")
