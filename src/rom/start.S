/* SPDX-License-Identifier: ISC */
/*
 * The guest program's setup header, by which loaders of Linux load it, and the entry of each
 * processor. The bootstrap processor enters at the 32-bit entry with flat segments; the others
 * enter by STARTUP in real mode, at the copy of ap_start.
 */
#include "protect.inc"

        .section .setup, "ax"           /* one sector, which a loader leaves out, and this one */
        .org    0x1f1
        .byte   1
        .org    0x200
        .byte   0xeb, 0x66              /* the header ends at 0x268 */
        .ascii  "HdrS"
        .word   0x20a                   /* boot protocol 2.10 */
        .org    0x211
        .byte   1                       /* loaded at 1 MiB */
        .org    0x214
        .long   entry
        .org    0x22c
        .long   0x37ffffff              /* an initrd may lie below that */
        .long   0x1000                  /* alignment */
        .org    0x258
        .long   entry, 0
        .long   program_size
        .org    0x400

        .section .start, "ax"
        .code32
        .global entry
entry:  movl    $stack_end, %esp
        lgdtl   gdt_register            /* the loader's GDT may be anywhere */
        call    guest_main
1:      hlt
        jmp     1b

        /*
         * Each other processor marks its APIC ID in answers[], and sleeps. It needs no stack. Its
         * code segment begins at the copy.
         */
        .code16
        .global ap_start, ap_size
ap_start:
        PROTECT ap_gdt_register-ap_start, ap_protected
ap_gdt_register:
        .word   gdt_register - gdt - 1
        .long   gdt
ap_end:

        .code32
ap_protected:
        LOAD_DATA_SEGMENTS
        movl    local_apic, %eax
        movl    0x20(%eax), %eax        /* the APIC ID register */
        shrl    $24, %eax
        movb    $1, answers(%eax)
1:      cli
        hlt
        jmp     1b

        /* end_machine: an interrupt without an interrupt table shuts the processor down. */
        .global end_machine
end_machine:
        lidtl   no_idt
        ud2

        GDT
no_idt: .word   0
        .long   0
ap_size:
        .long   ap_end - ap_start

        .section .bss
        .balign 16
        .skip   16384
stack_end:

        .section .note.GNU-stack, "", @progbits
