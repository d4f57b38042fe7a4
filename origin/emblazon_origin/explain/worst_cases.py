"""The worst that a template can be given: long, short, empty, unbreakable, other scripts, lost pictures."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from emblazon.contract.schema import ParamSpec, ParamValue, TemplateSpec

_TEXTUAL = ("string", "text", "list")
LOST_PICTURE = "https://example.invalid/not-there.png"  # RFC 2606: no such host
_LONG = (
    "What eleven winters of keeping weather records by hand on an uninhabited island taught one family "
    "about patience, instruments, arithmetic and, in the end, about each other and the sea around them, "
)
_SAMPLES: dict[str, tuple[str, str]] = {  # case → language, text
    "rtl": ("ar", "عودة الخرائط المرسومة باليد: الأقمار الصناعية ترى كل سقف، لكن المشاة يريدون خريطة "),
    "hebrew": ("he", "שובה השקט של המפה המצוירת ביד, ומה שהיא יודעת להשמיט ממנה "),
    "cjk": (
        "ja",
        "手描き地図が、静かに帰ってきた。衛星はすべての屋根を映すが、歩く人は何を省くかを知る地図を求める。",
    ),
    "chinese": (
        "zh-CN",
        "手绘地图悄然归来。卫星能看见每一片屋顶，而行走的人想要的是一张懂得取舍的地图。",
    ),
    "thai": ("th", "การกลับมาอย่างเงียบ ๆ ของแผนที่วาดด้วยมือ และสิ่งที่ผู้วาดรู้ว่าควรละไว้ "),
    "hindi": ("hi", "हाथ से बने नक्शों की शांत वापसी, और वे बातें जिन्हें नक्शा छोड़ देना जानता है "),
    "emoji": ("", "Shipping 🚢 on a Friday 🙈 for 👩‍🚀👨🏽‍💻 teams 🇯🇵 1️⃣ ❤️ "),
}


@dataclass(frozen=True, slots=True)
class WorstCase:
    """A card to draw; `params` are checked against the schema later."""

    name: str
    params: dict[str, ParamValue]
    lang: str = ""


def worst_cases(spec: TemplateSpec, preview: Mapping[str, ParamValue]) -> list[WorstCase]:
    """Return the cases that are made from the schema, on top of what the preview shows."""
    cases = [
        WorstCase("worst-short", _with_texts(spec, preview, lambda p: "A")),
        WorstCase("worst-long", _with_texts(spec, preview, lambda p: fill(_LONG, p.max_length))),
        WorstCase("worst-unbreakable", _with_texts(spec, preview, lambda p: "W" * min(p.max_length, 80))),
        WorstCase("worst-empty", _only_required(spec, preview)),
    ]
    if any(_is_picture(param, preview) for param in spec.params.values()):
        cases.append(WorstCase("worst-no-picture", _with_pictures(spec, preview, "")))
        cases.append(WorstCase("worst-lost-picture", _with_pictures(spec, preview, LOST_PICTURE)))
    for name, (lang, sample) in _SAMPLES.items():
        params = _with_texts(spec, preview, lambda p, s=sample: fill(s, min(p.max_length, len(s))))  # type: ignore[misc]
        cases.append(WorstCase(f"worst-{name}", params, lang))
    return cases


def fill(sample: str, length: int) -> str:
    """Return a text of at most `length` characters made of a sample, repeated."""
    return (sample * (length // len(sample) + 1))[:length].strip() or sample[:1]


def _with_texts(
    spec: TemplateSpec, preview: Mapping[str, ParamValue], text: Callable[[ParamSpec], str]
) -> dict[str, ParamValue]:
    params = dict(preview)
    for name, param in spec.params.items():
        if param.type in _TEXTUAL and not _is_picture(param, preview):
            value = text(param)
            params[name] = (value[: param.max_length // 4],) * 3 if param.type == "list" else value
    return params


def _with_pictures(spec: TemplateSpec, preview: Mapping[str, ParamValue], url: str) -> dict[str, ParamValue]:
    pictures = [param for param in spec.params.values() if _is_picture(param, preview)]
    params = {name: value for name, value in preview.items() if spec.params[name] not in pictures}
    for param in pictures if url else ():
        params[param.name] = (url, f"{url}?2") if param.type == "list" else url
    return params


def _is_picture(param: ParamSpec, preview: Mapping[str, ParamValue]) -> bool:
    """Whether a parameter is the address of a picture, or in the preview a list of such."""
    shown = preview.get(param.name)
    listed = isinstance(shown, tuple) and all(item.startswith("https://") for item in shown)
    return param.type == "url" or (param.type == "list" and bool(shown) and listed)


def _only_required(spec: TemplateSpec, preview: Mapping[str, ParamValue]) -> dict[str, ParamValue]:
    return {name: value for name, value in preview.items() if spec.params[name].required}
