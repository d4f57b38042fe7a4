"""Render processes: killable, replaceable, behind a bounded queue.

pool.py                  a job's way: queue, process, answer
admission.py             who gets in and in which order; inputs that ended processes do not
supervisor.py            forks, replaces, recycles and reloads the processes
process.py               handles of the warm process and of a render process, as the service sees them
frames.py                how questions and answers travel
long_render.py           notices a render that computes for long
background_renderer.py   the process for small encodings
job.py, pool_errors.py   what is asked, what comes back, what can go wrong
card_renderer.py         what draws cards, behind the port in job.py
zygote.py, child.py      inside: the warm process, and the loop of a render process
"""
