"""`python -m bench`: side by side with the peers. `bench.load` and `bench.stages` are run by themselves.

python -m bench                 every card, new text in known templates (`make bench`)
python -m bench --unseen        documents never seen before
python -m bench http            the origin beside a Node server with takumi
python -m bench start           from a cold shell
python -m bench sizes           bytes of quick and small PNGs beside takumi's
python -m bench pages           a site of 2,000 pages, killed and resumed
python -m bench studio          from a key, and from a saved file, to pixels in a browser
python -m bench elements        what an element costs, by kind and number
python -m bench plot            the recorded ratios as a picture
"""

from __future__ import annotations

import argparse
import sys

from . import compare, elements, pages, plot, serving, sizes, start, studio


def main() -> int:
    """Run one benchmark and return its exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m bench", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    compare.add_arguments(parser)
    parser.set_defaults(run=compare.run)
    modes = parser.add_subparsers(metavar="MODE")
    parts = (
        ("http", serving), ("start", start), ("sizes", sizes), ("pages", pages), ("studio", studio),
        ("elements", elements), ("plot", plot),
    )  # fmt: skip
    for name, module in parts:
        mode = modes.add_parser(name, help=str(module.__doc__).splitlines()[0])
        module.add_arguments(mode)
        mode.set_defaults(run=module.run)
    options = parser.parse_args()
    code: int = options.run(options)
    return code


if __name__ == "__main__":
    sys.exit(main())
