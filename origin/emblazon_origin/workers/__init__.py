"""Render processes: killable, replaceable, behind a bounded queue.

pool.py                  a job's way: admission.py, queue.py, a process, the answer
supervisor.py            forks, replaces, recycles and reloads the processes
process.py               handles of the warm process and of a render process, as the service sees them
protocol.py, frames.py   one question to a process and its answer; how both travel
long_render.py           notices a render that computes for long; quarantine.py: inputs that ended processes
background_renderer.py   the process for small encodings
job.py, pool_errors.py   what is asked, what comes back, what can go wrong
zygote.py, child.py      inside: the warm process, and the loop of a render process
renderer.py              the port of what draws; card_renderer.py draws cards
"""
