/* SPDX-License-Identifier: ISC */
/*
 * Where in guest memory the structures lie.
 */
#ifndef TOPO_PLACE_H
#define TOPO_PLACE_H

#include <stdbool.h>

#include "topology.h"

/*
 * place_choose - floating pointer and table in the last kilobyte of base memory
 * @table_size: bytes of the table
 * @below:      a table too long for that kilobyte may lie below it
 * @count_at:   the member that made the table so long, for the refusal
 *
 * Return: 0; -1 and ERR_TOPOLOGY when the table does not fit.
 */
int place_choose(size_t table_size, bool below, const struct at *count_at, struct mpt_place *place,
                 struct err *err) MUST_USE;

#endif
