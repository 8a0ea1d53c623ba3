"""What charmlp asks of the machine.

files.py       files of others opened with care, ours written whole; keeping.py  what can be made again
memory.py      where arrays lie
processes.py   another Python that finds this charmlp; workers.py  one that answers messages
compiling.py   how loops are compiled; codecache.py  where their code is kept; floatmode.py  tiny numbers
extras.py      packages that may be missing
"""
