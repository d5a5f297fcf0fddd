/* SPDX-License-Identifier: ISC */
/*
 * All the firmware there is: from reset to Linux's 32-bit boot protocol (Documentation/x86/boot.rst in the kernel's
 * tree) without touching low memory, so that what the kernel finds there is what was loaded there.
 *
 * Linked to the top 64 KiB below 4 GiB, where the processor starts at F000:FFF0 with CS based at 0xffff0000; the same
 * bytes appear at 0xf0000. The code keeps to the end: tests/lib/guest.py puts images of the BIOS window before it.
 */
rom:    .org    0xfe00                  /* tests/lib/guest.py: ROM_CODE */
        .code16
start:
        cli
        cld
        lgdtl   %cs:(gdt_register - rom)
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

        /* -machine pc: PIRQA and PIRQB to IRQ 10, PIRQC and PIRQD to IRQ 11 (PIIX3 data sheet, PIRQRC, 00:01.0 offset
           0x60). Nobody listens on a machine without PCI. */
        movl    $0x80000860, %eax
        movw    $0xcf8, %dx
        outl    %eax, %dx
        movl    $0x0b0b0a0a, %eax
        movw    $0xcfc, %dx
        outl    %eax, %dx

        xorl    %ebx, %ebx
        xorl    %ebp, %ebp
        xorl    %edi, %edi
        movl    $0x10000, %esi
        movl    $0x100000, %eax
        jmp     *%eax

        .balign 8
gdt:    .quad   0, 0
        .quad   0x00cf9b000000ffff      /* 0x10: code, flat */
        .quad   0x00cf93000000ffff      /* 0x18: data, flat */
gdt_register:
        .word   . - gdt - 1
        .long   gdt

        .org    0xfff0
        .code16
        jmp     start
        .org    0x10000
