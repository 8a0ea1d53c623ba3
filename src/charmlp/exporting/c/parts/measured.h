Weights of @BITS@ bits, and no floats: @AFTER@ % of @N@ @SPLIT@ letters are read right, with floats @BEFORE@ %.
