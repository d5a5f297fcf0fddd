/* SPDX-License-Identifier: ISC */
#include "condition.h"

#include <stddef.h>
#include <string.h>

/*
 * Reads the next tag of a list; *weak: has it the mark W/? Return: the tag's size; 0 at the end, or
 * when the list is malformed
 */
static size_t next_tag(const char **at, const char **tag, bool *weak)
{
    const char *end;
    size_t size;

    *at += strspn(*at, " \t,");
    *weak = strncmp(*at, "W/", 2) == 0;
    *tag = *at + (*weak ? 2 : 0);
    end = **tag == '"' ? strchr(*tag + 1, '"') : NULL;
    if (!end)
        return 0;
    size = (size_t)(end - *tag) + 1;
    *at = *tag + size + strspn(*tag + size, " \t");
    return **at && **at != ',' ? 0 : size;
}

/* Our tags are strong, so a client's weak tag can match only by weak comparison. */
static bool list_has(const char *list, const char *tag, bool weakly)
{
    const char *one;
    size_t size;
    bool weak;

    list += strspn(list, " \t");
    if (*list == '*')
        return !list[1 + strspn(list + 1, " \t")];
    while ((size = next_tag(&list, &one, &weak)) > 0)
        if (size == strlen(tag) && memcmp(one, tag, size) == 0 && (weakly || !weak))
            return true;
    return false;
}

enum condition condition_check(bool safe, const char *if_match, const char *if_none_match,
                               const char *tag)
{
    if (if_match && !list_has(if_match, tag, false))
        return CONDITION_FAILED;
    if (if_none_match && list_has(if_none_match, tag, true))
        return safe ? CONDITION_NOT_MODIFIED : CONDITION_FAILED;
    return CONDITION_NONE;
}
