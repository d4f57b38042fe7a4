"""One thing that an audit found, and the table of all that it looks for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class AuditRule:
    """What is looked for: how bad it is, what it means, and what to do."""

    severity: Severity
    meaning: str
    fix: str


@dataclass(frozen=True, slots=True)
class AuditFinding:
    """A fault of one page; `line` is 0 where there is none, `platforms` is empty where it concerns all."""

    code: str
    message: str
    line: int = 0
    platforms: tuple[str, ...] = ()

    @property
    def severity(self) -> Severity:
        """How bad it is: an error costs a platform's card or its picture."""
        return CHECKS[self.code].severity

    @property
    def fix(self) -> str:
        """What to do."""
        return CHECKS[self.code].fix


def _error(meaning: str, fix: str) -> AuditRule:
    return AuditRule("error", meaning, fix)


def _warning(meaning: str, fix: str) -> AuditRule:
    return AuditRule("warning", meaning, fix)


CHECKS: dict[str, AuditRule] = {
    # the page
    "page-unreachable": _error("no server answers", "Check the name, the port and the firewall."),
    "page-certificate": _error("the certificate is not valid", "Renew it, with its whole chain."),
    "page-status": _error("the page is not answered with 200", "Answer crawlers with the page itself."),
    "page-refuses-crawler": _error(
        "a browser gets the page, a crawler does not",
        "Let the crawlers' user agents through the bot protection.",
    ),
    "page-slow": _error(
        "the page takes longer than crawlers wait", "Cache the page; answer within 5 seconds."
    ),
    "page-redirects": _error("too many redirects, or a circle", "Link to the last address itself."),
    "page-type": _error("the page is not served as HTML", "Send Content-Type: text/html; charset=utf-8."),
    "page-robots": _error("robots.txt forbids the page", "Allow the crawler's name in robots.txt."),
    "page-charset": _error(
        "the page's bytes are not in the encoding that it names, or it names none",
        'Write UTF-8, and say so: <meta charset="utf-8"> first in the head.',
    ),
    "page-refresh": _warning("the page goes elsewhere by <meta refresh>", "Redirect by HTTP (301)."),
    "page-not-https": _warning("the page is not served over HTTPS", "Serve it over HTTPS."),
    "tags-late": _error(
        "the meta elements come after what a crawler reads", "Put them before scripts and styles in the head."
    ),
    "tags-in-body": _error("a meta element is in the body", "Move it into the head."),
    # the elements
    "title-missing": _error("neither og:title nor <title>", "Add og:title."),
    "og-title-missing": _warning("no og:title: the <title> is shown, with the site's name", "Add og:title."),
    "description-missing": _warning("no og:description", "Add og:description, a sentence or two."),
    "image-missing": _error("no og:image", "Add og:image with an absolute URL."),
    "og-url-missing": _warning(
        "no og:url: shares of one page are counted apart", "Add og:url, the page's own address."
    ),
    "og-url-elsewhere": _error(
        "og:url names another page, which crawlers read instead", "Let og:url be this page's address."
    ),
    "og-type-missing": _warning("no og:type", 'Add og:type, "article" or "website".'),
    "og-type-unknown": _warning(
        "og:type is none of the protocol's", "Take one of ogp.me, or one with a namespace."
    ),
    "tag-empty": _error("an element without content", "Fill it, or leave the element out."),
    "tag-duplicate": _error("an element twice, with different content", "Keep one of them."),
    "tag-name-attribute": _error(
        "an og: element by name= instead of property=",
        "Write property=, which Facebook and LinkedIn ask for.",
    ),
    "tag-placeholder": _error("a placeholder was never filled", "Fill it in the template of the page."),
    "tag-markup": _error(
        "markup or a doubly escaped character is shown as it is", "Escape text once, strip markup."
    ),
    "title-long": _warning("the title is cut by most platforms", "Keep it below 95 characters."),
    "description-long": _warning("the description is cut by every platform", "Keep it below 300 characters."),
    "locale-form": _warning("og:locale is not language_TERRITORY", "Write it as en_US."),
    "time-form": _warning("a time is not ISO 8601", "Write 2026-11-27T09:00:00Z."),
    "twitter-card-missing": _warning(
        "no twitter:card: X and Discord show a small picture", 'Add twitter:card = "summary_large_image".'
    ),
    "twitter-card-unknown": _error(
        "twitter:card has a value that X does not know", 'Write "summary_large_image".'
    ),
    "twitter-card-small": _warning(
        "twitter:card asks for the small picture", 'Write "summary_large_image" for a wide one.'
    ),
    "twitter-site-form": _warning("twitter:site or twitter:creator is not an @name", "Write it with its @."),
    # the picture's address
    "image-relative": _error("the picture's URL is not absolute", "Write it with https:// and the host."),
    "image-protocol-relative": _error("the picture's URL begins with //", "Write https:// before it."),
    "image-scheme": _error(
        "the picture is no http(s) URL", "Serve it as a file; crawlers load no data: URLs."
    ),
    "image-not-https": _warning("the picture is not served over HTTPS", "Serve it over HTTPS."),
    "image-url-form": _error(
        "the picture's URL holds blanks or characters to be escaped", "Percent-encode them."
    ),
    "image-url-escaped": _error("the picture's URL is escaped twice (&amp;amp;)", "Escape it once."),
    "image-private": _error(
        "the picture's host is not reachable from outside", "Use the site's public host."
    ),
    "secure-url": _warning(
        "og:image:secure_url is not the picture over HTTPS", "Give it the same URL, with https://."
    ),
    "image-alt-missing": _warning("no og:image:alt", "Say in a sentence what the picture shows."),
    "image-size-missing": _warning(
        "no og:image:width and height: the first share is without a picture on Facebook", "Add both."
    ),
    "image-size-wrong": _error("og:image:width or height is not the picture's", "Write what the file has."),
    "image-type-wrong": _error("og:image:type is not the picture's", "Write what the file is."),
    # the picture
    "image-unreachable": _error("the picture's server does not answer", "Check its name and certificate."),
    "image-status": _error("the picture is not answered with 200", "Let crawlers have it without cookies."),
    "image-slow": _error("the picture takes longer than crawlers wait", "Cache it; answer within 5 seconds."),
    "image-circle": _error("the picture is behind too many redirects, or a circle", "Name its last address."),
    "image-redirects": _warning("the picture is behind several redirects", "Name its last address."),
    "image-robots": _error("robots.txt forbids the picture", "Allow its path in robots.txt."),
    "image-content-type": _error("the Content-Type is not that of the picture", "Send the file's own type."),
    "image-not-image": _error("what comes is no picture", "Answer with the picture, not with a page."),
    "image-damaged": _error("the picture is damaged", "Write the whole file."),
    "image-format": _error("a platform does not show this type", "Serve PNG or JPEG."),
    "image-bytes": _error(
        "the file is larger than a platform shows", "Make it smaller; below 300 KB all show it."
    ),
    "image-small": _error("the picture is too small for the large preview", "Draw it 1200 × 630."),
    "image-crop": _warning("a platform crops a quarter of it or more", "Draw it 1.91:1, as 1200 × 630."),
    "image-animated": _warning("the picture moves: one frame is shown", "Let the first frame tell it all."),
    "image-transparent": _warning(
        "the picture is transparent: platforms put black or white below", "Fill it."
    ),
    "image-blank": _warning("the picture has one colour", "Look at it: something was not drawn."),
    "image-cmyk": _error("a CMYK JPEG, which some platforms show with wrong colours", "Save it as RGB."),
    "image-turned": _warning(
        "the file says that it is to be turned (EXIF)", "Turn the pixels, drop the mark."
    ),
    "image-no-store": _warning("the picture may not be cached", "Send Cache-Control: public, max-age=…."),
}
