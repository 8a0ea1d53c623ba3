/* Where constants lie, and how they are read: those of an AVR in flash, with pointers that reach all of it. */
#if defined(__AVR__)
#include <avr/pgmspace.h>
#define NET_FLASH PROGMEM
#if defined(__AVR_HAVE_ELPM__)
typedef uint_farptr_t net_bytes;
#define NET_AT(array) pgm_get_far_address(array)
#define NET_BYTE(place) pgm_read_byte_far(place)
#else
typedef const uint8_t *net_bytes;
#define NET_AT(array) (array)
#define NET_BYTE(place) pgm_read_byte(place)
#endif
#else
#define NET_FLASH
typedef const uint8_t *net_bytes;
#define NET_AT(array) (array)
#define NET_BYTE(place) (*(place))
#endif
