import CommandLine
import Glibc
import MemctlCLI

// A value that is not valid UTF-8 is nil.
var environment: [String: String?] = [:]
var variable = environ
while let entry = variable.pointee {
  variable += 1
  guard let equals = strchr(entry, Int32(UInt8(ascii: "="))) else { continue }
  let nameLength = UnsafePointer(equals) - UnsafePointer(entry)
  let name = String(
    decoding: UnsafeRawBufferPointer(start: entry, count: nameLength), as: UTF8.self)
  environment[name] = .some(String(validatingCString: equals + 1))
}
exit(Memctl.run(Arguments.words, environment: environment))
