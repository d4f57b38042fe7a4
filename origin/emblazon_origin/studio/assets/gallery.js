// Every template with its picture; the search looks into names, descriptions, tags and parameters.

import { el, later, say } from "./dom.js";

export function gallery(known, source) {
  const list = el("ul", { className: "gallery" }, known.templates.map((template) => item(template, source)));
  const count = el("p", { className: "count", id: "count" });
  const tell = later(() => say(count.textContent), 400);

  function find() {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    known.templates.forEach((template, at) => {
      const text = textOf(template);
      const fits = words.every((word) => text.includes(word));
      list.children[at].hidden = !fits;
      shown += fits;
    });
    count.textContent = shown === 1 ? "1 template" : `${shown || "No"} templates`;
    tell();
  }

  function open(event) {
    if (event.key === "Enter") list.querySelector("li:not([hidden]) a")?.click();
  }

  const search = el("input", { id: "search", type: "search", placeholder: "Name, tag or parameter", autocomplete: "off", "aria-describedby": "count", oninput: find, onkeydown: open });
  const head = el("div", { className: "gallery-head" },
    el("h1", {}, "Templates"),
    count,
    el("label", { className: "search", for: "search" }, el("span", {}, "Find"), search, el("kbd", { "aria-hidden": "true" }, "Ctrl K")));
  find();
  return el("div", { className: "gallery-page" }, head, list);
}

const counted = (count, noun) => `${count} ${noun}${count === 1 ? "" : "s"}`;

function textOf(template) {
  const names = template.params.map((parameter) => parameter.name);
  return [template.name, template.description, ...(template.tags ?? []), ...names].join(" ").toLowerCase();
}

function item(template, source) {
  const preview = template.cases.find((one) => one.name === "preview");
  const card = { template: template.name, extension: "jpg", query: preview?.query ?? "_v=fallback" };
  const picture = el("img", { src: source.pictureOf(card, template.version), alt: "", loading: "lazy", width: template.width, height: template.height });
  const notes = [template.own && "yours", counted(template.cases.length, "case"), template.variants?.length && counted(template.variants.length, "variant")];
  return el("li", {},
    el("a", { href: `#/${template.name}` },
      el("span", { className: "shot" }, picture),
      el("strong", {}, template.name),
      el("span", { className: "what" }, template.description ?? ""),
      el("small", {}, notes.filter(Boolean).join(" · "))));
}
