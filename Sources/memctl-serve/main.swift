import CommandLine
import Glibc
import MemctlServer

exit(Program.run(Arguments.words))
