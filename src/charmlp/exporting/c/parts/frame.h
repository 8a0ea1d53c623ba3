/*
@COMMENT@
*/
#ifndef NET_H
#define NET_H

#include <limits.h>
#include <stddef.h>
#include <stdint.h>

#define NET_HEIGHT @HEIGHT@ /* of the picture that the net sees */
#define NET_WIDTH @WIDTH@
#define NET_CLASSES @CLASSES@
#define NET_MOST_SIDE (INT_MAX / 4 < 32767 ? INT_MAX / 4 : 32767) /* of a picture that is given */
@DEFINED@

#ifdef __cplusplus
extern "C" {
#endif

typedef @SCORE@ net_score;

/* The names of the classes. */
extern const char *const net_classes[NET_CLASSES];

/* The number of the class that a grey picture shows; below 0 where it has no pixels, or too long a side.
   `scores` has room for NET_CLASSES: @MEANING@. */
int net_predict(const uint8_t *grey, int height, int width, @SCORE@ *scores);

#ifdef NET_PROBABILITIES
void net_probabilities(const @SCORE@ *scores, @PROBABILITY@ *probabilities);
#endif
#ifdef NET_SELF_TEST
int net_self_test(void);
#endif

#ifndef NET_DECLARE_ONLY

const char *const net_classes[NET_CLASSES] = {
@NAMES@};

@MEMORY@
@WEIGHTS@
@RESIZE@
@FUNCTIONS@
@LARGEST@
int net_predict(const uint8_t *grey, int height, int width, @SCORE@ *scores)
{
@ARRAYS@    if (!grey || !scores || height < 1 || width < 1 || height > NET_MOST_SIDE || width > NET_MOST_SIDE)
        return -1;
@STEPS@    return net_largest(scores);
}

@BEHIND@
#endif /* NET_DECLARE_ONLY */

#ifdef __cplusplus
}
#endif

#endif
