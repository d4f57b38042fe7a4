"""Every fault is found where it was planted, and nothing else is."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from local_server import LocalServer, Quiet
from planted_site import FAULTS, FOLLOWING, HEAD, SITE, SVG, Site, tags
from ports import free_port

from emblazon_origin.audit.audit import Audited, audit, html_report
from emblazon_origin.audit.finding import CHECKS
from emblazon_origin.audit.subject import read_tags
from emblazon_origin.audit.visit import Visitor
from emblazon_origin.cli import main
from emblazon_origin.platforms import platforms


def audited(site: Site, url: str = f"{SITE}/post") -> Audited:
    with Visitor(transport=httpx.MockTransport(site.answer)) as visitor:
        return next(audit([url], visitor))


def codes(page: Audited) -> set[str]:
    return {finding.code for finding in page.findings}


def test_clean_page_has_no_findings_and_a_large_picture_everywhere() -> None:
    page = audited(Site())
    assert page.findings == ()
    assert {preview.size for preview in page.previews} == {"large"}
    assert {preview.title for preview in page.previews} == {HEAD["og:title"]}


@pytest.mark.parametrize("code", FAULTS)
def test_planted_fault_is_found_and_nothing_else(code: str) -> None:
    assert codes(audited(FAULTS[code])) == {code} | FOLLOWING.get(code, set())


def test_more_than_forty_faults_are_planted_and_nearly_all_of_the_table() -> None:
    assert len(FAULTS) >= 40
    assert CHECKS.keys() - FAULTS.keys() == {"title-missing", "page-not-https"}
    assert all(check.fix and check.meaning for check in CHECKS.values())


def test_page_without_any_title_and_without_https() -> None:
    bare = httpx.Response(200, headers={"content-type": "text/html"}, text="<p>x")
    assert "title-missing" in codes(audited(Site(page=bare)))
    assert "page-not-https" in codes(audited(Site(), "http://site.example/post"))


def test_circle_of_redirects_is_called_one() -> None:
    for code in ("page-redirects", "image-circle"):
        assert "a circle of redirects" in audited(FAULTS[code]).findings[0].message


def test_lines_are_those_of_the_page() -> None:
    site = tags(og__locale="en-US")
    line = next(i for i, text in enumerate(site.html().splitlines(), 1) if "og:locale" in text)
    assert [finding.line for finding in audited(site).findings] == [line]


def test_each_platform_takes_the_elements_that_it_prefers() -> None:
    site = Site(tags={"twitter:title": "For X", "twitter:image": f"{SITE}/card.png?x"})
    shown = {preview.platform: preview for preview in audited(site).previews}
    assert (shown["X"].title, shown["X"].image) == ("For X", f"{SITE}/card.png?x")
    assert shown["Facebook"].title == HEAD["og:title"]


def test_picture_is_cropped_as_each_platform_does() -> None:
    shown = {preview.platform: preview for preview in audited(Site()).previews}
    assert shown["X"].crop == (0, 15, 1200, 600)
    assert shown["Discord"].crop == (0, 0, 1200, 630)


def test_vector_picture_is_shown_nowhere() -> None:
    page = audited(SVG)
    assert "image-format" in codes(page)
    assert {preview.size for preview in page.previews} == {"none"}


def test_elements_in_templates_and_comments_are_none() -> None:
    page = read_tags(
        "<head><!-- <meta property=og:title content=a> -->"
        "<template><meta property=og:title content=b></template>"
        "<script>'<meta property=og:title content=c>'</script><meta property=og:title content=d>"
    )
    assert [tag.content for tag in page.all("og:title")] == ["d"]


def test_report_shows_each_preview_and_escapes_what_the_page_says() -> None:
    report = html_report([audited(tags(og__title="&lt;script&gt;alert(1)&lt;/script&gt;"))])
    assert "<script>alert" not in report
    assert report.count("data:image/jpeg;base64,") == len(platforms())
    assert "tag-markup" in report


@contextmanager
def serving(site: Site) -> Iterator[str]:
    class Handler(Quiet):
        def do_GET(self) -> None:
            answer = site.answer(httpx.Request("GET", f"http://x{self.path}", headers=dict(self.headers)))
            self.send_response(answer.status_code)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(answer.content)

    with LocalServer(Handler) as server:
        yield server.url


def test_command_tells_finds_and_exits_for_ci(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    site = Site(tags={"og:image": "/card.png", "og:url": "/post"})
    with serving(site) as root:
        assert main(["audit", f"{root}/post", "--html", str(tmp_path / "report.html")]) == 3
        told = capsys.readouterr().out
        assert "image-relative" in told
        assert "1 error, 0 warnings" in told
        assert "image-relative" in (tmp_path / "report.html").read_text()
        assert main(["audit", f"{root}/post", "--json"]) == 3
        page = json.loads(capsys.readouterr().out)["pages"][0]
        assert page["errors"] == 1
        assert page["findings"][0]["fix"]


def test_page_without_a_server_is_one_finding(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["audit", f"http://127.0.0.1:{free_port()}/post", "--json"]) == 3
    page = json.loads(capsys.readouterr().out)["pages"][0]
    assert [finding["code"] for finding in page["findings"]] == ["page-unreachable"]
    assert {preview["size"] for preview in page["previews"]} == {"none"}


def test_page_of_the_documentation_has_the_table() -> None:
    page = (Path(__file__).parents[3] / "docs" / "audit.md").read_text()
    for code, check in CHECKS.items():
        row = f"| `{code}` | {check.severity} | {check.meaning} | {check.fix} |"
        assert row.replace("<", "&lt;") in page
