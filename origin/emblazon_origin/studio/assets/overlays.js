// Boxes, baselines, the safe area and fonts over the card, drawn from what `explain` says.

import { svg } from "./dom.js";

export const OVERLAYS = {
  boxes: { label: "Boxes", hint: "The border box of each element" },
  baselines: { label: "Baselines", hint: "The line that each run of text stands on" },
  safe: { label: "Safe area", hint: "What every platform's large preview shows" },
  fonts: { label: "Fonts", hint: "Each run in the colour of its face" },
};
export const HUES = ["#1f6feb", "#d6336c", "#2b8a3e", "#e8590c", "#7048e8", "#0b7285", "#a61e4d", "#5c940d"];

/** The colour of each face, in the order in which faces are named. */
export function hueOf(explanation) {
  const names = Object.keys(explanation.faces);
  return (face) => HUES[names.indexOf(face) % HUES.length] ?? HUES[0];
}

export function overlay(explanation, on) {
  const { width, height } = explanation;
  const shapes = [];
  const hue = hueOf(explanation);
  if (on.has("safe")) {
    const [x, y, w, h] = explanation.safe_area;
    shapes.push(svg("path", { d: `M0 0H${width}V${height}H0Z M${x} ${y}V${y + h}H${x + w}V${y}Z`, class: "outside" }), rect(explanation.safe_area, "safe"));
  }
  if (on.has("boxes")) for (const box of explanation.boxes) shapes.push(titled(rect(box.rect, "box"), `${box.selector} (${box.kind}), line ${box.line}`));
  if (on.has("fonts")) {
    for (const text of explanation.texts) {
      const shape = rect(text.rect, "font");
      shape.setAttribute("fill", hue(text.face));
      shapes.push(titled(shape, `${text.face}, ${text.size} px`));
    }
  }
  if (on.has("baselines")) {
    for (const text of explanation.texts) {
      const [x, , w] = text.rect;
      shapes.push(svg("line", { x1: x, x2: x + w, y1: text.baseline, y2: text.baseline, class: "baseline" }));
    }
  }
  for (const mark of explanation.marks) shapes.push(rect(mark.rect, "mark"));
  return svg("svg", { viewBox: `0 0 ${width} ${height}`, preserveAspectRatio: "none" }, ...shapes);
}

function rect([x, y, width, height], name) {
  return svg("rect", { x, y, width: Math.max(width, 0.5), height: Math.max(height, 0.5), class: name });
}

function titled(shape, text) {
  shape.append(svg("title", {}, text));
  return shape;
}
