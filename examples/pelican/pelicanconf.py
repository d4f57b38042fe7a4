"""The configuration of a blog whose articles have cards."""

AUTHOR = "Ines Okafor"
SITENAME = "Meridian"
SITEURL = "https://meridian.example"
PATH = "content"
TIMEZONE = "UTC"
PLUGINS = ["emblazon_origin.site.plugins"]
