/*
 * random: numbers that look random and follow from a seed alone (splitmix64).
 */
#ifndef DIFF_RANDOM_H
#define DIFF_RANDOM_H

#include <stdbool.h>
#include <stdint.h>

struct random {
	uint64_t state;
};

static inline uint64_t random_u64(struct random *random)
{
	uint64_t x = random->state += 0x9e3779b97f4a7c15;
	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9;
	x = (x ^ x >> 27) * 0x94d049bb133111eb;
	return x ^ x >> 31;
}

/* A number below `limit`, which is not 0. */
static inline uint32_t random_below(struct random *random, uint32_t limit)
{
	return (uint32_t)(random_u64(random) % limit);
}

static inline bool random_chance(struct random *random, uint32_t percent)
{
	return random_below(random, 100) < percent;
}

/* One of `count` things of which each has a weight; they are not all 0. */
static inline uint32_t random_weighted(struct random *random, const uint16_t *weights,
				       uint32_t count)
{
	uint32_t sum = 0;
	for (uint32_t i = 0; i < count; i++)
		sum += weights[i];
	uint32_t left = random_below(random, sum);
	for (uint32_t i = 0;; i++) {
		if (left < weights[i])
			return i;
		left -= weights[i];
	}
}

#endif
