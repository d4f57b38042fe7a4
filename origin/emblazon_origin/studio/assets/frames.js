// How each platform frames the card in a post, and whether it shows it at all.

import { amount, el } from "./dom.js";

// What each one writes around the picture, in its order; `host` is the site's name, `title` the page's.
const LOOKS = {
  X: { kind: "over", parts: ["host"] },
  Facebook: { kind: "under", parts: ["HOST", "title", "text"] },
  LinkedIn: { kind: "under", parts: ["title", "host"] },
  Slack: { kind: "quote", parts: ["site", "title", "text"] },
  Discord: { kind: "quote", parts: ["site", "title", "text"] },
  WhatsApp: { kind: "bubble", parts: ["title", "text", "host"] },
  iMessage: { kind: "bubble", parts: ["title", "host"] },
  Telegram: { kind: "quote", parts: ["site", "title", "text"] },
  Mastodon: { kind: "under", parts: ["site", "title"] },
  Bluesky: { kind: "under", parts: ["title", "text", "host"] },
};
const STATES = { shown: "Shown", cut: "Cut", small: "Small", refused: "Not shown" };

export class Frames {
  constructor(platforms) {
    this.limits = new Map(platforms.map((platform) => [platform.name, platform]));
    this.frames = new Map();
    this.summary = el("p", { className: "summary", role: "status" });
    const list = el("ul", { className: "frames" }, Object.entries(LOOKS).filter(([name]) => this.limits.has(name)).map(([name, look]) => this.#frame(name, look)));
    this.node = el("div", { className: "panel" }, this.summary, list);
  }

  #frame(name, look) {
    const limit = this.limits.get(name);
    const picture = el("img", { alt: "" });
    const frame = { picture, window: el("div", { className: "window" }, picture), chip: el("span", { className: "chip" }), reason: el("p", { className: "reason" }), words: {} };
    const words = look.parts.map((part) => (frame.words[part] = el("p", { className: `word ${part.toLowerCase()}` })));
    const post = el("div", { className: `post ${look.kind} ${name.toLowerCase()}`, "aria-hidden": "true" },
      el("div", { className: "who" }, el("span", { className: "face" }), el("span", { className: "bars" })),
      el("div", { className: "link" }, look.kind === "quote" ? [words, frame.window] : [frame.window, el("div", { className: "words" }, words)]));
    this.frames.set(name, frame);
    const facts = `up to ${amount(limit.bytes)} · ${limit.types.join(", ")} · ${limit.ratio ? `${limit.ratio}:1` : "whole"}`;
    return el("li", {}, el("div", { className: "frame-head" }, el("h3", {}, name), frame.chip), post, frame.reason, el("small", { title: limit.source }, facts));
  }

  show({ url, facts }, card) {
    const main = card.template.params.find(({ type, required }) => required && (type === "string" || type === "text"));
    const title = card.values.title ?? card.values[main?.name] ?? card.template.name;
    const words = { host: "example.com", HOST: "EXAMPLE.COM", site: card.values.site || "Example", title, text: card.values.subtitle ?? card.values.description ?? "" };
    for (const { platform, state, text, crop } of facts.verdicts) {
      const frame = this.frames.get(platform);
      if (!frame) continue;
      frame.picture.src = url;
      frame.window.hidden = state === "refused";
      frame.window.style.setProperty("--ratio", `${crop[2] * facts.width} / ${crop[3] * facts.height}`);
      frame.chip.textContent = STATES[state];
      frame.chip.className = `chip ${state}`;
      frame.reason.textContent = text;
      for (const [part, node] of Object.entries(frame.words)) node.textContent = words[part];
    }
    const refused = facts.verdicts.filter(({ state }) => state === "refused").map(({ platform }) => platform);
    this.summary.textContent = refused.length ? `Not shown by ${refused.join(", ")}.` : `Every platform shows this card: ${amount(facts.bytes)}, ${facts.type.replace("image/", "").toUpperCase()}.`;
  }

  explain({ cut_text: cut }) {
    for (const [name, { reason }] of this.frames) {
      reason.classList.toggle("loses-text", cut.includes(name));
      if (cut.includes(name) && !reason.textContent.includes("text")) reason.textContent += ", with text";
    }
  }
}
