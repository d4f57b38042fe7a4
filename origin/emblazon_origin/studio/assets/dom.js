// Elements from plain calls, and words for whoever listens instead of looking.

/** Make an element: properties by name, `on…` listeners, `data-…`/`aria-…` attributes, then children. */
export function el(tag, properties = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (name.includes("-") || name === "role" || name === "for" || name === "list") node.setAttribute(name, value);
    else node[name] = value;
  }
  node.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

const SVG = "http://www.w3.org/2000/svg";

/** Make an SVG element; everything is an attribute. */
export function svg(tag, attributes = {}, ...children) {
  const node = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) if (value !== undefined) node.setAttribute(name, value);
  node.append(...children);
  return node;
}

/** Tell a screen reader. */
export function say(text) {
  const place = document.getElementById("say");
  place.textContent = "";
  setTimeout(() => { place.textContent = text; }, 30);
}

/** Call `work` once nothing has asked for it for `milliseconds`. */
export function later(work, milliseconds) {
  let timer = 0;
  return (...given) => {
    clearTimeout(timer);
    timer = setTimeout(() => work(...given), milliseconds);
  };
}

/** Tabs as the ARIA practices have them: arrows move, one tab stop. `tabs` is [{id, label, panel}]. */
export function tabs(label, list, onShow) {
  const buttons = list.map(({ id, label: text, panel }) => {
    panel.id = `panel-${id}`;
    panel.setAttribute("role", "tabpanel");
    panel.setAttribute("aria-labelledby", `tab-${id}`);
    return el("button", { type: "button", role: "tab", id: `tab-${id}`, "aria-controls": panel.id, onclick: () => show(id) }, text);
  });
  const bar = el("div", { role: "tablist", "aria-label": label, className: "tabs", onkeydown: move }, buttons);

  function show(id, focus = false) {
    list.forEach(({ id: own, panel }, at) => {
      const chosen = own === id;
      buttons[at].setAttribute("aria-selected", String(chosen));
      buttons[at].tabIndex = chosen ? 0 : -1;
      panel.hidden = !chosen;
      if (chosen && focus) buttons[at].focus();
    });
    onShow(id);
  }

  function move(event) {
    const at = buttons.indexOf(document.activeElement);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: buttons.length - 1 }[event.key];
    if (to === undefined || at < 0) return;
    event.preventDefault();
    show(list[(to + buttons.length) % buttons.length].id, true);
  }

  return { bar, show };
}

/** A description with its `code` set as such. */
export function prose(text) {
  return text.split("`").map((part, at) => (at % 2 ? el("code", {}, part) : part));
}

/** Bytes as people write them. */
export function amount(bytes) {
  return bytes >= 1e6 ? `${(bytes / 1e6).toFixed(2)} MB` : `${(bytes / 1000).toFixed(1)} KB`;
}
