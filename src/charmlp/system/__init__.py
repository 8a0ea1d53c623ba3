"""What charmlp asks of the machine: files, memory, processes, compiled loops, optional packages."""
