"""What readers there are: each makes `Entries` (names with labels, not yet pixels) of one kind of files.

lists         JSON lists, as the course has them    folders      a folder per class
textlists     a path and a label a line             namepattern  labels in the names of images
jsonlines     an object a line                      idx          MNIST's and EMNIST's files
tables        CSV with columns                      pixeltables  CSV of labels and pixels
parquet       the same in Parquet                   npz          NumPy's archives
"""
