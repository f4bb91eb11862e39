/*
 * Floating point: planets that attract each other, and products of matrices.
 */
#include <stdint.h>

enum { BODIES = 5, SIDE = 48 };

struct body {
	double x, y, z, vx, vy, vz, mass;
};

static struct body bodies[BODIES];
static double left[SIDE][SIDE], right[SIDE][SIDE], product[SIDE][SIDE];

static void place(void)
{
	for (int i = 0; i < BODIES; i++)
		bodies[i] = (struct body){i * 1.5,        0.3 * i * i, -0.7 * i,         0.01 * i,
					  0.2 - 0.03 * i, 0.005 * i,   1.0 / (1 + 3 * i)};
	for (int i = 0; i < SIDE; i++) {
		for (int j = 0; j < SIDE; j++) {
			left[i][j] = (i * 3 + j) % 11 * 0.125;
			right[i][j] = (i + j * 5) % 7 * 0.25 - 0.5;
		}
	}
}

static void attract(struct body *a, struct body *b, double step)
{
	double dx = a->x - b->x, dy = a->y - b->y, dz = a->z - b->z;
	double square = dx * dx + dy * dy + dz * dz + 0.01;
	double strength = step / (square * __builtin_sqrt(square));
	a->vx -= dx * b->mass * strength;
	a->vy -= dy * b->mass * strength;
	a->vz -= dz * b->mass * strength;
	b->vx += dx * a->mass * strength;
	b->vy += dy * a->mass * strength;
	b->vz += dz * a->mass * strength;
}

static void advance(double step)
{
	for (int i = 0; i < BODIES; i++)
		for (int j = i + 1; j < BODIES; j++)
			attract(&bodies[i], &bodies[j], step);
	for (int i = 0; i < BODIES; i++) {
		bodies[i].x += step * bodies[i].vx;
		bodies[i].y += step * bodies[i].vy;
		bodies[i].z += step * bodies[i].vz;
	}
}

static void multiply(void)
{
	for (int i = 0; i < SIDE; i++) {
		for (int j = 0; j < SIDE; j++) {
			double sum = 0;
			for (int k = 0; k < SIDE; k++)
				sum += left[i][k] * right[k][j];
			product[i][j] = sum;
		}
	}
	for (int i = 0; i < SIDE; i++)
		for (int j = 0; j < SIDE; j++)
			left[i][j] = product[i][j] * 0.04 + 0.01 * j;
}

uint32_t kernel(uint32_t rounds);

uint32_t kernel(uint32_t rounds)
{
	place();
	for (uint32_t i = 0; i < rounds; i++) {
		for (int step = 0; step < 1000; step++)
			advance(0.001);
		multiply();
	}
	double sum = 0;
	for (int i = 0; i < BODIES; i++)
		sum += bodies[i].x + bodies[i].y + bodies[i].z;
	return (uint32_t)(int64_t)(sum * 1e6) ^ (uint32_t)(int64_t)(left[3][5] * 1e6);
}
