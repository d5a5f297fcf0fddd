/* SPDX-License-Identifier: ISC */
/*
 * host PROGRAM ARGUMENT...: the first process of a machine that stands in for a host with /dev/kvm.
 * Loads the modules 0.ko, 1.ko, ... of the initial RAM file system; mounts the files of the real
 * host, which QEMU offers as "host", with a layer in memory over them that takes all writes; runs
 * the program there, and ends the machine.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

static void end_machine(void)
{
    tcdrain(STDOUT_FILENO);
    reboot(RB_AUTOBOOT);
    exit(1);
}

static void need(long status, const char *what)
{
    if (status < 0) {
        perror(what);
        end_machine();
    }
}

static void load_modules(void)
{
    char path[16];
    int file;

    for (int i = 0; snprintf(path, sizeof(path), "%d.ko", i), (file = open(path, O_RDONLY)) >= 0;
         i++)
        need(syscall(SYS_finit_module, file, "", 0), path);
}

static void mount_host(void)
{
    need(mount("host", "/host", "9p", MS_RDONLY,
               "trans=virtio,version=9p2000.L,msize=262144,cache=loose"),
         "host");
    need(mount("layer", "/layer", "tmpfs", 0, ""), "layer");
    need(mkdir("/layer/upper", 0755), "upper");
    need(mkdir("/layer/work", 0755), "work");
    need(mount("root", "/root", "overlay", 0,
               "lowerdir=/host,upperdir=/layer/upper,workdir=/layer/work"),
         "root");
    need(mount("proc", "/root/proc", "proc", 0, ""), "/proc");
    need(mount("dev", "/root/dev", "devtmpfs", 0, ""), "/dev");
    need(chroot("/root"), "chroot");
    need(chdir("/"), "chdir");
}

int main(int argc, char **argv)
{
    pid_t child;

    (void)argc;
    load_modules();
    mount_host();
    if ((child = fork()) == 0) {
        execv(argv[1], argv + 1);
        perror(argv[1]);
        _exit(127);
    }
    waitpid(child, NULL, 0);
    end_machine();
}
