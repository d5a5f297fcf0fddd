/* SPDX-License-Identifier: ISC */
/*
 * From reset to C, and from C to the kernel. The processor starts at F000:FFF0 with CS based at
 * 0xffff0000, where rom.ld puts this.
 */
#include "layout.h"
#include "protect.inc"

        .section .start, "ax"
        .code16
        .global start
start:  PROTECT gdt_register-start+ROM_CODE, protected

        .code32
protected:
        LOAD_DATA_SEGMENTS
        movl    $ROM_MEMORY_END, %esp
        call    rom_main
1:      hlt
        jmp     1b

        /* enter_kernel(entry, boot parameters): ESI points to these; EBX, EBP and EDI are 0. */
        .global enter_kernel
enter_kernel:
        movl    4(%esp), %eax
        movl    8(%esp), %esi
        xorl    %ebx, %ebx
        xorl    %ebp, %ebp
        xorl    %edi, %edi
        jmp     *%eax

        GDT

        .section .reset, "ax"
        .code16
        .byte   0xe9                    /* jmp start: the assembler does not know how far that is */
        .word   ROM_CODE - 0xfff3

        .section .note.GNU-stack, "", @progbits
