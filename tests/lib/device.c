/* SPDX-License-Identifier: ISC */
/*
 * Preloaded into mptablectl: /dev/mem is the file that DEVICE_MEMORY names, of which reading above
 * the first MiB fails with EPERM, as with CONFIG_STRICT_DEVMEM. Without DEVICE_MEMORY, opening the
 * device fails with EPERM, as it does when the kernel is locked down. With DEVICE_EFI,
 * /sys/firmware/efi exists, as on a machine that UEFI started.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static int device = -1;

static int open_device(int flags)
{
    const char *const file = getenv("DEVICE_MEMORY");

    if (!file) {
        errno = EPERM;
        return -1;
    }
    return device = (int)syscall(SYS_openat, AT_FDCWD, file, flags);
}

int open(const char *path, int flags, ...)
{
    return strcmp(path, "/dev/mem") == 0 ? open_device(flags)
                                         : (int)syscall(SYS_openat, AT_FDCWD, path, flags, 0644);
}

int __open_2(const char *path, int flags);

int __open_2(const char *path, int flags)
{
    return open(path, flags);
}

ssize_t pread(int fd, void *bytes, size_t size, off_t at)
{
    if (fd == device && at + (off_t)size > 0x100000) {
        errno = EPERM;
        return -1;
    }
    return syscall(SYS_pread64, fd, bytes, size, at);
}

int access(const char *path, int mode)
{
    if (strcmp(path, "/sys/firmware/efi") == 0 && getenv("DEVICE_EFI"))
        return 0;
    return (int)syscall(SYS_faccessat, AT_FDCWD, path, mode);
}
