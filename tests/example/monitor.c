/* SPDX-License-Identifier: ISC */
/*
 * monitor [OPTION]... KERNEL: a small monitor of KVM, to be copied from.
 *
 *   cc monitor.c $(pkg-config --cflags --libs libmptmachine libcurl libsodium) -pthread -o monitor
 *
 * It makes the guest's MP table with libmptmachine. With a key it gets the table from the daemon
 * mptabled, too, verifies its signature with libsodium alone, and ends if it is not the same. It
 * loads a bzImage by Linux's 32-bit boot protocol and runs it on KVM's in-kernel interrupt chips
 * and timer, without firmware and ACPI. The guest has a serial port, COM1, that it can write to,
 * and nothing else: no disk, so the kernel needs a file system of its own.
 *
 *   -k KEY      the daemon's public key as minisign -P takes it; got from elsewhere than there
 *   -s PATH     its socket; default /run/mptabled/api.sock
 *   -c NAME     context: the machine's name, which the signature must have
 *   -p PROFILE  default kvm, whose wiring is that of KVM's chips
 *   -n CPUS, -m MIB, -a TEXT  default 1, 256, and a command line for a console on COM1
 *   -d FILE     write the guest's memory there, and run nothing
 *
 * Exit status: 0 the guest reset the machine, after a panic as well; 1 a processor shut down (a
 * triple fault), KVM failed, or no machine could be made; 2 usage.
 */
#include <curl/curl.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/kvm.h>
#include <mptmachine.h>
#include <pthread.h>
#include <sodium.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

enum { MIB = 1 << 20, IMAGE_MAX = 1 << 18, LINE_SIZE = 1024 };
enum { MEMORY_MAX = 2048 }; /* MiB: the chips' addresses are far above */
enum { SKEW = 60 };         /* seconds by which the clocks of daemon and monitor may differ */

/* Guest-physical. An image lies below PARAMS or from LOW_END on: the kernel is given neither. */
enum { PARAMS = 0x10000, GDT = 0x11000, COMMAND_LINE = 0x12000, COMMAND_LINE_MAX = 4095 };
enum { LOW_END = 0x90000, KERNEL = MIB };

struct options {
    const char *socket, *key, *context, *profile, *append, *dump, *kernel;
    unsigned cpus;
    size_t memory; /* bytes */
};

/* What the daemon sends: the bytes of all segments, one after the other, and a minisign file */
struct reply {
    unsigned char bytes[IMAGE_MAX];
    size_t size;
    char signature[4 * LINE_SIZE];
};

static unsigned char *ram;
static size_t ram_size;

/* ---- a signed image, of the daemon ---- */

struct public_key {
    unsigned char algorithm[2], id[8], key[crypto_sign_PUBLICKEYBYTES];
};

struct signature {
    unsigned char algorithm[2], id[8], bytes[crypto_sign_BYTES];
    unsigned char of_comment[crypto_sign_BYTES];
    char comment[LINE_SIZE];
};

static void need(bool condition, const char *reason)
{
    if (!condition)
        errx(1, "refused: %s", reason);
}

/* The next line of a text without its end; what stands before the rest must be @prefix. */
static void next_line(const char **text, const char *prefix, char line[LINE_SIZE])
{
    const size_t length = strcspn(*text, "\n"), lead = strlen(prefix);

    need((*text)[length] == '\n' && length < LINE_SIZE && length >= lead &&
             memcmp(*text, prefix, lead) == 0,
         "a line is not as minisign writes it");
    memcpy(line, *text + lead, length - lead);
    line[length - lead] = '\0';
    *text += length + 1;
}

static void read_base64(const char *text, unsigned char *out, size_t size, const char *reason)
{
    size_t decoded = 0;

    need(sodium_base642bin(out, size, text, strlen(text), NULL, &decoded, NULL,
                           sodium_base64_VARIANT_ORIGINAL) == 0 &&
             decoded == size,
         reason);
}

/* "ED" signs a hash of the image. The older "Ed" does not bind the comment to the image. */
static void read_signature(const char *text, struct signature *s)
{
    static const char *const reason = "a line of base64 has another length than minisign's";
    char line[LINE_SIZE];

    next_line(&text, "untrusted comment: ", line);
    next_line(&text, "", line);
    read_base64(line, (unsigned char *)s, offsetof(struct signature, of_comment), reason);
    next_line(&text, "trusted comment: ", s->comment);
    next_line(&text, "", line);
    read_base64(line, s->of_comment, sizeof(s->of_comment), reason);
    need(*text == '\0', "something follows the signature");
    need(memcmp(s->algorithm, "ED", 2) == 0, "the signature is of minisign's older kind");
}

static void verify_signature(const struct public_key *key, const struct signature *s,
                             const struct reply *reply)
{
    unsigned char hash[64], bound[crypto_sign_BYTES + LINE_SIZE];
    const size_t size = sizeof(s->bytes), length = strlen(s->comment);

    need(memcmp(s->id, key->id, sizeof(s->id)) == 0, "signed by another key");
    crypto_generichash(hash, sizeof(hash), reply->bytes, reply->size, NULL, 0);
    need(crypto_sign_verify_detached(s->bytes, hash, sizeof(hash), key->key) == 0,
         "the image or its signature was changed");
    memcpy(bound, s->bytes, size);
    memcpy(bound + size, s->comment, length);
    need(crypto_sign_verify_detached(s->of_comment, bound, size + length, key->key) == 0,
         "the trusted comment or its signature was changed");
}

/* What the trusted comment claims, in its order */
struct claims {
    char digest[65], sizes[65], loads[65], context[65], nonce[65], from[21], until[21];
};

static void verify_claims(const struct claims *c, const char *context, const char *nonce,
                          const struct reply *reply)
{
    unsigned char digest[crypto_hash_sha256_BYTES];
    char hex[2 * sizeof(digest) + 1];
    const long long now = time(NULL);

    crypto_hash_sha256(digest, reply->bytes, reply->size);
    sodium_bin2hex(hex, sizeof(hex), digest, sizeof(digest));
    need(strcmp(c->digest, hex) == 0, "the claimed digest is another");
    need(strcmp(c->context, context ? context : "-") == 0, "the image is for another machine");
    need(strcmp(c->nonce, nonce) == 0, "the image answers another request");
    need(*c->from == '-' || atoll(c->from) <= now + SKEW, "the image is from the future");
    need(*c->until == '-' || atoll(c->until) >= now - SKEW, "the image has expired");
}

/*
 * Where the bytes go is what the signature says: anyone on the way can change a header. It does not
 * say what was asked for, and a relay can ask for another profile or number of processors.
 */
static void verify_segments(const struct claims *c, const struct reply *reply,
                            const struct mptm_image *own)
{
    static const char *const reason = "the daemon built another machine than was asked for";
    const char *size = c->sizes, *load = c->loads;
    size_t used = 0;
    char *end;

    for (size_t i = 0; i < own->segment_count; i++) {
        const struct mpt_segment *const s = &own->segments[i];

        need(strtoul(load, &end, 16) == s->base, reason);
        load = end + (*end == ',');
        need(strtoul(size, &end, 10) == s->size && s->size <= reply->size - used, reason);
        size = end + (*end == ',');
        need(memcmp(reply->bytes + used, s->bytes, s->size) == 0, reason);
        used += s->size;
    }
    need(!*load && !*size && used == reply->size, reason);
}

static size_t receive(char *bytes, size_t one, size_t size, void *to)
{
    struct reply *const reply = to;

    if (size > sizeof(reply->bytes) - reply->size)
        return 0;
    memcpy(reply->bytes + reply->size, bytes, one * size);
    reply->size += size;
    return size;
}

/* Asks the daemon. The signature comes in a header: a minisign file, in base64. */
static void fetch(const struct options *o, const char *nonce, struct reply *reply)
{
    CURL *const curl = curl_easy_init();
    struct curl_header *header;
    char url[LINE_SIZE];
    long status = 0;
    size_t size = 0;

    snprintf(url, sizeof(url),
             "http://localhost/v1/images?format=bin&profile=%s&cpus=%u&nonce=%s%s%s", o->profile,
             o->cpus, nonce, o->context ? "&context=" : "", o->context ? o->context : "");
    curl_easy_setopt(curl, CURLOPT_URL, url);
    curl_easy_setopt(curl, CURLOPT_UNIX_SOCKET_PATH, o->socket);
    curl_easy_setopt(curl, CURLOPT_PROXY, "");
    curl_easy_setopt(curl, CURLOPT_TIMEOUT, 20L);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, receive);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, reply);
    need(curl_easy_perform(curl) == CURLE_OK, "the daemon does not answer");
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    if (status != 200)
        errx(1, "the daemon gives no image: status %ld", status);
    need(curl_easy_header(curl, "Mptable-Signature", 0, CURLH_HEADER, -1, &header) == CURLHE_OK &&
             sodium_base642bin((unsigned char *)reply->signature, sizeof(reply->signature) - 1,
                               header->value, strlen(header->value), NULL, &size, NULL,
                               sodium_base64_VARIANT_ORIGINAL) == 0,
         "the image has no signature");
    curl_easy_cleanup(curl);
}

/* Gets the daemon's image, which must be this one and signed for this machine */
static void verify_image(const struct options *o, const struct mptm_image *own)
{
    static struct reply reply; /* zeros: what it receives is shorter */
    unsigned char random[16];
    char nonce[2 * sizeof(random) + 1];
    struct signature signature;
    struct public_key key;
    struct claims c;

    read_base64(o->key, (unsigned char *)&key, sizeof(key), "the key is no minisign public key");
    need(memcmp(key.algorithm, "Ed", 2) == 0, "the key is no minisign public key");
    randombytes_buf(random, sizeof(random));
    sodium_bin2hex(nonce, sizeof(nonce), random, sizeof(random));
    fetch(o, nonce, &reply);
    read_signature(reply.signature, &signature);
    verify_signature(&key, &signature, &reply);
    need(sscanf(signature.comment,
                "mptabled/1 sha256=%64s size=%64s load=%64s fp=%*s ctx=%64s nonce=%64s iat=%20s "
                "exp=%20s",
                c.digest, c.sizes, c.loads, c.context, c.nonce, c.from, c.until) == 7,
         "the trusted comment is not mptabled's");
    verify_claims(&c, o->context, nonce, &reply);
    verify_segments(&c, &reply, own);
}

static void make_image(const struct options *o, struct mptm_image *image)
{
    static unsigned char work[MPTM_WORK_SIZE];
    struct mptm machine;
    struct mptm_error error;

    if (mptm_defaults(&machine, o->profile) < 0)
        errx(1, "there is no profile %s", o->profile);
    machine.cpus = o->cpus;
    if (mptm_build(&machine, work, sizeof(work), image, &error) < 0)
        errx(1, "%s: %s", error.member, error.detail);
}

/* ---- the guest's memory ---- */

static void write_image(const struct mptm_image *image)
{
    for (size_t i = 0; i < image->segment_count; i++) {
        const struct mpt_segment *const s = &image->segments[i];

        need(s->base >= LOW_END || (s->base < PARAMS && s->size <= PARAMS - s->base),
             "the image lies in memory that the kernel is going to use");
    }
    need(mptm_write(image, ram, MIB) == 0, "the image does not end by 1 MiB");
}

static size_t load_file(const char *path, size_t at, size_t end)
{
    FILE *const file = fopen(path, "rb");
    size_t size;

    if (!file)
        err(1, "%s", path);
    size = fread(ram + at, 1, end - at, file);
    if (ferror(file) || fgetc(file) != EOF)
        errx(1, "%s: cannot be read, or is larger than the guest's memory", path);
    fclose(file);
    return size;
}

/* boot.rst of Linux: the setup header's sectors, then the 32-bit code, which belongs at 1 MiB */
static void load_kernel(const struct options *o)
{
    static const uint64_t gdt[] = { 0, 0, 0x00cf9b000000ffff, 0x00cf93000000ffff };
    const size_t size = load_file(o->kernel, KERNEL, ram_size);
    const unsigned char *const setup = ram + KERNEL;
    const size_t sectors = size > 0x1f1 && setup[0x1f1] ? setup[0x1f1] : 4;
    const size_t start = (sectors + 1) * 512, header_end = size > 0x201 ? 0x202U + setup[0x201] : 0;
    const struct __attribute__((packed)) { /* e820: RAM has type 1 */
        uint64_t base, size;
        uint32_t type;
    } map[] = { { PARAMS, LOW_END - PARAMS, 1 }, { MIB, ram_size - MIB, 1 } };
    const uint32_t command_line = COMMAND_LINE;
    uint64_t preferred; /* the kernel moves there, before it reads the map */
    uint32_t needed;

    need(size > start && memcmp(setup + 0x202, "HdrS", 4) == 0 && setup[0x211] & 1 &&
             setup[0x207] >= 2 && (setup[0x207] > 2 || setup[0x206] >= 10),
         "the kernel is no bzImage of boot protocol 2.10 or later");
    memcpy(ram + PARAMS + 0x1f1, setup + 0x1f1, header_end - 0x1f1);
    memcpy(&preferred, setup + 0x258, sizeof(preferred));
    memcpy(&needed, setup + 0x260, sizeof(needed));
    memmove(ram + KERNEL, ram + KERNEL + start, size - start);
    memset(ram + KERNEL + size - start, 0, start);
    need(needed <= ram_size - KERNEL && preferred <= ram_size - needed,
         "there is too little memory for the kernel");
    ram[PARAMS + 0x210] = 0xff; /* a loader without a number of its own */
    need(strlen(o->append) < COMMAND_LINE_MAX, "the command line is too long");
    strcpy((char *)ram + COMMAND_LINE, o->append);
    memcpy(ram + PARAMS + 0x228, &command_line, sizeof(command_line));
    memcpy(ram + PARAMS + 0x2d0, map, sizeof(map));
    ram[PARAMS + 0x1e8] = 2;
    memcpy(ram + GDT, gdt, sizeof(gdt));
}

/* ---- a serial port, COM1 ---- */

enum { COM1 = 0x3f8, COM1_IRQ = 4 };
enum { DATA, INTERRUPTS, IDENTITY, LINE, MODEM, STATUS, MODEM_STATUS }; /* registers */

static pthread_mutex_t port_lock = PTHREAD_MUTEX_INITIALIZER;
static unsigned char com1[8];
static bool com1_sent; /* bytes, and the guest has not been told since */
static int vm;

/* Line 4 is high while the guest wants to be told that bytes were sent, and has not been. */
static bool com1_interrupt(void)
{
    const bool wanted = com1_sent && com1[INTERRUPTS] & 2;

    ioctl(vm, KVM_IRQ_LINE, &(struct kvm_irq_level){ .irq = COM1_IRQ, .level = wanted });
    return wanted;
}

/* Bit 7 of LINE shows the divisor in place of the first two; any will do. */
static void com1_write(unsigned at, unsigned char value)
{
    if (at <= INTERRUPTS && com1[LINE] & 0x80)
        return;
    if (at == DATA) {
        putchar(value);
        fflush(stdout);
    }
    com1[at] = value;
    com1_sent = com1_sent || at <= INTERRUPTS;
    com1_interrupt();
}

static unsigned char com1_read(unsigned at)
{
    const unsigned modem = com1[MODEM],
                   loop = (modem & 2) << 3 | (modem & 1) << 5 | (modem & 0xc) << 4;

    if (at == IDENTITY && com1_interrupt()) { /* reading it tells the guest */
        com1_sent = false;
        com1_interrupt();
        return 2;
    }
    if (at == MODEM_STATUS) /* in loopback its own outputs: RTS, DTR, OUT1, OUT2 */
        return modem & 0x10 ? (unsigned char)loop : 0xb0;
    return at == DATA ? 0 : at == IDENTITY ? 1 : at == STATUS ? 0x60 : com1[at];
}

/* ---- KVM's machine ---- */

_Noreturn static void end(int status, const char *why)
{
    fflush(stdout);
    if (why)
        warnx("%s", why);
    _exit(status);
}

/* A byte that the guest writes. 0xfe to port 0x64 pulses the reset line. */
static void port_write(unsigned port, unsigned char value)
{
    if (port >= COM1 && port < COM1 + 8)
        com1_write(port - COM1, value);
    else if (port == 0x64 && value == 0xfe)
        end(0, NULL);
}

/* The keyboard's controller and the clock are never busy; where nothing is, all bits are 1. */
static unsigned char port_read(unsigned port)
{
    if (port >= COM1 && port < COM1 + 8)
        return com1_read(port - COM1);
    return port == 0x64 || port == 0x71 ? 0 : 0xff;
}

/* Wider accesses reach the ports that follow, a byte each. */
static void handle_port(struct kvm_run *run)
{
    unsigned char *bytes = (unsigned char *)run + run->io.data_offset;

    pthread_mutex_lock(&port_lock);
    for (unsigned i = 0; i < run->io.count; i++)
        for (unsigned byte = 0; byte < run->io.size; byte++, bytes++)
            if (run->io.direction == KVM_EXIT_IO_OUT)
                port_write(run->io.port + byte, *bytes);
            else
                *bytes = port_read(run->io.port + byte);
    pthread_mutex_unlock(&port_lock);
}

struct vcpu {
    int fd;
    struct kvm_run *run;
};

/* With KVM's own chips a processor that waits for INIT, STARTUP or an interrupt waits in there. */
static void *run_vcpu(void *of)
{
    const struct vcpu *const vcpu = of;
    char why[64];

    for (;;) {
        if (ioctl(vcpu->fd, KVM_RUN, 0) < 0) {
            if (errno != EINTR && errno != EAGAIN)
                end(1, strerror(errno));
            continue;
        }
        switch (vcpu->run->exit_reason) {
        case KVM_EXIT_IO:
            handle_port(vcpu->run);
            break;
        case KVM_EXIT_MMIO: /* nothing is there */
            if (!vcpu->run->mmio.is_write)
                memset(vcpu->run->mmio.data, 0xff, sizeof(vcpu->run->mmio.data));
            break;
        case KVM_EXIT_SHUTDOWN:
            end(1, "the guest's processor has shut down: a triple fault");
        default:
            snprintf(why, sizeof(why), "KVM stops with exit reason %u", vcpu->run->exit_reason);
            end(1, why);
        }
    }
}

static int ask(int fd, unsigned long request, void *argument, const char *what)
{
    const int result = ioctl(fd, request, argument);

    if (result < 0)
        err(1, "KVM: %s", what);
    return result;
}

static void make_machine(int kvm)
{
    struct kvm_userspace_memory_region region = { .memory_size = ram_size,
                                                  .userspace_addr = (uintptr_t)ram };
    struct kvm_pit_config pit = { .flags = KVM_PIT_SPEAKER_DUMMY };

    if (ioctl(kvm, KVM_GET_API_VERSION, 0) != KVM_API_VERSION)
        errx(1, "/dev/kvm has another version of the interface than %d", KVM_API_VERSION);
    vm = ask(kvm, KVM_CREATE_VM, NULL, "no machine");
    ask(vm, KVM_SET_TSS_ADDR, (void *)0xfffbd000, "no machine");
    ask(vm, KVM_CREATE_IRQCHIP, NULL, "no interrupt chips");
    ask(vm, KVM_CREATE_PIT2, &pit, "no timer");
    ask(vm, KVM_SET_USER_MEMORY_REGION, &region, "no memory");
}

/* What the host's processor can, this one's APIC ID (AMD's leaf, too), and how many there are */
static void set_cpuid(int kvm, int fd, unsigned id, unsigned cpus)
{
    enum { ENTRIES = 256 };
    struct kvm_cpuid2 *const c = calloc(1, sizeof(*c) + ENTRIES * sizeof(c->entries[0]));

    if (!c)
        err(1, "CPUID");
    c->nent = ENTRIES;
    ask(kvm, KVM_GET_SUPPORTED_CPUID, c, "CPUID");
    for (unsigned i = 0; i < c->nent; i++) {
        struct kvm_cpuid_entry2 *const e = &c->entries[i];

        if (e->function == 1)
            e->ebx = (e->ebx & 0xffff) | cpus << 16 | id << 24;
        if (e->function == 0xb || e->function == 0x1f)
            e->edx = id;
        if (e->function == 0x8000001e)
            e->eax = id;
    }
    ask(fd, KVM_SET_CPUID2, c, "CPUID");
    free(c);
}

/* Flat segments and the kernel's entry. The other processors wait for INIT by themselves. */
static void enter_kernel(int fd)
{
    const struct kvm_segment data = {
        .limit = 0xffffffff, .selector = 0x18, .type = 3, .present = 1, .db = 1, .s = 1, .g = 1
    };
    struct kvm_regs regs = { .rip = KERNEL, .rsi = PARAMS, .rflags = 2 };
    struct kvm_sregs sregs;

    ask(fd, KVM_GET_SREGS, &sregs, "registers");
    sregs.ds = sregs.es = sregs.fs = sregs.gs = sregs.ss = sregs.cs = data;
    sregs.cs.selector = 0x10;
    sregs.cs.type = 0xb;
    sregs.gdt.base = GDT;
    sregs.gdt.limit = 4 * 8 - 1;
    sregs.cr0 = 0x11; /* protection on, paging off, caches on */
    ask(fd, KVM_SET_SREGS, &sregs, "registers");
    ask(fd, KVM_SET_REGS, &regs, "registers");
}

/* Each processor is there before the first one runs. Its number is its APIC ID. */
static void run_machine(int kvm, unsigned cpus)
{
    static struct vcpu vcpus[MPTM_CPUS_MAX];
    const int size = ask(kvm, KVM_GET_VCPU_MMAP_SIZE, NULL, "processors");
    pthread_t thread;

    for (unsigned id = 0; id < cpus; id++) {
        struct vcpu *const v = &vcpus[id];

        v->fd = ask(vm, KVM_CREATE_VCPU, (void *)(uintptr_t)id, "no processor");
        v->run = mmap(NULL, (size_t)size, PROT_READ | PROT_WRITE, MAP_SHARED, v->fd, 0);
        if (v->run == MAP_FAILED)
            err(1, "KVM: no processor %u", id);
        set_cpuid(kvm, v->fd, id, cpus);
    }
    enter_kernel(vcpus[0].fd);
    for (unsigned id = 1; id < cpus; id++)
        if (pthread_create(&thread, NULL, run_vcpu, &vcpus[id]) != 0)
            errx(1, "no thread for processor %u", id);
    run_vcpu(&vcpus[0]);
}

static struct options read_options(int argc, char **argv)
{
    static const char letters[] = "kscpnmad";
    const char *v[sizeof(letters)] = { [1] = "/run/mptabled/api.sock",
                                       [3] = "kvm",
                                       [4] = "1",
                                       [5] = "256",
                                       [6] = "console=ttyS0 acpi=off panic=-1 reboot=k" };
    struct options o;
    int c;

    while ((c = getopt(argc, argv, "k:s:c:p:n:m:a:d:")) != -1 && c != '?')
        v[strchr(letters, c) - letters] = optarg;
    o = (struct options){ .key = v[0],
                          .socket = v[1],
                          .context = v[2],
                          .profile = v[3],
                          .cpus = (unsigned)strtoul(v[4], NULL, 10),
                          .memory = strtoul(v[5], NULL, 10) * MIB,
                          .append = v[6],
                          .dump = v[7] };
    if (c == '?' || optind + 1 != argc || o.cpus < 1 || o.cpus > MPTM_CPUS_MAX ||
        o.memory < 2 * MIB || o.memory > (size_t)MEMORY_MAX * MIB)
        errx(2, "usage: monitor [-k KEY] [-s SOCKET] [-c CONTEXT] [-p PROFILE] [-n CPUS] [-m MIB] "
                "[-a APPEND] [-d FILE] KERNEL");
    o.kernel = argv[optind];
    return o;
}

int main(int argc, char **argv)
{
    struct mptm_image image;
    const struct options o = read_options(argc, argv);
    FILE *file;
    int kvm;

    need(sodium_init() >= 0, "libsodium cannot start");
    ram_size = o.memory;
    ram = mmap(NULL, ram_size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE,
               -1, 0);
    if (ram == MAP_FAILED)
        err(1, "%zu bytes of memory", ram_size);
    make_image(&o, &image);
    if (o.key)
        verify_image(&o, &image);
    write_image(&image);
    load_kernel(&o);
    if (o.dump) {
        file = fopen(o.dump, "wb");
        if (!file || fwrite(ram, 1, ram_size, file) != ram_size || fclose(file) != 0)
            err(1, "%s", o.dump);
        return 0;
    }
    kvm = open("/dev/kvm", O_RDWR | O_CLOEXEC);
    if (kvm < 0)
        err(1, "/dev/kvm");
    make_machine(kvm);
    run_machine(kvm, o.cpus);
}
