/* SPDX-License-Identifier: ISC */
#ifndef CLI_COMPLETE_H
#define CLI_COMPLETE_H

/*
 * complete - what the last of some words may become, for a shell
 * @words: behind the program's name, up to the one that is being typed
 *
 * Prints a line for each: the word, a tab and its help; ":files" stands for the names of files.
 */
int complete(int count, char **words);

#endif
