"""The URL contract: one truth for the edge, the origin and the SDK (docs/urls.md).

Pure standard library, no I/O, no clock. By module:

    problem    Problem and its subclasses: what a client did wrong, as RFC 9457 JSON
    uri        strict percent-decoding, `read_query`, `parse_query`, `encode`, `encode_query`; MAX_URL_BYTES;
               IgnoreList: names that platforms and tools append to any URL
    text       `clean_text`: NFC and the documented list of invisible characters; `cut_text`
    values     `check_value(spec, raw)`: one parameter against its schema; `fit_value` cuts what is too long;
               `format_value` is their inverse; `canonical_color`
    params     all of a template's parameters: `check_params` refuses, `fit_params` makes the most of them
    schema     ParamSpec, CacheLife, TemplateSpec, Manifest, Format, CONTENT_TYPES
    manifest   `manifest_from_json`, `manifest_to_json`
    wire       header names, the origin's routes, forms of ids, fields of every answer: one of each; deadlines
    route      `match_route(path)`: OgRoute | ApiRoute | ShortRoute | None; `negotiate(accept)`
    options    the reserved `_` parameters: `Options`, `parse_options`
    request    `parse_request(method, path, raw_query, manifest, accept=…)` → CardRequest; `build_request` for
               a POSTed card; `parse_short`, `expand_short` for `/c/{id}`; `fallback_request`; and
               `choose_variant`, what `_v=auto` stands for
    canonical  `canonical_query(req)`, `canonical_path(req)`, `canonical_url(req)`, `cache_key(req, …)`,
               `card_payload(req)`, `card_id(req)`
    signing    `Keyring.parse("kid:secret,…")` (secrets of 16 characters or more),
               `.sign(path, query, expires_at=…)` → query, `.verify(path, raw_query, now)`;
               bearer tokens: `has_bearer`

A handler calls, in this order: `match_route`, `keyring.verify` (needs no manifest), `parse_request`,
`cache_key`.
"""
