/*
 * number: what the operators of WebAssembly compute where C's own are not enough (core
 * specification, 4.3). Everything is exact for every input; NaNs get whatever payload the hardware
 * gives. No C library and nothing beyond the base instruction set is needed.
 */
#ifndef WASM_NUMBER_H
#define WASM_NUMBER_H

#include <stdbool.h>
#include <stdint.h>

#include "core/wasm.h"

/* ---- Integers ---- */

static inline uint32_t number_rotate_left_32(uint32_t x, uint32_t y)
{
	return x << (y & 31) | x >> (-y & 31);
}

static inline uint32_t number_rotate_right_32(uint32_t x, uint32_t y)
{
	return x >> (y & 31) | x << (-y & 31);
}

static inline uint64_t number_rotate_left_64(uint64_t x, uint64_t y)
{
	return x << (y & 63) | x >> (-y & 63);
}

static inline uint64_t number_rotate_right_64(uint64_t x, uint64_t y)
{
	return x >> (y & 63) | x << (-y & 63);
}

static inline uint32_t number_count_leading_32(uint32_t x)
{
	return x == 0 ? 32 : (uint32_t)__builtin_clz(x);
}

static inline uint64_t number_count_leading_64(uint64_t x)
{
	return x == 0 ? 64 : (uint64_t)__builtin_clzll(x);
}

static inline uint32_t number_count_trailing_32(uint32_t x)
{
	return x == 0 ? 32 : (uint32_t)__builtin_ctz(x);
}

static inline uint64_t number_count_trailing_64(uint64_t x)
{
	return x == 0 ? 64 : (uint64_t)__builtin_ctzll(x);
}

static inline uint64_t number_count_ones_64(uint64_t x)
{
	x -= x >> 1 & 0x5555555555555555;
	x = (x & 0x3333333333333333) + (x >> 2 & 0x3333333333333333);
	x = (x + (x >> 4)) & 0x0f0f0f0f0f0f0f0f;
	return x * 0x0101010101010101 >> 56;
}

static inline uint32_t number_count_ones_32(uint32_t x)
{
	return (uint32_t)number_count_ones_64(x);
}

/* Division: the trap that it ends in, or WASM_TRAP_NONE. */

static inline enum wasm_trap number_check_zero(uint64_t y)
{
	return y == 0 ? WASM_TRAP_INTEGER_DIVIDE_BY_ZERO : WASM_TRAP_NONE;
}

static inline enum wasm_trap number_check_divide_32(int32_t x, int32_t y)
{
	if (y == 0)
		return WASM_TRAP_INTEGER_DIVIDE_BY_ZERO;
	return x == INT32_MIN && y == -1 ? WASM_TRAP_INTEGER_OVERFLOW : WASM_TRAP_NONE;
}

static inline enum wasm_trap number_check_divide_64(int64_t x, int64_t y)
{
	if (y == 0)
		return WASM_TRAP_INTEGER_DIVIDE_BY_ZERO;
	return x == INT64_MIN && y == -1 ? WASM_TRAP_INTEGER_OVERFLOW : WASM_TRAP_NONE;
}

static inline int32_t number_remainder_32(int32_t x, int32_t y)
{
	return y == -1 ? 0 : x % y;
}

static inline int64_t number_remainder_64(int64_t x, int64_t y)
{
	return y == -1 ? 0 : x % y;
}

/* ---- Floating point ---- */

static inline uint32_t number_bits_f32(float x)
{
	uint32_t bits;
	__builtin_memcpy(&bits, &x, sizeof bits);
	return bits;
}

static inline float number_from_bits_f32(uint32_t bits)
{
	float x;
	__builtin_memcpy(&x, &bits, sizeof x);
	return x;
}

static inline uint64_t number_bits_f64(double x)
{
	uint64_t bits;
	__builtin_memcpy(&bits, &x, sizeof bits);
	return bits;
}

static inline double number_from_bits_f64(uint64_t bits)
{
	double x;
	__builtin_memcpy(&x, &bits, sizeof x);
	return x;
}

static inline float number_abs_f32(float x)
{
	return number_from_bits_f32(number_bits_f32(x) & 0x7fffffff);
}

static inline double number_abs_f64(double x)
{
	return number_from_bits_f64(number_bits_f64(x) & 0x7fffffffffffffff);
}

static inline float number_neg_f32(float x)
{
	return number_from_bits_f32(number_bits_f32(x) ^ 0x80000000);
}

static inline double number_neg_f64(double x)
{
	return number_from_bits_f64(number_bits_f64(x) ^ 0x8000000000000000);
}

static inline float number_copysign_f32(float x, float y)
{
	return number_from_bits_f32((number_bits_f32(x) & 0x7fffffff) |
				    (number_bits_f32(y) & 0x80000000));
}

static inline double number_copysign_f64(double x, double y)
{
	return number_from_bits_f64((number_bits_f64(x) & 0x7fffffffffffffff) |
				    (number_bits_f64(y) & 0x8000000000000000));
}

static inline float number_sqrt_f32(float x)
{
	return __builtin_elementwise_sqrt(x);
}

static inline double number_sqrt_f64(double x)
{
	return __builtin_elementwise_sqrt(x);
}

/* Equal numbers are two zeros, perhaps of different sign, or the same bits; a sum with a NaN is a
 * NaN. */

static inline float number_min_f32(float x, float y)
{
	if (x < y)
		return x;
	if (x > y)
		return y;
	return x == y ? number_from_bits_f32(number_bits_f32(x) | number_bits_f32(y)) : x + y;
}

static inline double number_min_f64(double x, double y)
{
	if (x < y)
		return x;
	if (x > y)
		return y;
	return x == y ? number_from_bits_f64(number_bits_f64(x) | number_bits_f64(y)) : x + y;
}

static inline float number_max_f32(float x, float y)
{
	if (x > y)
		return x;
	if (x < y)
		return y;
	return x == y ? number_from_bits_f32(number_bits_f32(x) & number_bits_f32(y)) : x + y;
}

static inline double number_max_f64(double x, double y)
{
	if (x > y)
		return x;
	if (x < y)
		return y;
	return x == y ? number_from_bits_f64(number_bits_f64(x) & number_bits_f64(y)) : x + y;
}

/* An arithmetic NaN is a quiet one. (A sum would do, but compilers simplify it away.) */

static inline float number_quiet_f32(float x)
{
	return x == x ? x : number_from_bits_f32(number_bits_f32(x) | 0x00400000);
}

static inline double number_quiet_f64(double x)
{
	return x == x ? x : number_from_bits_f64(number_bits_f64(x) | 0x0008000000000000);
}

/*
 * Rounding. From 2^23 (2^52) on a number has no fraction; below, a conversion to an integer and
 * back cuts the fraction off, and adding and subtracting 2^23 (2^52) rounds it to the nearest, ties
 * to even. The sign of a zero is the operand's.
 */
#define NUMBER_WHOLE_F32 8388608.0f
#define NUMBER_WHOLE_F64 4503599627370496.0

static inline float number_trunc_f32(float x)
{
	if (!(number_abs_f32(x) < NUMBER_WHOLE_F32))
		return number_quiet_f32(x);
	return number_copysign_f32((float)(int32_t)x, x);
}

static inline double number_trunc_f64(double x)
{
	if (!(number_abs_f64(x) < NUMBER_WHOLE_F64))
		return number_quiet_f64(x);
	return number_copysign_f64((double)(int64_t)x, x);
}

static inline float number_floor_f32(float x)
{
	float whole = number_trunc_f32(x);
	return whole > x ? whole - 1.0f : whole;
}

static inline double number_floor_f64(double x)
{
	double whole = number_trunc_f64(x);
	return whole > x ? whole - 1.0 : whole;
}

static inline float number_ceil_f32(float x)
{
	float whole = number_trunc_f32(x);
	return whole < x ? whole + 1.0f : whole;
}

static inline double number_ceil_f64(double x)
{
	double whole = number_trunc_f64(x);
	return whole < x ? whole + 1.0 : whole;
}

static inline float number_nearest_f32(float x)
{
	float size = number_abs_f32(x);
	if (!(size < NUMBER_WHOLE_F32))
		return number_quiet_f32(x);
	return number_copysign_f32((size + NUMBER_WHOLE_F32) - NUMBER_WHOLE_F32, x);
}

static inline double number_nearest_f64(double x)
{
	double size = number_abs_f64(x);
	if (!(size < NUMBER_WHOLE_F64))
		return number_quiet_f64(x);
	return number_copysign_f64((size + NUMBER_WHOLE_F64) - NUMBER_WHOLE_F64, x);
}

/*
 * Conversions to integers. The limits are the first numbers outside the integer type that a float
 * (or double) can be; where the one below has no double of its own, the lowest is inside.
 */
static inline enum wasm_trap number_check_range(bool is_number, bool is_inside)
{
	if (is_inside)
		return WASM_TRAP_NONE;
	return is_number ? WASM_TRAP_INTEGER_OVERFLOW : WASM_TRAP_INVALID_CONVERSION;
}

static inline enum wasm_trap number_check_s32_f32(float x)
{
	return number_check_range(x == x, x >= -2147483648.0f && x < 2147483648.0f);
}

static inline enum wasm_trap number_check_u32_f32(float x)
{
	return number_check_range(x == x, x > -1.0f && x < 4294967296.0f);
}

static inline enum wasm_trap number_check_s32_f64(double x)
{
	return number_check_range(x == x, x > -2147483649.0 && x < 2147483648.0);
}

static inline enum wasm_trap number_check_u32_f64(double x)
{
	return number_check_range(x == x, x > -1.0 && x < 4294967296.0);
}

static inline enum wasm_trap number_check_s64_f32(float x)
{
	return number_check_range(x == x, x >= -0x1p63f && x < 0x1p63f);
}

static inline enum wasm_trap number_check_u64_f32(float x)
{
	return number_check_range(x == x, x > -1.0f && x < 0x1p64f);
}

static inline enum wasm_trap number_check_s64_f64(double x)
{
	return number_check_range(x == x, x >= -0x1p63 && x < 0x1p63);
}

static inline enum wasm_trap number_check_u64_f64(double x)
{
	return number_check_range(x == x, x > -1.0 && x < 0x1p64);
}

/* A NaN saturates to 0, everything else to the nearest end. */

static inline int32_t number_saturate_s32_f64(double x)
{
	if (number_check_s32_f64(x) == WASM_TRAP_NONE)
		return (int32_t)x;
	return x != x ? 0 : x < 0 ? INT32_MIN : INT32_MAX;
}

static inline uint32_t number_saturate_u32_f64(double x)
{
	if (number_check_u32_f64(x) == WASM_TRAP_NONE)
		return (uint32_t)x;
	return x > 0 ? UINT32_MAX : 0;
}

static inline int64_t number_saturate_s64_f64(double x)
{
	if (number_check_s64_f64(x) == WASM_TRAP_NONE)
		return (int64_t)x;
	return x != x ? 0 : x < 0 ? INT64_MIN : INT64_MAX;
}

static inline uint64_t number_saturate_u64_f64(double x)
{
	if (number_check_u64_f64(x) == WASM_TRAP_NONE)
		return (uint64_t)x;
	return x > 0 ? UINT64_MAX : 0;
}

/* Every float is a double. */

static inline int32_t number_saturate_s32_f32(float x)
{
	return number_saturate_s32_f64(x);
}

static inline uint32_t number_saturate_u32_f32(float x)
{
	return number_saturate_u32_f64(x);
}

static inline int64_t number_saturate_s64_f32(float x)
{
	return number_saturate_s64_f64(x);
}

static inline uint64_t number_saturate_u64_f32(float x)
{
	return number_saturate_u64_f64(x);
}

#endif
