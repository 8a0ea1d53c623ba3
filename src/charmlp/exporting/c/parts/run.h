#define @UPPER@_PROBABILITIES
#define @UPPER@_SELF_TEST
#include "net.h"

#include <stdio.h>
#include <stdlib.h>

int main(void)
{
    int32_t size[2], found;
    @SCORE@ scores[@UPPER@_CLASSES];
    @PROBABILITY@ probabilities[@UPPER@_CLASSES];
    if (@PREFIX@_self_test() != 0)
        return 2;
    while (fread(size, sizeof size, 1, stdin) == 1) {
        size_t pixels = (size_t)size[0] * (size_t)size[1];
        uint8_t *grey = malloc(pixels);
        if (!grey || fread(grey, 1, pixels, stdin) != pixels)
            return 3;
        found = @PREFIX@_predict(grey, (int)size[0], (int)size[1], scores);
        @PREFIX@_probabilities(scores, probabilities);
        fwrite(&found, sizeof found, 1, stdout);
        fwrite(scores, sizeof scores, 1, stdout);
        fwrite(probabilities, sizeof probabilities, 1, stdout);
        free(grey);
    }
    return 0;
}
