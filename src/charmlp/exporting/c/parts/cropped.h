It was trained on letters that were cropped to their box: crop
them before.
