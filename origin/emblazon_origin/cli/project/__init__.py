"""What the command line does with a project or a site as a whole: begin one, read its settings, look it over.

init.py            `emblazon init`, `new`, `eject`; the files of a new template are in starter/
worker_files.py    `emblazon worker`, which wrangler calls
config_command.py  `emblazon config`
doctor.py          `emblazon doctor`; stats.py: `emblazon stats`
audit_command.py   `emblazon audit`: what platforms show of its pages
settings.py        `.env` and `emblazon.toml` below the environment
secrets_file.py    keys: of `.env`, and the one that `serve` makes
"""
