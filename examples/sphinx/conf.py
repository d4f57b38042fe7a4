"""The configuration of a documentation whose pages have cards."""

project = "Meridian"
author = "Ines Okafor"
extensions = ["emblazon_origin.site.plugins"]
html_baseurl = "https://meridian.example"
html_theme = "alabaster"
