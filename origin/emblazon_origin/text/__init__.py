"""Text: runs by font, script and direction → shaped glyphs → lines (DESIGN.md §1, origin step 5)."""
