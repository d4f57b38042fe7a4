"""AV1 frames of the built-in tiles, written by `emblazon_origin.host.avif_tiles`."""

from base64 import b64decode

TILE_WIDTH, TILE_HEIGHT = 80, 70  # pixels, 4:4:4, eight bits
CONFIG = bytes.fromhex("81200000")  # the av1C property of every tile
GROUND_TILE = b64decode("EgAKCTgZp8VtAQ0GkDIdEPCYyaAAPCAAAABATGP6L+aZMoUFFR66KghQfMA=")
EMBLEM_COLUMNS = 5
EMBLEM = (  # row by row
    b64decode("EgAKCTgZp8VtAQ0GkDIdEPCYyaAAPCAAAABATGP6L+aZMoUFFR66KghQfMA="),
    b64decode(
        "EgAKCTgZp8VtAQ0GkDI6RDwmMmgADwgAAAAQ2ZT4XteHrv4kmfE6RA1nN5dsAqqoPvMULBOKtTODiFSXFKypIxIFHpjC334ngA=="
    ),
    b64decode(
        "EgAKCTgZp8VtAQ0GkDI5RDwmMmgADwgAAAAQ3McVUs3Vwbp7cef8aLi0X7wrVxPjYDFKvED+gtFyeL0NoSNjHB84c2XkiVBg"
    ),
    b64decode("EgAKCTgZp8VtAQ0GkDIxRDwmMmgADwgAAAAQ3McVUs3Vwbp7cef8aLi0X7wqd+tQzIHOvEDbkfpVQhZwrjrBQA=="),
    b64decode("EgAKCTgZp8VtAQ0GkDIdEPCYyaAAPCAAAABATGP6L+aZMoUFFR66KghQfMA="),
    b64decode("EgAKCTgZp8VtAQ0GkDIdEPCYyaAAPCAAAABATGP6L+aZMoUFFR66KghQfMA="),
    b64decode(
        "EgAKCTgZp8VtAQ0GkDJbRDwmMmgADwgAAAAQ4ljvTzQHISgyHT2Eh1+88dVygbyraHxh3kdoGDo20ptSh2H3fC0Pyl6ylyFvPxmF"
        "Q+rD46Urj8YaaUI4U4ynSsfmHILxCYV1tOytyax5Uw=="
    ),
    b64decode(
        "EgAKCTgZp8VtAQ0GkDKoAUQ8JjJoAA8IAAAAENmU83inh7Qv42dMxyOYRIVPZQI5r4xPxRlHzOduGbapR9dtq+Gy7aa36wlJi8Xm"
        "iwI7wsH5Y3fq8jnwqVoalpzNW42ddAhXJXWX2h9fCvghOCrG0ewCQm1pZDlMZnBwkCKBhSQ1ZPi+ys9v4ZCmGCBlRa+DZ62UILJg"
        "QxL2s8T7buetlUp8sIup4393JZhVOgVoH3gLwPcVp4uRYA=="
    ),
    b64decode(
        "EgAKCTgZp8VtAQ0GkDJRRDwmMmgADwgAAAAQwhETpgFUOCC4nwmnfNtfKPrUsNCJqTtg1NF5IOXQaZ1N2+DH9MIjqnT0Csl8XDrg"
        "sIMm0v7jlMVk3Ntm1Yzfnd/Z8p9A"
    ),
    b64decode("EgAKCTgZp8VtAQ0GkDIdEPCYyaAAPCAAAABATGP6L+aZMoUFFR66KghQfMA="),
    b64decode("EgAKCTgZp8VtAQ0GkDIdEPCYyaAAPCAAAABATGP6L+aZMoUFFR66KghQfMA="),
    b64decode(
        "EgAKCTgZp8VtAQ0GkDJkRDwmMmgADwgAAAAQ491NNICBf5Sm/0gtYXjhyX5YvdF6I4K2gkQ+FHV3qO6s3s8w8J7o1pQxighlTJch"
        "G0ILvMfm2BE7HZD6HdO4NeMv7370jP4vm48YwXb0fjnZxdz2nxRwiA=="
    ),
    b64decode(
        "EgAKCTgZp8VtAQ0GkDJmEPCYyaAAPCAAAABA32Bva6OMBQKzplO1IayU8I6dqZbp7/PNZxpYO83kXbAVDQiqf2UkpXoclzWZ/MYH"
        "r54oJkbWQgUMD0Cv9fyXWQdxodckEosUfmG6Yme3rpDTThap1WVu6TuQ"
    ),
    b64decode(
        "EgAKCTgZp8VtAQ0GkDKBAUQ8JjJoAA8IAAAAENvTx01FMPqBgDNeaP0Uv6aJnAmuj8CGSKn901TZUhpB5wfrzYMM/tNBbtCr15j0"
        "niRAiSn7e12dt+Vj3j4TJmDGVdIYWhfuHF1a1lYdGAphQQ5wHr9vpznc1UBEsO+gPkmrebFYzHL7lruQ8zZ1GN5ESDSxJw=="
    ),
    b64decode("EgAKCTgZp8VtAQ0GkDIdEPCYyaAAPCAAAABATGP6L+aZMoUFFR66KghQfMA="),
    b64decode(
        "EgAKCTgZp8VtAQ0GkDJEEPCYyaAAPCAAAAZwk2OhT2za+7J8JVCoOBnXggbNlKcDQx+vFSlXKpUXIFoq2Zbd4UB4EOmAMz0boZzs"
        "giP4Y7nkIFY="
    ),
    b64decode(
        "EgAKCTgZp8VtAQ0GkDJmEPCYyaAAPCAAAAZwujM/4tm192T4SqFQcDOvMfWY+5mnQD9kBnlHVHe1gXd9+RfrCi/ocoFX8wCPXWNX"
        "l01x1rIKZDsAqwuNFwOlmPKldD9IfFpcBZLl7W9tgZ/HDaLGD2YNyM7w"
    ),
    b64decode(
        "EgAKCTgZp8VtAQ0GkDJ3RDwmMmgADwgAAAAQ0pg7/Ezhy8KOU6gdhFEXmNTM8osYOCvTsvnZatB5pKcbnnf69q5jSIew9+ZvWIUC"
        "Ry1xBWfVKiyQJ8RfQN6p1JIPxP4VD+BoLU8NbHKu/zqmJc8C+VJJoCRMgsE8UJxybdwvgOKuSe8jsaA="
    ),
    b64decode(
        "EgAKCTgZp8VtAQ0GkDJGEPCYyaAAPCAAAAZwknO8BDZtfdk+EqhUHAzrwQNmylOBoY/XipSrlUqLkC0VbMtu8KA5u+VdKV5qtuxn"
        "yoa/Pzo8JAXwLA=="
    ),
    b64decode(
        "EgAKCTgZp8VtAQ0GkDJPEPCYyaAAPCAAAAZwsjeq8v2bX3ZPhKoVBwM68EDaEg1Ef6gt/10Y1L0gWiw5mPsq6UHHfbEJXl0OH62f"
        "H+0dpUKpGQ8MbV1+/Jse6DfOeA=="
    ),
    b64decode(
        "EgAKCTgZp8VtAQ0GkDJQRDwmMmgADwgAAAAQ4SAIbr2jZovo9+3GmnBXhvSoVqp0AzkY8RU4T93YBsSPQcJfdEKeECCm+WpSCWX6"
        "Ib4CUE3oZVJ1d+/35gTgp7WJRcA="
    ),
    b64decode(
        "EgAKCTgZp8VtAQ0GkDJORDwmMmgADwgAAAAQ0QO4ZAIA3iWlBJwu93/ZEGtFrHxEB12KsrYKgXzwD5R85IUfItQXikrUDL7R+yyU"
        "sXy9C9//pt4izKL4q346d758"
    ),
    b64decode(
        "EgAKCTgZp8VtAQ0GkDJYRDwmMmgADwgAAAAQwhETpgFVgKy43Gi/3+hdt4NLAgK+WUkQMgnjrviSDsQXv2wrEnE+ooGEQllYi+cl"
        "5tspeKVLSvPfw0Bbce3qmy9Gxu9tEWCDOQMDVw=="
    ),
    b64decode(
        "EgAKCTgZp8VtAQ0GkDJoRDwmMmgADwgAAAAQ4e4hBHTrPcOp1D4UNhAm22Ch5l9Ix3QlMXfAWSAFfgVOqs7yz5NajAi0uofGcjaa"
        "boY2Tai7HOGDd7U5oGSgU5vmyyLRX7/52/I9IQBioZzwk+VuRpD7u1zlxIA="
    ),
    b64decode(
        "EgAKCTgZp8VtAQ0GkDJZRDwmMmgADwgAAAAQ491NNICDJmTz+9VfXC85LIrDrHnlK5fzYIcCzGcEGXaesKeZv7HQm9TrmGPl3C5O"
        "micflPdRbOL8znQFzPl13bL8HZ43+fCNYmlN1yc="
    ),
)
