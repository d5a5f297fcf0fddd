/* SPDX-License-Identifier: ISC */
#include "../../src/base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "../lib/scratch.h"
#include "../lib/suite.h"

enum { MAX = 10 };

static struct err error;

static bool says(const char *text)
{
    return error.count == 1 && strstr(error.places[0].detail, text);
}

/* What is read of a file by rules of these checks; -1 with error filled */
static int status_of(const char *path, unsigned checks, char text[MAX + 1])
{
    const struct file_rules rules = { .what = "thing", .max = MAX, .checks = checks };
    struct stat st;
    size_t size;
    int status;

    memset(&error, 0, sizeof(error));
    status = file_read(path, &rules, text, &size, &st, &error);
    return status == 0 ? (int)size : status == 1 ? -2 : -1;
}

static void reading(void)
{
    static const struct {
        const char *path;
        unsigned checks;
        int size; /* -1: refused, -2: need not be there */
        const char *says;
    } rows[] = {
        { "empty", FILE_REGULAR, 0, NULL },
        { "ten", FILE_REGULAR, 10, NULL },
        { "nul", 0, 3, NULL },
        { "nul", FILE_TEXT, -1, "nul: the thing has a NUL byte" },
        { "ten", FILE_TEXT, 10, NULL },
        { "eleven", FILE_REGULAR, -1, "eleven: too long for a thing, which has at most 10 bytes" },
        { "missing", 0, -1, "missing: cannot open the thing: No such file" },
        { "missing", FILE_OPTIONAL, -2, NULL },
        { "link", 0, 10, NULL },
        { "link", FILE_NO_LINK, -1, "link: the thing is a symbolic link; name the file itself" },
        { "folder", 0, -1, "folder: cannot read the thing: Is a directory" },
        { "folder", FILE_REGULAR, -1, "folder: the thing is not a regular file" },
        { "fifo", FILE_REGULAR, -1, "fifo: the thing is not a regular file" },
        { "fifo", 0, 0, NULL }, /* without a writer, and not waited for */
        { "/dev/null", 0, 0, NULL },
    };
    char text[MAX + 1];
    struct scratch_dir dir;

    CU_ASSERT_EQUAL_FATAL(scratch_enter(&dir), 0);
    CU_ASSERT_EQUAL(scratch_write("empty", 0600, "", 0), 0);
    CU_ASSERT_EQUAL(scratch_write("nul", 0600, "a\0b", 3), 0);
    CU_ASSERT_EQUAL(scratch_write("ten", 0600, "0123456789", 10), 0);
    CU_ASSERT_EQUAL(scratch_write("eleven", 0600, "0123456789a", 11), 0);
    CU_ASSERT(symlink("ten", "link") == 0 && mkdir("folder", 0700) == 0 &&
              mkfifo("fifo", 0600) == 0);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        ROW_CHECK(rows[i].path, status_of(rows[i].path, rows[i].checks, text) == rows[i].size);
        ROW_CHECK(rows[i].path, rows[i].says ? says(rows[i].says) : error.count == 0);
        ROW_CHECK(rows[i].path, rows[i].size < 0 || text[rows[i].size] == '\0');
    }
    CU_ASSERT_EQUAL(status_of("ten", 0, text), 10);
    CU_ASSERT_STRING_EQUAL(text, "0123456789");
    scratch_leave(&dir);
}

static void guarding(void)
{
    static const struct {
        const char *name;
        mode_t mode, closed;
        unsigned checks;
        const char *says;
    } rows[] = {
        { "closed", 0600, 077, 0, NULL },
        { "open to the group", 0640, 077, 0, "mode 0640 opens the thing to group or others" },
        { "open to others", 0604, 027, 0, "mend with: chmod 600 a" },
        { "the group may read", 0640, 027, 0, NULL },
        { "the group may write", 0620, 027, 0, "mend with: chmod 600 a" },
        { "two names", 0600, 077, FILE_ONE_NAME, "a: the thing has 2 names" },
        { "two names, which do not matter", 0600, 077, FILE_OWN, NULL },
    };
    struct scratch_dir dir;
    struct stat st;

    CU_ASSERT_EQUAL_FATAL(scratch_enter(&dir), 0);
    CU_ASSERT_EQUAL(scratch_write("a", 0600, "x", 1), 0);
    CU_ASSERT_EQUAL(link("a", "b"), 0);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct file_rules rules = { "thing", MAX, rows[i].checks, rows[i].closed,
                                          "chmod 600" };

        memset(&error, 0, sizeof(error));
        CU_ASSERT(chmod("a", rows[i].mode) == 0 && stat("a", &st) == 0);
        ROW_CHECK(rows[i].name, file_guard("a", &rules, &st, &error) == (rows[i].says ? -1 : 0));
        ROW_CHECK(rows[i].name, rows[i].says ? says(rows[i].says) : error.count == 0);
    }
    st.st_uid = geteuid() + 1;
    memset(&error, 0, sizeof(error));
    CU_ASSERT_EQUAL(
        file_guard("a", &(struct file_rules){ .what = "thing", .checks = FILE_OWN }, &st, &error),
        -1);
    CU_ASSERT(says("the thing belongs to user "));
    scratch_leave(&dir);
}

/* Files of every size around the steps in which room is made; what comes by a pipe is as whole. */
static void loading(void)
{
    static const size_t sizes[] = { 0, 1, 65535, 65536, 65537, 196608, 300000, 400000 };
    const struct file_rules rules = { .what = "thing", .max = 300000, .checks = FILE_WAIT };
    static char bytes[400000];
    struct scratch_dir dir;
    size_t size = 0;
    char *text;

    for (size_t i = 0; i < sizeof(bytes); i++)
        bytes[i] = (char)(i * 7 + i / 256);
    CU_ASSERT_EQUAL_FATAL(scratch_enter(&dir), 0);
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        char row[32];
        int ends[2];
        pid_t child;

        snprintf(row, sizeof(row), "%zu bytes", sizes[i]);
        CU_ASSERT_EQUAL(scratch_write("a", 0600, bytes, sizes[i]), 0);
        for (int by_pipe = 0; by_pipe < 2; by_pipe++) {
            const int kept = dup(STDIN_FILENO);

            CU_ASSERT_EQUAL_FATAL(pipe(ends), 0);
            fflush(NULL);
            child = fork();
            if (child == 0) {
                signal(SIGPIPE, SIG_IGN);
                close(ends[0]);
                _exit(by_pipe && file_write_all(ends[1], bytes, sizes[i]) < 0);
            }
            close(ends[1]);
            dup2(ends[0], STDIN_FILENO);
            close(ends[0]);
            memset(&error, 0, sizeof(error));
            text = file_load(by_pipe ? NULL : "a", &rules, &size, &error);
            if (sizes[i] <= rules.max)
                ROW_CHECK(row, text && size == sizes[i] && memcmp(text, bytes, size) == 0 &&
                                   text[size] == '\0');
            else
                ROW_CHECK(row, !text && says(by_pipe ? "standard input: too long" : "a: too long"));
            free(text);
            dup2(kept, STDIN_FILENO);
            close(kept);
            CU_ASSERT_EQUAL(waitpid(child, NULL, 0), child);
        }
    }
    scratch_leave(&dir);
}

static void drafts(void)
{
    char draft[FILE_NAME_SIZE], other[FILE_NAME_SIZE], text[16], long_stem[FILE_NAME_SIZE] = "";
    const mode_t mask = umask(027);
    struct scratch_dir dir;
    struct stat st;
    int in;

    CU_ASSERT_EQUAL_FATAL(scratch_enter(&dir), 0);
    in = open(".", O_RDONLY | O_DIRECTORY);
    CU_ASSERT_EQUAL(file_draft(in, "a", 0644, NULL, "new", 3, draft), 0);
    CU_ASSERT(strncmp(draft, ".a.", 3) == 0 && stat(draft, &st) == 0);
    CU_ASSERT_EQUAL(st.st_mode & 07777, 0644); /* whatever the umask */
    CU_ASSERT_EQUAL(file_publish(in, draft, "a", false), 0);
    CU_ASSERT(scratch_read("a", text, sizeof(text)) == 3 && access(draft, F_OK) < 0);

    CU_ASSERT_EQUAL(file_draft(in, "a", 0, NULL, "newer", 5, draft), 0);
    CU_ASSERT(stat(draft, &st) == 0 && (st.st_mode & 07777) == 0640);
    CU_ASSERT(file_publish(in, draft, "a", false) == -1 && errno == EEXIST);
    CU_ASSERT(scratch_read("a", text, sizeof(text)) == 3 && access(draft, F_OK) < 0);
    CU_ASSERT_EQUAL(file_draft(in, "a", 0, NULL, "newer", 5, draft), 0);
    CU_ASSERT_EQUAL(file_publish(in, draft, "a", true), 0);
    CU_ASSERT_EQUAL(scratch_read("a", text, sizeof(text)), 5);

    CU_ASSERT_EQUAL(mkdir("folder", 0700), 0);
    CU_ASSERT_EQUAL(file_draft(in, "a", 0, NULL, "x", 1, draft), 0);
    CU_ASSERT(file_publish(in, draft, "folder", true) == -1 && access(draft, F_OK) < 0);

    memset(long_stem, 's', FILE_NAME_SIZE - 20);
    CU_ASSERT(file_draft(in, long_stem, 0, NULL, "x", 1, draft) == -1 && errno == ENAMETOOLONG);
    CU_ASSERT_EQUAL(file_draft(in, "a", 0, NULL, "x", 1, draft), 0);
    CU_ASSERT_EQUAL(file_draft(in, "ab", 0, NULL, "x", 1, other), 0);
    file_sweep(in, "a");
    CU_ASSERT(access(draft, F_OK) < 0 && access(other, F_OK) == 0);
    close(in);
    umask(mask);
    scratch_leave(&dir);
}

/* No room on the disk, as a limit on the size of files: nothing is left. */
static void no_room(void)
{
    struct scratch_dir dir;
    int status = -1;
    pid_t child;

    CU_ASSERT_EQUAL_FATAL(scratch_enter(&dir), 0);
    fflush(NULL);
    child = fork();
    if (child == 0) {
        const struct rlimit limit = { 2, 2 };
        char draft[FILE_NAME_SIZE];
        int in = open(".", O_RDONLY | O_DIRECTORY);

        memset(&error, 0, sizeof(error));
        signal(SIGXFSZ, SIG_IGN);
        if (setrlimit(RLIMIT_FSIZE, &limit) < 0 ||
            file_draft(in, "a", 0600, NULL, "long", 4, draft) == 0 || errno != EFBIG ||
            access(draft, F_OK) == 0)
            _exit(1);
        _exit(file_write("b", "long", 4, &error) < 0 &&
                      says("b: cannot write the file: File too large")
                  ? 0
                  : 2);
    }
    CU_ASSERT(waitpid(child, &status, 0) == child && status == 0);
    scratch_leave(&dir);
}

static void places(void)
{
    static const struct {
        const char *path, *name;
        int error; /* 0: it opens */
    } rows[] = {
        { "a", "a", 0 },           { "folder/a", "a", 0 },  { "/a", "a", 0 },
        { "folder/", "", EISDIR }, { "no/a", "a", ENOENT }, { "file/a", "a", ENOTDIR },
    };
    struct scratch_dir dir;

    CU_ASSERT_EQUAL_FATAL(scratch_enter(&dir), 0);
    CU_ASSERT(mkdir("folder", 0700) == 0 && scratch_write("file", 0600, "", 0) == 0);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct file_place place = { .dir = -1 };
        const int status = file_place_open(&place, rows[i].path, O_PATH);

        ROW_CHECK(rows[i].path, rows[i].error ? status == -1 && errno == rows[i].error
                                              : status == 0 && place.dir >= 0);
        ROW_CHECK(rows[i].path, strcmp(place.name, rows[i].name) == 0);
        scoped_file_place(&place);
    }
    scratch_leave(&dir);
}

/* Only a name that is not there is absent: not one that cannot be looked at, nor a dead link. */
static void absence(void)
{
    struct scratch_dir dir;

    CU_ASSERT_EQUAL_FATAL(scratch_enter(&dir), 0);
    CU_ASSERT(scratch_write("file", 0600, "", 0) == 0 && symlink("nothing", "link") == 0);
    CU_ASSERT(file_is_absent(AT_FDCWD, "missing") && file_is_absent(AT_FDCWD, "missing/a"));
    CU_ASSERT(!file_is_absent(AT_FDCWD, "file") && !file_is_absent(AT_FDCWD, "link"));
    CU_ASSERT_FALSE(file_is_absent(AT_FDCWD, "file/a"));
    scratch_leave(&dir);
}

static void locking(void)
{
    struct scratch_dir dir;
    int one, other;

    CU_ASSERT_EQUAL_FATAL(scratch_enter(&dir), 0);
    one = open(".", O_RDONLY | O_DIRECTORY);
    other = open(".", O_RDONLY | O_DIRECTORY);
    CU_ASSERT(file_lock(one) && !file_lock(other));
    close(one);
    CU_ASSERT(file_lock(other));
    close(other);
    scratch_leave(&dir);
}

/* Line ends, empty lines, comments and a byte order mark are gone; numbers count all lines. */
static void lines(void)
{
    static const struct {
        const char *name, *text, *lines;
    } rows[] = {
        { "no text", "", "" },
        { "line ends", "a b\nc\r\nd", "1a b,2c,3d," },
        { "a byte order mark",
          "\xef\xbb\xbf"
          "a\n",
          "1a," },
        { "one in another line",
          "a\n\xef\xbb\xbf"
          "b\n",
          "1a,2\xef\xbb\xbf"
          "b," },
        { "blanks stay", " a \r\n \n\n\r\nb\r", "1 a ,2 ,5b," },
        { "comments", "# a\r\n\r\na # c\n#", "3a # c," },
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const char *text = rows[i].text, *line;
        char got[64] = "";
        unsigned number = 0;
        size_t size;

        while (file_line(&text, &line, &size, &number))
            snprintf(got + strlen(got), sizeof(got) - strlen(got), "%u%.*s,", number, (int)size,
                     line);
        ROW_CHECK(rows[i].name, strcmp(got, rows[i].lines) == 0);
    }
}

static const struct test tests[] = {
    { "what may be read", reading },
    { "who may get at it", guarding },
    { "of any size, by any way", loading },
    { "drafts take their names", drafts },
    { "no room", no_room },
    { "directories", places },
    { "absence", absence },
    { "a lock that another keeps", locking },
    { "lines that people write", lines },
};
const struct suite base_file = { "base/file", tests, sizeof(tests) / sizeof(tests[0]) };
