/* SPDX-License-Identifier: ISC */
/*
 * The guest program's setup header, by which Linux loaders load it, and the entry of each
 * processor. The bootstrap processor enters at the 32-bit entry with flat segments; the others
 * enter by STARTUP in real mode, at the copy of ap_start. The header's fields have their names from
 * Documentation/x86/boot.rst in Linux.
 */
#include "protect.inc"

        .section .setup, "ax"
        .org    0x1f1
        .byte   1                       /* setup_sects: one more sector of 512 bytes */
        .org    0x200
        .byte   0xeb, 0x66              /* jump: its target, 0x268, is the header's end */
        .ascii  "HdrS"
        .word   0x20a                   /* version: boot protocol 2.10 */
        .org    0x211
        .byte   1                       /* loadflags: LOADED_HIGH, at 1 MiB */
        .org    0x214
        .long   entry                   /* code32_start */
        .org    0x22c
        .long   0x37ffffff              /* initrd_addr_max */
        .long   0x1000                  /* kernel_alignment */
        .org    0x258
        .long   entry, 0                /* pref_address */
        .long   program_size            /* init_size */
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
         * Each other processor marks its APIC ID in answers[], and sleeps. It needs no stack. CS
         * begins at the copy, so offsets are from ap_start.
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
