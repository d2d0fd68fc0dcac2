import Fuzzing
import Glibc

/// What `MEMCTL_FUZZ` names: a `FuzzTarget`.
private let target: FuzzTarget = {
  guard let name = getenv("MEMCTL_FUZZ"), let target = FuzzTarget(rawValue: String(cString: name))
  else {
    let names = FuzzTarget.allCases.map(\.rawValue).joined(separator: ", ")
    fatalError("MEMCTL_FUZZ names what to attack: \(names)")
  }
  return target
}()

/// The function that libFuzzer calls with each input (<https://llvm.org/docs/LibFuzzer.html>).
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
  target.run(Array(UnsafeBufferPointer(start: bytes, count: count)))
  return 0
}
