"""What readers there are: each makes `Entries` (names with labels, not yet pixels) of one kind of files.

lists    JSON lists, as the course has them          folders  a folder per class
tables   CSV and Parquet with columns                idx      MNIST's and EMNIST's files
"""
