/* SPDX-License-Identifier: ISC */
/*
 * Making and replacing keys, killed after each system call: whatever the instant, there is the old
 * key or the new one, whole, and nothing that others could have read.
 */
#include "../lib/scratch.h"
#include "../lib/suite.h"

#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "../../src/seal/key.h"

enum { TEXT_SIZE = 512, CALLS_MAX = 1000 };

static const char *detail(const struct err *err)
{
    return err->count ? err->places[0].detail : "";
}

static bool generates(const char *secret, const char *public, bool replace, const char *because)
{
    char id[KEY_ID_TEXT_SIZE] = "";
    struct err err = { 0 };
    const int status = key_generate(secret, public, replace, id, &err);

    if (!because)
        return status == 0 && err.count == 0 && strlen(id) == KEY_ID_TEXT_SIZE - 1;
    return status == (strstr(because, "cannot open") || strstr(because, "cannot put") ? -1 : 1) &&
           err.code == ERR_FILE && err.count == 1 && strstr(detail(&err), because);
}

/* A sound pair: minisign's secret half in mode 0600, and its public half. */
static bool is_pair(const char *secret, const char *public)
{
    struct err err = { 0 };
    struct public_key read;
    struct key *key = key_load(secret, &err);
    bool pair = key && public_key_load(public, &read, &err) == 0 &&
                memcmp(&read, key_public(key), sizeof(read)) == 0;

    key_free(key);
    return pair;
}

/* Others may read it, and it is no public key (whose temporary may still be empty). */
static bool is_open_secret(int dir, const char *name)
{
    static const char public[] = "untrusted comment: minisign public key ";
    int fd = openat(dir, name, O_RDONLY | O_CLOEXEC);
    char text[sizeof(public) - 1];
    struct stat st;
    bool open = fd < 0 || fstat(fd, &st) < 0 || (st.st_mode & 077 && st.st_size > 0);

    if (open && fd >= 0)
        open =
            read(fd, text, sizeof(text)) != sizeof(text) || memcmp(text, public, sizeof(text)) != 0;
    if (fd >= 0)
        close(fd);
    return open;
}

/* Files in a directory; *open: one of them that holds a secret is open to group or others */
static unsigned files_in(const char *path, bool *open)
{
    DIR *dir = opendir(path);
    unsigned count = 0;

    for (const struct dirent *e = dir ? readdir(dir) : NULL; e; e = readdir(dir)) {
        if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
            continue;
        count++;
        *open = *open || is_open_secret(dirfd(dir), e->d_name);
    }
    if (dir)
        closedir(dir);
    return count;
}

static void generate_rows(void)
{
    struct scratch_dir dir;
    bool open = false;
    char before[TEXT_SIZE], after[TEXT_SIZE];

    CU_ASSERT_EQUAL_FATAL(scratch_enter(&dir), 0);
    CU_ASSERT(generates("a.key", "a.pub", false, NULL));
    CU_ASSERT(is_pair("a.key", "a.pub"));
    CU_ASSERT_EQUAL(files_in(".", &open), 2);
    CU_ASSERT_FALSE(open);
    scratch_read("a.key", before, sizeof(before));
    CU_ASSERT(generates("a.key", "b.pub", false, "a.key: exists; --force replaces it"));
    CU_ASSERT(generates("b.key", "a.pub", false, "a.pub: exists; --force replaces it"));
    CU_ASSERT(generates("no/a.key", "b.pub", false, "no/a.key: cannot open"));
    CU_ASSERT(generates("b.key", "no/b.pub", false, "no/b.pub: cannot open"));
    CU_ASSERT(generates("b.key", "./b.key", false,
                        "b.key: cannot be both the secret and the public key"));
    CU_ASSERT(
        generates("./a.key", "a.key", true, "a.key: cannot be both the secret and the public key"));
    scratch_read("a.key", after, sizeof(after));
    CU_ASSERT_STRING_EQUAL(before, after);
    CU_ASSERT_EQUAL(files_in(".", &open), 2);

    CU_ASSERT(generates("a.key", "a.pub", true, NULL));
    CU_ASSERT(is_pair("a.key", "a.pub"));
    scratch_read("a.key", after, sizeof(after));
    CU_ASSERT_STRING_NOT_EQUAL(before, after);
    CU_ASSERT_EQUAL(files_in(".", &open), 2);

    /* in two directories, over a link, which is replaced and not followed; not over a directory */
    CU_ASSERT(mkdir("d", 0700) == 0 && symlink("../a.key", "d/c.key") == 0);
    CU_ASSERT(generates("d/c.key", "c.pub", true, NULL));
    CU_ASSERT(is_pair("d/c.key", "c.pub") && is_pair("a.key", "a.pub"));
    CU_ASSERT(mkdir("d.key", 0700) == 0 && generates("d.key", "d.pub", true, "d.key: cannot put"));
    CU_ASSERT_EQUAL(files_in("d", &open), 1);
    CU_ASSERT_FALSE(open);
    scratch_leave(&dir);
}

static bool load_or_make(const char *secret, const char *public)
{
    struct err err = { 0 };
    struct key *key = key_load_or_make(secret, &err);

    (void)public;
    key_free(key);
    return key != NULL;
}

static bool replace(const char *secret, const char *public)
{
    return generates(secret, public, true, NULL);
}

static bool rotate(const char *secret, const char *public)
{
    struct key_rotation done;
    struct err err = { 0 };

    (void)public;
    return key_rotate(secret, &done, &err) == 0;
}

/*
 * Runs @work in a process that is killed when its @nth system call returns. 1: killed; 0: it ended
 * before; -1: nothing can be traced here.
 */
static int killed_after(bool (*work)(const char *, const char *), const char *secret,
                        const char *public, unsigned nth)
{
    unsigned stops = 0;
    int status = 0;
    pid_t child;

    fflush(NULL);
    child = fork();
    if (child == 0) {
        if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) < 0)
            _exit(2);
        raise(SIGSTOP);
        _exit(work(secret, public) ? 0 : 1);
    }
    while (waitpid(child, &status, 0) == child && WIFSTOPPED(status)) {
        if (WSTOPSIG(status) == (SIGTRAP | 0x80) && ++stops == 2 * nth) { /* each stops twice */
            kill(child, SIGKILL);
            waitpid(child, &status, 0);
            break;
        }
        if (stops == 0)
            ptrace(PTRACE_SETOPTIONS, child, NULL, PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL);
        ptrace(PTRACE_SYSCALL, child, NULL, NULL);
    }
    if (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL)
        return 1;
    CU_ASSERT(WIFEXITED(status) && WEXITSTATUS(status) != 1);
    return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : -1;
}

/* A key pair, and the public half of the @old key at most. */
static bool has_pair_and_retired(const char *in, const char *old)
{
    bool open = false;
    const unsigned count = files_in(in, &open);

    return !open && (count == 2 || (count == 3 && *old));
}

/*
 * A fresh directory for each system call; with an old key in it when @old. The umask lets
 * everything through, so that only the modes given to the calls keep others out.
 */
static void kill_everywhere(const char *name, bool (*work)(const char *, const char *),
                            const char *old, size_t old_size)
{
    struct scratch_dir dir;
    const mode_t mask = umask(0);
    unsigned call = 1, fresh = 0;
    int killed = 1;

    CU_ASSERT_EQUAL_FATAL(scratch_enter(&dir), 0);
    for (; killed > 0 && call < CALLS_MAX; call++) {
        char in[16], secret[32], public[32], row[48], seen[TEXT_SIZE], kept[TEXT_SIZE];
        bool open = false, present;

        snprintf(in, sizeof(in), "d%u", call);
        snprintf(secret, sizeof(secret), "%s/a.key", in);
        snprintf(public, sizeof(public), "%s/a.pub", in);
        snprintf(row, sizeof(row), "%s, call %u", name, call);
        ROW_CHECK(row, mkdir(in, 0700) == 0);
        if (old_size)
            ROW_CHECK(row, scratch_write(secret, 0600, old, old_size) == 0);
        killed = killed_after(work, secret, public, call);
        if (killed < 0)
            break;
        present = scratch_read(secret, seen, sizeof(seen)) > 0;
        files_in(in, &open);
        ROW_CHECK(row, !open);
        ROW_CHECK(row, present || !old_size);
        fresh += present && strcmp(seen, old) != 0;
        /* the next start has the key that was seen, and a tidy directory */
        ROW_CHECK(row, load_or_make(secret, public) && is_pair(secret, public));
        scratch_read(secret, kept, sizeof(kept));
        ROW_CHECK(row, !present || strcmp(kept, seen) == 0);
        ROW_CHECK(row, has_pair_and_retired(in, old) && !open);
    }
    scratch_leave(&dir);
    umask(mask);
    if (killed < 0)
        TEST_SKIP("processes cannot be traced here");
    printf("# %s: killed after each of %u system calls, new key in place after %u of them\n", name,
           call - 2, fresh);
    CU_ASSERT(call > 20 && call < CALLS_MAX && fresh > 0 && fresh < call - 2);
}

static void creation_killed(void)
{
    kill_everywhere("creation", load_or_make, "", 0);
}

static void rotation_killed(void)
{
    char old[TEXT_SIZE];
    struct scratch_dir dir;
    ssize_t size;

    CU_ASSERT_EQUAL_FATAL(scratch_enter(&dir), 0);
    CU_ASSERT(generates("a.key", "a.pub", false, NULL));
    size = scratch_read("a.key", old, sizeof(old));
    scratch_leave(&dir);
    CU_ASSERT_FATAL(size > 0);
    kill_everywhere("replacement", replace, old, (size_t)size);
    kill_everywhere("rotation", rotate, old, (size_t)size);
}

static bool rotates(const char *path, struct key_rotation *done, const char *because)
{
    struct err err = { 0 };
    const int status = key_rotate(path, done, &err);

    if (!because)
        return status == 0 && err.count == 0;
    return status == -1 && err.code == ERR_FILE && err.count == 1 && strstr(detail(&err), because);
}

/* The file's owner, group and mode; -1: there is none */
static bool looks(const char *path, uid_t user, gid_t group, mode_t mode)
{
    struct stat st;

    return lstat(path, &st) == 0 && st.st_uid == user && st.st_gid == group &&
           (st.st_mode & 07777) == mode;
}

static void rotate_rows(void)
{
    struct key_rotation first, second;
    struct scratch_dir dir;
    bool open = false;
    char path[300];

    CU_ASSERT_EQUAL_FATAL(scratch_enter(&dir), 0);
    CU_ASSERT(generates("a.key", "a.pub", false, NULL) && chmod("a.key", 0400) == 0);
    CU_ASSERT(rotates("a.key", &first, NULL) && rotates("./a.key", &second, NULL));
    CU_ASSERT_STRING_EQUAL(second.old_id, first.new_id);
    CU_ASSERT(strcmp(first.old_id, first.new_id) != 0 && strcmp(first.public, "a.pub") == 0);
    CU_ASSERT(is_pair("a.key", "a.pub") && looks("a.key", geteuid(), getegid(), 0400));
    snprintf(path, sizeof(path), "a.retired-%s.pub", first.old_id);
    CU_ASSERT(strcmp(first.retired, path) == 0 && looks(path, geteuid(), getegid(), 0644));
    CU_ASSERT(files_in(".", &open) == 4 && !open);
    CU_ASSERT(generates("name", "name.pub", false, NULL) && rotates("name", &first, NULL));
    CU_ASSERT(strncmp(first.retired, "name.retired-", 13) == 0 && is_pair("name", "name.pub"));

    CU_ASSERT(rotates("no.key", &first, "no.key: cannot open the key file"));
    CU_ASSERT(rotates("no/a.key", &first, "no/a.key: cannot open the key file's directory"));
    CU_ASSERT(symlink("a.key", "l.key") == 0 && rotates("l.key", &first, "symbolic link"));
    CU_ASSERT(chmod("a.key", 0640) == 0 && rotates("a.key", &first, "chmod 600"));
    CU_ASSERT(rotates("a.pub", &first, "not a minisign secret key"));
    CU_ASSERT_EQUAL(files_in(".", &open), 8);
    scratch_leave(&dir);
}

/* Another user's key in a directory of that user, and in one of root. */
static void rotate_as_root(void)
{
    static const char *const paths[] = { "own/a.key", "a.key" };
    const uid_t user = 65534, group = 65533;
    struct key_rotation done;
    struct scratch_dir dir;
    char path[300];

    if (geteuid() != 0)
        TEST_SKIP("only root has other users' keys");
    CU_ASSERT_EQUAL_FATAL(scratch_enter(&dir), 0);
    CU_ASSERT(chmod(".", 0755) == 0 && mkdir("own", 0700) == 0);
    for (size_t i = 0; i < 2; i++) {
        const char *const public = i == 0 ? "own/a.pub" : "a.pub";

        ROW_CHECK(paths[i], generates(paths[i], public, false, NULL));
        ROW_CHECK(paths[i],
                  chown(paths[i], user, group) == 0 && (i > 0 || chown("own", user, group) == 0));
        ROW_CHECK(paths[i], rotates(paths[i], &done, NULL) && geteuid() == 0);
        snprintf(path, sizeof(path), "%s%s", i == 0 ? "own/" : "", done.retired);
        ROW_CHECK(paths[i], looks(paths[i], user, group, 0600) && looks(path, user, group, 0644) &&
                                looks(public, user, group, 0644));
        ROW_CHECK(paths[i], seteuid(user) == 0 && is_pair(paths[i], public) && seteuid(0) == 0);
    }
    /* what its owner's daemon refuses is refused */
    CU_ASSERT(chown("own", 65532, group) == 0);
    CU_ASSERT(rotates("own/a.key", &done, "own/a.key") && geteuid() == 0);
    scratch_leave(&dir);
}

static const struct test tests[] = {
    { "pairs are made, kept and replaced", generate_rows },
    { "creation killed after each system call", creation_killed },
    { "replacement and rotation killed after each system call", rotation_killed },
    { "a rotation keeps owner, mode and the old public half", rotate_rows },
    { "root rotates the keys of others", rotate_as_root },
};

const struct suite seal_keygen_suite = { "seal/keygen", tests, sizeof(tests) / sizeof(tests[0]) };
