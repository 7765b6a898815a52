"""Link previews: after a notice is rendered, the portal itself fetches every image of the page.

Many internal tools do so to show thumbnails. It is also how text that an agent was talked into writing leaves an
organisation without anybody clicking: the address of an image is a message to whoever answers it
(CVE-2025-32711, "EchoLeak", June 2025: reference-style Markdown images and an allow-listed proxy).
"""

import functools
import http.client
import ipaddress
import socket
import ssl
from html.parser import HTMLParser
from urllib.parse import quote, urljoin, urlsplit

import dns.exception
import dns.resolver
import markdown
from hiyari_control import source_address

IMAGES_AT_MOST = 20
BYTES_AT_MOST = 1024 * 1024
SECONDS = 5.0
REDIRECTS = 3


def render(body):
    """Return the HTML of a notice written in Markdown."""
    return markdown.markdown(body, extensions=["tables", "sane_lists", "nl2br"])


def images(html):
    """Return the web addresses of all images of a page, in order, each once."""
    collector = _Images()
    collector.feed(html)
    collector.close()
    return list(dict.fromkeys(collector.found))[:IMAGES_AT_MOST]


class _Images(HTMLParser):
    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.found = []

    def handle_starttag(self, tag, attributes):
        address = dict(attributes).get("src") or ""
        if tag == "img" and address.lower().startswith(("http://", "https://")):
            self.found.append(address)


def fetch(address, proxy=""):
    """Fetch one image from the portal's own address.

    Args:
        address: Web address of the image.
        proxy: Web address the quoted address is appended to, when previews go through a proxy.

    Returns:
        What was got: ``url``, and ``status``, ``type``, ``size``, or ``error``.
    """
    target = proxy + quote(address, safe="") if proxy else address
    try:
        for _ in range(REDIRECTS + 1):
            response, size = _get(target)
            location = response.headers.get("Location")
            if response.status not in (301, 302, 303, 307, 308) or not location:
                break
            target = urljoin(target, location)
        return {"url": address, "status": response.status, "type": response.headers.get_content_type(), "size": size}
    except (OSError, http.client.HTTPException, dns.exception.DNSException, ValueError, UnicodeError) as error:
        return {"url": address, "error": f"{type(error).__name__}: {error}"[:300]}


def _get(address):
    parts = urlsplit(address)
    if not parts.hostname:
        raise ValueError(f"no host in {address[:100]}")
    host = parts.hostname.encode("idna").decode()
    if parts.scheme == "https":
        connection = http.client.HTTPSConnection(host, parts.port, timeout=SECONDS, context=_trusting())
    elif parts.scheme == "http":
        connection = http.client.HTTPConnection(host, parts.port, timeout=SECONDS)
    else:
        raise ValueError(f"not a web address: {address[:100]}")
    # The connection is to come from the portal's own address, and so is the question for the name.
    connection._create_connection = _connect
    path = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~-._") + (
        "?" + quote(parts.query, safe="/%:@!$&'()*+,;=?~-._") if parts.query else ""
    )
    try:
        connection.request("GET", path, headers={"User-Agent": "MidoriPortal-LinkPreview/2.1", "Accept": "image/*"})
        response = connection.getresponse()
        return response, len(response.read(BYTES_AT_MOST))
    finally:
        connection.close()


def _connect(address, timeout, source=None):
    host, port = address
    origin = source_address()
    try:
        ipaddress.ip_address(host)
    except ValueError:
        resolver = dns.resolver.Resolver()
        host = resolver.resolve(host, "A", source=origin[0] if origin else None, lifetime=SECONDS)[0].address
    return socket.create_connection((host, port), timeout, origin)


@functools.cache
def _trusting():
    # Previewers seldom insist on a valid certificate, and none of what they fetch is believed.
    return ssl._create_unverified_context()
