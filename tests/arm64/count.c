/* A plugin of QEMU 7.2's user emulation that counts the instructions that a program executes.
 *
 * Debian ships no header of the interface, so this declares the little that it uses of it (QEMU's
 * documentation, "TCG Plugins"). It needs no C library: it is loaded where another Debian's is. */

typedef unsigned long long count_t;
struct block;

extern unsigned long qemu_plugin_tb_n_insns(const struct block *block);
extern void qemu_plugin_register_vcpu_tb_trans_cb(count_t id, void (*call)(count_t, struct block *));
extern void qemu_plugin_register_vcpu_tb_exec_inline(struct block *block, int operation, void *to,
                                                     count_t number);
extern void qemu_plugin_register_atexit_cb(count_t id, void (*call)(count_t, void *), void *data);
extern void qemu_plugin_outs(const char *text);

int qemu_plugin_version = 1;

enum { ADD_U64 = 0 };

static count_t executed;

static void translated(count_t id, struct block *block)
{
    (void)id;
    qemu_plugin_register_vcpu_tb_exec_inline(block, ADD_U64, &executed,
                                             qemu_plugin_tb_n_insns(block));
}

static void ended(count_t id, void *data)
{
    char text[24], *digit = text + sizeof text;
    count_t left = executed;

    (void)id, (void)data;
    *--digit = '\0';
    *--digit = '\n';
    do
        *--digit = (char)('0' + left % 10);
    while (left /= 10);
    qemu_plugin_outs(digit);
}

int qemu_plugin_install(count_t id, const void *about, int n_options, char **options)
{
    (void)about, (void)n_options, (void)options;
    qemu_plugin_register_vcpu_tb_trans_cb(id, translated);
    qemu_plugin_register_atexit_cb(id, ended, 0);
    return 0;
}
