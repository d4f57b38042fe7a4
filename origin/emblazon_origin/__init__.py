"""The origin: HTML and CSS cards to pixels, served by aiohttp."""
