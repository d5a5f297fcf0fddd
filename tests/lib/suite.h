/* SPDX-License-Identifier: ISC */
/*
 * What every test program shares: suites as tables, run by CUnit, reported as TAP.
 *
 * CUnit keeps the registry and the assertions. Its own runners print for people and return 0 even
 * after a failure, so suite_main runs the tests one by one and prints each one's failure list.
 */
#ifndef TESTS_SUITE_H
#define TESTS_SUITE_H

#include <stdio.h>
#include <string.h>

#include <CUnit/CUnit.h>
#include <CUnit/TestDB.h>
#include <CUnit/TestRun.h>

/* ROW_CHECK - check one row of a table; a failure shows @row, so begin it with the row's name */
#define ROW_CHECK(row, cond)                                                                \
    CU_assertImplementation((cond) ? CU_TRUE : CU_FALSE, __LINE__, row, __FILE__, __func__, \
                            CU_FALSE)

/*
 * TEST_SKIP - end the test and report it as skipped; @reason is a string literal. This is a
 * longjmp, so the test releases what it holds before
 */
#define TEST_SKIP(reason) \
    CU_assertImplementation(CU_FALSE, __LINE__, SUITE_SKIP_MARK reason, __FILE__, __func__, CU_TRUE)

#define SUITE_SKIP_MARK "# SKIP "

struct test {
    const char *name;
    void (*run)(void);
};

struct suite {
    const char *name; /* room/module */
    const struct test *tests;
    unsigned count;
};

/* The reason if a skip is the only failure, else NULL */
static inline const char *suite_skipped(const CU_FailureRecord *failures)
{
    if (failures && !failures->pNext && failures->strCondition &&
        strncmp(failures->strCondition, SUITE_SKIP_MARK, strlen(SUITE_SKIP_MARK)) == 0)
        return failures->strCondition;
    return NULL;
}

/* Runs a test and prints its result. Return: 1 when it failed, else 0 */
static inline unsigned suite_run(CU_pSuite suite, CU_pTest test, unsigned number)
{
    const CU_FailureRecord *failures;
    const char *skipped;

    fflush(NULL); /* a test may fork */
    if (CU_run_test(suite, test) != CUE_SUCCESS) {
        printf("not ok %u - %s: %s\n# %s\n", number, suite->pName, test->pName, CU_get_error_msg());
        return 1;
    }
    failures = CU_get_failure_list();
    skipped = suite_skipped(failures);
    if (!failures || skipped) {
        printf("ok %u - %s: %s%s%s\n", number, suite->pName, test->pName, skipped ? " " : "",
               skipped ? skipped : "");
        return 0;
    }
    printf("not ok %u - %s: %s\n", number, suite->pName, test->pName);
    for (; failures; failures = failures->pNext)
        printf("# %s:%u: %s\n", failures->strFileName ? failures->strFileName : "?",
               failures->uiLineNumber, failures->strCondition ? failures->strCondition : "?");
    return 1;
}

/*
 * suite_main - run every test of @suites in order and print TAP
 *
 * Return: what main returns: 0, or 1 when a test failed or CUnit could not take one.
 */
static inline int suite_main(const struct suite *const *suites, unsigned count)
{
    unsigned total = 0, number = 0, failed = 0;

    for (unsigned i = 0; i < count; i++)
        total += suites[i]->count;
    printf("1..%u\n", total);
    if (CU_initialize_registry() != CUE_SUCCESS) {
        printf("Bail out! CUnit: %s\n", CU_get_error_msg());
        return 1;
    }
    for (unsigned i = 0; i < count; i++) {
        CU_pSuite suite = CU_add_suite(suites[i]->name, NULL, NULL);

        for (unsigned j = 0; suite && j < suites[i]->count; j++) {
            CU_pTest test = CU_add_test(suite, suites[i]->tests[j].name, suites[i]->tests[j].run);

            if (test)
                failed += suite_run(suite, test, ++number);
        }
    }
    if (number < total)
        printf("Bail out! CUnit took %u of %u tests: %s\n", number, total, CU_get_error_msg());
    CU_cleanup_registry();
    return failed > 0 || number < total;
}

#endif
