/*
 * spec_format: a sample of the suite as bytes. A command is its type and its line (u32 each,
 * little-endian), and:
 *
 *     SPEC_SCRIPT         bytes: its name; a world of its own starts
 *     SPEC_MODULE         name, bytes
 *     SPEC_REGISTER       name of the instance, name under which others import it
 *     SPEC_ACTION, SPEC_EXHAUSTION   action
 *     SPEC_RETURN         action, u32 count, and for each: u8 match, u32 type, u64 where it is
 * exact SPEC_TRAP           action, bytes: the reason all others          bytes of a module
 *
 * Bytes are a u32 count and so many; a name is bytes or SPEC_NO_NAME. An action is the name of the
 * instance, the name of the export, a u32 count of arguments, a u64 each.
 */
#ifndef STANDALONE_SPEC_FORMAT_H
#define STANDALONE_SPEC_FORMAT_H

#define SPEC_NO_NAME UINT32_MAX

enum spec_command {
	SPEC_END,
	SPEC_SCRIPT,
	SPEC_MODULE,
	SPEC_REGISTER,
	SPEC_ACTION,
	SPEC_RETURN,
	SPEC_TRAP,
	SPEC_EXHAUSTION,
	SPEC_MALFORMED,
	SPEC_INVALID,
	SPEC_UNLINKABLE,
	SPEC_UNINSTANTIABLE
};

enum spec_match { SPEC_EXACT, SPEC_NAN_CANONICAL, SPEC_NAN_ARITHMETIC, SPEC_SOME_REFERENCE };

#endif
