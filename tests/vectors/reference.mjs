// Signing a card's URL in JavaScript: the reference for sites that are not written in Python.
// Needs nothing but Node. `node reference.mjs` checks itself against the vectors beside it;
// `node reference.mjs --batch` signs the [key id, secret, path, query] lists of a JSON array on stdin.

import { createHash, createHmac } from "node:crypto";
import { readFileSync } from "node:fs";

const FORBIDDEN = /[\0\r\n]/;
const AMP = /^(amp;|#0{0,4}38;|#x0{0,4}26;)+/i; // what is left of an "&" that was escaped twice

function decode(text, plus) {
  if (/[\0-\x20\x7f]/.test(text)) throw new Error("raw space or control character");
  const decoded = decodeURIComponent(plus ? text.replaceAll("+", " ") : text); // throws if malformed
  if (FORBIDDEN.test(decoded)) throw new Error("NUL, CR or LF");
  return decoded.normalize("NFC");
}

// encodeURIComponent leaves ! ' ( ) * alone; RFC 3986 reserves them.
export function encode(text) {
  return encodeURIComponent(text).replace(/[!'()*]/g, (c) => "%" + c.charCodeAt(0).toString(16).toUpperCase());
}

export function parseQuery(query) {
  const pairs = new Map();
  for (const pair of query.replaceAll("\\u0026", "&").replace(/^\?+/, "").split("&")) {
    if (pair === "") continue;
    const at = pair.indexOf("=");
    const name = decode(at < 0 ? pair : pair.slice(0, at), true).replace(AMP, "");
    if (name === "" && at < 0) continue;
    if (name === "") throw new Error("no name");
    if (pairs.has(name)) throw new Error(`duplicate ${name}`);
    pairs.set(name, decode(at < 0 ? "" : pair.slice(at + 1), true));
  }
  return pairs;
}

export function encodeQuery(pairs) {
  const byBytes = (a, b) => Buffer.compare(Buffer.from(a[0]), Buffer.from(b[0]));
  return [...pairs].sort(byBytes).map(([name, value]) => `${encode(name)}=${encode(value)}`).join("&");
}

export function canonicalPath(path) {
  return path.split("/").map((segment) => encode(decode(segment, false))).join("/");
}

export function signingText(path, pairs) {
  return `v1\n${canonicalPath(path)}\n${encodeQuery(pairs)}`;
}

// Cache-busters and what analytics tools append are no part of what is signed: whoever adds or takes away
// one breaks no signature. They follow it. A signature over them too would hold as well, until they change.
const IGNORED = /^(v|_cb|fbclid|gclid|dclid|msclkid|mc_cid|mc_eid|igshid|twclid|ttclid|utm_.*)$/i;

function nameOf(pair) {
  return decode(pair.split("=", 1)[0], true).replace(AMP, "");
}

export function sign(kid, secret, path, query = "", expiresAt = undefined) {
  const given = query.split("&").filter((pair) => pair !== "");
  const pairs = parseQuery(given.filter((pair) => !IGNORED.test(nameOf(pair))).join("&"));
  const appended = given.filter((pair) => IGNORED.test(nameOf(pair)));
  pairs.delete("_sig");
  pairs.set("_kid", kid);
  if (expiresAt !== undefined && expiresAt !== null) pairs.set("_exp", String(expiresAt));
  const mac = createHmac("sha256", secret).update(signingText(path, pairs)).digest().subarray(0, 16);
  return [encodeQuery(pairs), `_sig=${mac.toString("base64url")}`, ...appended].join("&");
}

// Which look `_v=auto` has for a page; "" is the template's own. `weights` by variant and "base".
export function chooseVariant({ template, experiment = "", variants = [], weights = {}, page }) {
  const shares = Object.keys(weights).length ? weights : Object.fromEntries(["base", ...variants].map((v) => [v, 1]));
  const text = ["emblazon-variant-v1", encode(template), encode(experiment), encode(page)].join("\n");
  const total = Object.values(shares).reduce((sum, weight) => sum + BigInt(weight), 0n);
  let point = (createHash("sha256").update(text).digest().readBigUInt64BE(0) * total) >> 64n;
  for (const name of Object.keys(shares).sort()) {
    if (point < BigInt(shares[name])) return name === "base" ? "" : name;
    point -= BigInt(shares[name]);
  }
}

function check() {
  const load = (name) => JSON.parse(readFileSync(new URL(name, import.meta.url)));
  let checked = 0;
  const same = (got, wanted, what) => {
    if (got !== wanted) throw new Error(`${what}\n  wanted ${wanted}\n  got    ${got}`);
    checked += 1;
  };
  for (const { query, canonical } of load("canonical.json").ok) same(encodeQuery(parseQuery(query)), canonical, query);
  for (const { query } of load("canonical.json").bad) {
    let refused = false;
    try {
      parseQuery(query);
    } catch {
      refused = true;
    }
    same(refused, true, `must be refused: ${query}`);
  }
  for (const { kid, secret, path, query, expires_at, signed } of load("signing.json").signed) {
    same(sign(kid, secret, path, query, expires_at), signed, query);
  }
  for (const { text, key } of load("cache_keys.json").cases) {
    same(createHash("sha256").update(text).digest("hex"), key, text);
  }
  for (const { chosen, ...vector } of load("variants.json").chosen) {
    same(chooseVariant(vector), chosen, JSON.stringify(vector));
  }
  console.log(`${checked} vectors agree`);
}

if (process.argv[2] === "--batch") {
  const requests = JSON.parse(readFileSync(0));
  console.log(JSON.stringify(requests.map(([kid, secret, path, query]) => sign(kid, secret, path, query))));
} else if (process.argv[1] === new URL(import.meta.url).pathname) {
  check();
}
