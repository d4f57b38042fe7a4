"""`emblazon audit`: fetches pages and pictures as each platform's crawler does, and tells what will be shown.

audit            one page after the other, what platforms show of it, as HTML too; begin reading here
visit            fetches under a crawler's name, with its patience
subject          a page, its elements and its picture, each fetched once
finding          the table of everything that is looked for, with its fix
page_checks      whether crawlers get the page and can read it, and the elements in its head
picture_checks   whether they get the picture, and what platforms make of it
"""
