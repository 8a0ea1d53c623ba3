/* The same of floats. */
#if defined(__AVR_HAVE_ELPM__)
typedef uint_farptr_t net_floats;
#define NET_FLOAT(place, number) pgm_read_float_far((place) + 4 * (uint32_t)(number))
#elif defined(__AVR__)
typedef const float *net_floats;
#define NET_FLOAT(place, number) pgm_read_float((place) + (number))
#else
typedef const float *net_floats;
#define NET_FLOAT(place, number) ((place)[number])
#endif
