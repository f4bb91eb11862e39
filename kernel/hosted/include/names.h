/*
 * names: how a person names programs and interfaces, and how both are called in what he reads.
 *
 * A program is called by its CID or by its petname; an interface by the 64 hexadecimal digits of
 * its digest, by the CID of its canonical text, by the short name of an interface of the system, or
 * by a petname. What is printed is the petname and the beginning of the hash (for a program that
 * comes with the kernel and has no petname, boot:NAME): a name that a program gave itself is never
 * among it.
 */
#ifndef NAMES_H
#define NAMES_H

#include "records.h"

/* "sudoku (bafkreid3k...)": for a line of text. */
enum { NAMES_SHOWN_BYTES = 192 };

/* STATUS_NOT_FOUND and a text where the word is no such name; other errors are those of the
 * records. */
must_check enum status names_program(struct records *records, const char *word, struct cid *out,
				     struct fault *fault);
must_check enum status names_interface(struct records *records, const char *word,
				       struct digest *out, struct fault *fault);

/* Records that cannot be read do not stop anybody from being shown a hash. */
void names_show_program(struct records *records, const struct cid *program,
			char out[NAMES_SHOWN_BYTES]);
void names_show_interface(struct records *records, const struct digest *interface,
			  char out[NAMES_SHOWN_BYTES]);

/* What a person types for it: the petname or the whole hash. */
void names_word_of_program(struct records *records, const struct cid *program,
			   char out[NAMES_SHOWN_BYTES]);
void names_word_of_interface(struct records *records, const struct digest *interface,
			     char out[NAMES_SHOWN_BYTES]);

#endif
