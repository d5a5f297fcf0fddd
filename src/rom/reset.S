/* SPDX-License-Identifier: ISC */
/*
 * From reset to C, and from C to the kernel. The processor starts at F000:FFF0 with CS based at
 * 0xffff0000, where rom.ld puts this. Flat segments as Linux wants them (Documentation/x86/boot.rst
 * in its tree): code 0x10, data 0x18.
 */
#include "layout.h"

        .section .start, "ax"
        .code16
        .global start
start:  cli
        cld
        lgdtl   %cs:(gdt_register - start + ROM_CODE)
        movl    %cr0, %eax
        orb     $1, %al
        movl    %eax, %cr0
        ljmpl   $0x10, $protected

        .code32
protected:
        movl    $0x18, %eax
        movl    %eax, %ds
        movl    %eax, %es
        movl    %eax, %fs
        movl    %eax, %gs
        movl    %eax, %ss
        movl    $ROM_MEMORY_END, %esp
        call    rom_main
1:      hlt
        jmp     1b

        /* enter_kernel(entry, boot parameters): ESI has these, EBX, EBP and EDI are 0. */
        .global enter_kernel
enter_kernel:
        movl    4(%esp), %eax
        movl    8(%esp), %esi
        xorl    %ebx, %ebx
        xorl    %ebp, %ebp
        xorl    %edi, %edi
        jmp     *%eax

        .balign 8
gdt:    .quad   0, 0
        .quad   0x00cf9b000000ffff
        .quad   0x00cf93000000ffff
gdt_register:
        .word   . - gdt - 1
        .long   gdt

        .section .reset, "ax"
        .code16
        .byte   0xe9                    /* jmp start: the assembler does not know how far that is */
        .word   ROM_CODE - 0xfff3

        .section .note.GNU-stack, "", @progbits
