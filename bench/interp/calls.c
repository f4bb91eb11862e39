/*
 * Calls: recursion with one and with three arguments, sorting with a comparison that is passed in,
 * and objects with methods.
 */
#include <stdint.h>

enum { NUMBERS = 2000, SHAPES = 64 };

typedef int (*comparison)(uint32_t a, uint32_t b);

struct shape {
	uint32_t (*area)(const struct shape *shape);
	uint32_t width, height;
};

static uint32_t numbers[NUMBERS];
static struct shape shapes[SHAPES];

static uint32_t fibonacci(uint32_t n)
{
	return n < 2 ? n : fibonacci(n - 1) + fibonacci(n - 2);
}

static int32_t takeuchi(int32_t x, int32_t y, int32_t z)
{
	if (y >= x)
		return z;
	return takeuchi(takeuchi(x - 1, y, z), takeuchi(y - 1, z, x), takeuchi(z - 1, x, y));
}

static int by_value(uint32_t a, uint32_t b)
{
	return a < b ? -1 : a > b;
}

static int by_low_bits(uint32_t a, uint32_t b)
{
	return by_value(a & 0xffff, b & 0xffff);
}

static void sort(uint32_t *first, int32_t count, comparison compare)
{
	while (count > 1) {
		uint32_t pivot = first[count / 2];
		int32_t low = 0, high = count - 1;
		while (low <= high) {
			while (compare(first[low], pivot) < 0)
				low++;
			while (compare(first[high], pivot) > 0)
				high--;
			if (low <= high) {
				uint32_t swapped = first[low];
				first[low++] = first[high];
				first[high--] = swapped;
			}
		}
		sort(first, high + 1, compare);
		first += low;
		count -= low;
	}
}

static uint32_t rectangle_area(const struct shape *shape)
{
	return shape->width * shape->height;
}

static uint32_t triangle_area(const struct shape *shape)
{
	return shape->width * shape->height / 2;
}

static uint32_t square_area(const struct shape *shape)
{
	return shape->width * shape->width;
}

static uint32_t measure(void)
{
	static uint32_t (*const areas[])(const struct shape *) = {rectangle_area, triangle_area,
								  square_area};
	for (uint32_t i = 0; i < SHAPES; i++)
		shapes[i] = (struct shape){areas[i * 7 % 3], i + 1, SHAPES - i};
	uint32_t sum = 0;
	for (uint32_t round = 0; round < 500; round++)
		for (uint32_t i = 0; i < SHAPES; i++)
			sum += shapes[i].area(&shapes[i]);
	return sum;
}

uint32_t kernel(uint32_t rounds);

uint32_t kernel(uint32_t rounds)
{
	uint32_t result = 0, state = 1;
	for (uint32_t i = 0; i < rounds; i++) {
		result += fibonacci(20) + (uint32_t)takeuchi(12, 8, 4);
		for (uint32_t k = 0; k < NUMBERS; k++)
			numbers[k] = state = state * 1664525 + 1013904223;
		sort(numbers, NUMBERS, i % 2 == 0 ? by_value : by_low_bits);
		result += numbers[i % NUMBERS] + measure();
	}
	return result;
}
