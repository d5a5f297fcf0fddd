/*
 * An ACPI MADT for iasl: a server of two packages. APIC IDs have gaps, a processor can be brought online, one has type 9,
 * an I/O APIC has a processor's ID, and interrupts go to both I/O APICs.
 */
                          Signature : "APIC"
                       Table Length : 00000000
                           Revision : 05
                           Checksum : 00
                             Oem ID : "MPTABL"
                       Oem Table ID : "SERVER"
                       Oem Revision : 00000001
                    Asl Compiler ID : "INTL"
              Asl Compiler Revision : 00000001

                 Local Apic Address : FEE00000
              Flags (decoded below) : 00000001
                PC-AT Compatibility : 1

                      Subtable Type : 00
                             Length : 08
                       Processor ID : 01
                      Local Apic ID : 04
              Flags (decoded below) : 00000001
                  Processor Enabled : 1
             Runtime Online Capable : 0

                      Subtable Type : 00
                             Length : 08
                       Processor ID : 02
                      Local Apic ID : 00
              Flags (decoded below) : 00000001
                  Processor Enabled : 1
             Runtime Online Capable : 0

                      Subtable Type : 00
                             Length : 08
                       Processor ID : 03
                      Local Apic ID : 06
              Flags (decoded below) : 00000002
                  Processor Enabled : 0
             Runtime Online Capable : 1

                      Subtable Type : 00
                             Length : 08
                       Processor ID : 04
                      Local Apic ID : 07
              Flags (decoded below) : 00000000
                  Processor Enabled : 0
             Runtime Online Capable : 0

                      Subtable Type : 09
                             Length : 10
                           Reserved : 0000
                Processor x2Apic ID : 00000020
              Flags (decoded below) : 00000001
                  Processor Enabled : 1
                      Processor UID : 00000105

                      Subtable Type : 01
                             Length : 0C
                        I/O Apic ID : 00
                           Reserved : 00
                            Address : FEC00000
                          Interrupt : 00000000

                      Subtable Type : 01
                             Length : 0C
                        I/O Apic ID : 09
                           Reserved : 00
                            Address : FEC01000
                          Interrupt : 00000018

                      Subtable Type : 02
                             Length : 0A
                                Bus : 00
                             Source : 00
                          Interrupt : 00000002
              Flags (decoded below) : 0000
                           Polarity : 0
                       Trigger Mode : 0

                      Subtable Type : 02
                             Length : 0A
                                Bus : 00
                             Source : 09
                          Interrupt : 0000001E
              Flags (decoded below) : 000F
                           Polarity : 3
                       Trigger Mode : 3

                      Subtable Type : 03
                             Length : 08
              Flags (decoded below) : 0005
                           Polarity : 1
                       Trigger Mode : 1
                          Interrupt : 00000019

                      Subtable Type : 04
                             Length : 06
                       Processor ID : FF
              Flags (decoded below) : 0005
                           Polarity : 1
                       Trigger Mode : 1
               Interrupt Input LINT : 01

                      Subtable Type : 0A
                             Length : 0C
              Flags (decoded below) : 0005
                           Polarity : 1
                       Trigger Mode : 1
                      Processor UID : FFFFFFFF
               Interrupt Input LINT : 01
                           Reserved : 000000

                      Subtable Type : 0A
                             Length : 0C
              Flags (decoded below) : 0000
                           Polarity : 0
                       Trigger Mode : 0
                      Processor UID : 00000105
               Interrupt Input LINT : 00
                           Reserved : 000000
