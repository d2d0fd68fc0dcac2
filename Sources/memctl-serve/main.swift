import CommandLine
import Glibc
import MemctlServer

exit(ServerProgram.run(Arguments.words))
