"""`emblazon audit`: fetches pages and pictures as each platform's crawler does, and tells what will be shown.

audit            one page after the other; begin reading here
visit            fetches under a crawler's name, with its patience
subject          a page, its elements and its picture, each fetched once
page_tags        the elements of a head, with their lines
finding          the table of everything that is looked for, with its fix
page_checks      whether crawlers get the page and can read it
tag_checks       what is missing, doubled, misplaced or malformed in the head
picture_checks   whether they get the picture, and what platforms make of it
previews         what each platform shows, cropped how, and why not more
html_report      all of it as one HTML file, with the pictures as they are cropped
"""
