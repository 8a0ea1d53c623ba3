A net that reads letters: @NET@, written by charmlp export.
@TOLD@

Classes:
@CLASSES@

    int net_predict(const uint8_t *grey, int height, int width, @SCORE@ *scores);

takes a grey picture of any size (0 black, 255 white, row by row), makes it small as charmlp does, and answers with
the number of its class: net_classes[n] is the name. Nothing is kept between calls, nothing allocated, no library
called.@CROP@

Flash   @CONSTANTS@ bytes of constants, and code: on an AVR less than @CODE@ bytes
RAM     about @RAM@ bytes of stack, and @SCORES@ for the scores
Work    @PRODUCTS@ multiplications for the net, and those that make the picture small

Before this file is included, these may be defined:
    NET_DECLARE_ONLY     for all files of a program but one
    NET_PROBABILITIES    net_probabilities(scores, probabilities) as well
    NET_SELF_TEST        net_self_test(): is a picture read here as it was by charmlp?
