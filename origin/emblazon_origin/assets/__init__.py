"""Assets stage of the origin (docs/architecture.md).

fetch.py          fetching remote images and fonts for cards, behind the SSRF guard
fetch_decode.py   content decoding that stops at a limit
guard.py          the SSRF guard
guard_dial.py     dialling under the guard
image_bmp.py      BMP files that Pillow does not read, icons and cursors
image_color.py    decoded pixels to 8-bit sRGB
image_headers.py  what a picture's file says of itself before a pixel is decoded
image_repair.py   damaged picture files, mended as far as that needs no guessing
images.py         the images of one render
images_decode.py  bytes to pixels under limits
picture_work.py   what the pictures of one card may take
pixmap.py         a picture as painting takes it
resources.py      where the bytes of images and fonts come from
svg.py            SVG images
vector/           what of SVG the rasteriser does not know, said in its words
"""
