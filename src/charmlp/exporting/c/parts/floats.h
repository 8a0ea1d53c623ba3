/* Where constants lie, and how they are read: those of an AVR in flash, with pointers that reach all of it. */
#if defined(__AVR__)
#include <avr/pgmspace.h>
#define NET_FLASH PROGMEM
#if defined(__AVR_HAVE_ELPM__)
typedef uint_farptr_t net_floats;
#define NET_AT(array) pgm_get_far_address(array)
#define NET_FLOAT(place, number) pgm_read_float_far((place) + 4 * (uint32_t)(number))
#else
typedef const float *net_floats;
#define NET_AT(array) (array)
#define NET_FLOAT(place, number) pgm_read_float((place) + (number))
#endif
#else
#define NET_FLASH
typedef const float *net_floats;
#define NET_AT(array) (array)
#define NET_FLOAT(place, number) ((place)[number])
#endif
