import Glibc
import MemctlServer

exit(Program.run(Array(CommandLine.arguments.dropFirst())))
