/* SPDX-License-Identifier: ISC */
#include "client.h"

#include <stdio.h>

void client_name(const struct client *c, char name[CLIENT_NAME_SIZE])
{
    if (c->token[0])
        snprintf(name, CLIENT_NAME_SIZE, "token:%s", c->token);
    else if (c->certificate && c->certificate->subject[0])
        snprintf(name, CLIENT_NAME_SIZE, "cert:%.120s", c->certificate->subject);
    else if (c->is_unix)
        snprintf(name, CLIENT_NAME_SIZE, "uid:%lu", (unsigned long)c->uid);
    else
        snprintf(name, CLIENT_NAME_SIZE, "none");
}
