"""HTTP fields and bodies, read and written as their RFCs say. Pure functions.

cache_control.py      lives: Cache-Control, CDN-Cache-Control, Expires, Age
cache_status.py       Cache-Status and Server-Timing
conditional.py        If-None-Match, If-Modified-Since, Range
http_date.py          HTTP-date
structured_fields.py  dictionaries of RFC 9651
body.py               the JSON object of a POST
"""
