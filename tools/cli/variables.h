/*
 * variables: what --env gives a program: NAME=VALUE, or NAME alone for the command's own variable
 * of that name.
 */
#ifndef CLI_VARIABLES_H
#define CLI_VARIABLES_H

/* The variable as NAME=VALUE, which lives as long as the word and the environment; NULL after an
 * error was reported. */
const char *variables_given(const char *word);

#endif
