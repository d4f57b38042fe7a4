"""What crawlers ask for, with curl: URLs as platforms, mailers and pages that escape twice leave them.

However a card's URL is spelled, signed or not, it is one picture and one cache entry.
"""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest
from misbehaving_origin import MisbehavingOrigin
from workerd import Workerd

pytestmark = pytest.mark.e2e

CRAWLERS = {
    "Facebook": "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)",
    "X": "Twitterbot/1.0",
    "LinkedIn": "LinkedInBot/1.0 (compatible; Mozilla/5.0; Apache-HttpClient +http://www.linkedin.com)",
    "Slack": "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)",
    "Discord": "Mozilla/5.0 (compatible; Discordbot/2.0; +https://discordapp.com)",
    "WhatsApp": "WhatsApp/2.23.20.0",
    "Telegram": "TelegramBot (like TwitterBot)",
    "Mastodon": "http.rb/5.1.1 (Mastodon/4.2.1; +https://mastodon.social/)",
    "iMessage": (
        "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_11_1) AppleWebKit/601.2.4 (KHTML, like Gecko) "
        "Version/9.0.1 Safari/601.2.4 facebookexternalhit/1.1 Facebot Twitterbot/1.0"
    ),
    "Slack's pictures": "Slackbot 1.0 (+https://api.slack.com/robots)",
    "Discord's pictures": (
        "Mozilla/5.0 (Macintosh; Intel Mac OS X 10.10; rv:38.0) Gecko/20100101 Firefox/38.0"
    ),
    "WhatsApp on a desktop": "WhatsApp/2.2447.6 N",
    "Bluesky": "Mozilla/5.0 (compatible; Bluesky Cardyb/1.1; +mailto:support@bsky.app)",
    "Apple": (
        "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) "
        "Version/17.4 Safari/605.1.15 (Applebot/0.1; +http://www.apple.com/go/applebot)"
    ),
    "Pinterest": "Mozilla/5.0 (compatible; Pinterestbot/1.0; +http://www.pinterest.com/bot.html)",
    "Skype": "Mozilla/5.0 (Windows NT 6.1; WOW64) SkypeUriPreview Preview/0.5",
    "Teams": "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Microsoft-Teams-LinkPreview/1.0",
    "Iframely": "Iframely/1.3.1 (+https://iframely.com/docs/about)",
    "Embedly": "Mozilla/5.0 (compatible; Embedly/0.2; +http://support.embed.ly/)",
    "Reddit": "Mozilla/5.0 (compatible; redditbot/1.0; +http://www.reddit.com/feedback)",
    "Viber": "Viber/20.9.0 (Android)",
    "Line": "facebookexternalhit/1.1;line-poker/1.0",
    "Matrix": "Synapse (bot; +https://github.com/matrix-org/synapse)",
    "nobody": "",
}
APPENDED = (
    "fbclid=IwAR0x&utm_source=chat&utm_source=app&utm_campaign=50%&v=3&_cb=1&mc_eid=%zz&mibextid=Zx&amp"
)


@dataclass(frozen=True)
class Answered:
    """What curl saw."""

    status: str
    etag: str
    cache_status: str
    data: bytes


def ask(agent: str, urls: list[str], folder: Path) -> list[Answered]:
    """Fetch URLs with curl under one User-Agent."""
    files = [folder / f"{number}.body" for number in range(len(urls))]
    each = [word for url, file in zip(urls, files, strict=True) for word in ("-o", str(file), url)]
    line = r"%{http_code}\t%header{etag}\t%header{cache-status}\n"
    command = ["curl", "-sS", "--noproxy", "*", "-g", "-m", "60", "-A", agent, "-w", line, *each]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=True)
    answers = []
    for text, file in zip(done.stdout.splitlines(), files, strict=True):
        status, etag, cache_status = text.split("\t")
        answers.append(Answered(status, etag, cache_status, file.read_bytes()))
    return answers


def spellings(target: str) -> list[str]:
    """The same URL appended to, escaped twice and thrice, and with its parameters in another order."""
    path, _, query = target.partition("?")
    pairs = query.split("&") if query else []
    return [
        target,
        f"{path}?{'&'.join([*pairs, APPENDED])}",
        f"{path}?{'&'.join([APPENDED, *reversed(pairs)])}",
        f"{path}?{'&amp;'.join([*pairs, *APPENDED.split('&')])}",
        f"{path}?{'&amp;amp;'.join([*reversed(pairs), 'gclid=1'])}",
    ]


@pytest.mark.slow
@pytest.mark.parametrize("signed", [True, False], ids=["signed", "unsigned"])
def test_every_crawler_gets_the_one_picture(
    worker: Workerd, origin: MisbehavingOrigin, title: str, tmp_path: Path, signed: bool
) -> None:
    if signed:
        check_crawlers(worker, origin, title, tmp_path, signed=True)
        return
    unsigned = type(worker)(tmp_path / "unsigned", worker.variables | {"EMBLAZON_SIGNING": "off"})
    try:
        unsigned.start()
        check_crawlers(unsigned, origin, title, tmp_path, signed=False)
    finally:
        unsigned.stop()


def check_crawlers(
    worker: Workerd, origin: MisbehavingOrigin, title: str, folder: Path, *, signed: bool
) -> None:
    def url(path: str, query: str) -> str:
        return worker.signed(path, query) if signed else f"{path}?{query}"

    data = f"%7B%22title%22%3A%22{title}%22%2C%22theme%22%3A%22dark%22%7D"
    card = {"template": "article", "params": {"title": title, "theme": "dark"}}
    token = {"Authorization": f"Bearer {worker.variables['EMBLAZON_PURGE_TOKEN']}"}
    created = worker.client.post("/api/cards", content=json.dumps(card), headers=token)
    assert created.status_code == 201, created.text
    short = "/c/" + created.json()["image_url"].rpartition("/c/")[2].partition(".")[0] + ".png"
    targets = [
        url("/og/article.png", f"title={title}&theme=dark"),
        url("/api/og/any-name", f"template=article&data={data}"),
        short,
    ]
    first = ask("Mozilla/5.0", [worker.url + targets[0]], folder)[0]
    assert first.status == "200"
    urls = [worker.url + spelling for target in targets for spelling in spellings(target)]
    for name, agent in CRAWLERS.items():
        for address, answer in zip(urls, ask(agent, urls, folder), strict=True):
            assert answer.status == "200", (name, address, answer.data)
            assert (answer.etag, answer.data) == (first.etag, first.data), (name, address)
            assert "emblazon; hit" in answer.cache_status, (name, address)
    assert len(origin.renders(title)) == 1


@pytest.mark.parametrize("path", ["/og/article.png", "/api/og/any-name"])
def test_what_changes_the_picture_cannot_be_appended_to_a_signed_url(
    worker: Workerd, origin: MisbehavingOrigin, title: str, tmp_path: Path, path: str
) -> None:
    data = f"template=article&data=%7B%22title%22%3A%22{title}%22%7D"
    query = f"title={title}" if path.startswith("/og/") else data
    target = worker.url + worker.signed(path, query)
    appended = (
        "theme=dark",
        "amp;theme=dark",
        "amp;amp;_w=64",
        "_v=fallback",
        "template=plain",
        "amp;data=1",
    )
    urls = [f"{target}&{pair}" for pair in appended] + [f"{target}?theme=dark"]
    assert {answer.status for answer in ask("Twitterbot/1.0", urls, tmp_path)} <= {"400", "403"}
    assert not origin.renders(title)
