/* SPDX-License-Identifier: ISC */
/*
 * The only process of a guest whose PCI wiring is under test: lets its PCI serial port send, then
 * shows what interrupts came of it, and ends the machine.
 */
#include <fcntl.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <termios.h>
#include <unistd.h>

int main(void)
{
    char line[512];
    FILE *interrupts;
    int port = open("/dev/port", O_RDWR | O_NOCTTY | O_NONBLOCK);

    if (port < 0 || write(port, "sent\n", 5) != 5 || tcdrain(port) < 0)
        perror("/dev/port");
    if (mount("proc", "/proc", "proc", 0, NULL) < 0 ||
        !(interrupts = fopen("/proc/interrupts", "r")))
        perror("/proc/interrupts");
    else
        while (fgets(line, sizeof(line), interrupts))
            fputs(line, stdout);
    puts("init: done");
    tcdrain(STDOUT_FILENO);
    reboot(RB_AUTOBOOT);
    return 1;
}
