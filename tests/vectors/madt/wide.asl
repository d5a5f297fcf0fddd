/* An ACPI MADT for iasl: the second processor has an APIC ID that no MP table can list. */
                          Signature : "APIC"
                       Table Length : 00000000
                           Revision : 04
                           Checksum : 00
                             Oem ID : "MPTABL"
                       Oem Table ID : "WIDE"
                       Oem Revision : 00000001
                    Asl Compiler ID : "INTL"
              Asl Compiler Revision : 00000001

                 Local Apic Address : FEE00000
              Flags (decoded below) : 00000000
                PC-AT Compatibility : 0

                      Subtable Type : 00
                             Length : 08
                       Processor ID : 00
                      Local Apic ID : 00
              Flags (decoded below) : 00000001
                  Processor Enabled : 1
             Runtime Online Capable : 0

                      Subtable Type : 09
                             Length : 10
                           Reserved : 0000
                Processor x2Apic ID : 000000FF
              Flags (decoded below) : 00000001
                  Processor Enabled : 1
                      Processor UID : 00000001

                      Subtable Type : 01
                             Length : 0C
                        I/O Apic ID : 02
                           Reserved : 00
                            Address : FEC00000
                          Interrupt : 00000000
