import Glibc

/// A directory of its own, first in the path of what runs there; it goes away with its owner.
struct Sandbox: ~Copyable {
  let directory: String

  init() {
    var template = Array("/tmp/CommandLineTests.XXXXXX".utf8CString)
    directory = String(cString: mkdtemp(&template))
  }

  deinit { _ = output(of: "rm -rf \(directory)") }

  func write(_ text: String, to name: String, executable: Bool = false) {
    let path = "\(directory)/\(name)"
    let file = fopen(path, "w")!
    fputs(text, file)
    fclose(file)
    // A program that is being started by another test may still hold the file open for writing, and
    // what is open for writing cannot be run; a copy made by another process is not.
    if executable { _ = run("install -m 755 \(name) copy && mv copy \(name)") }
  }

  /// What `command` prints on both streams, as lines. It is ended when it hangs.
  func run(_ command: String) -> [String] {
    let home = "cd \(directory); export HOME=$PWD PATH=$PWD:$PATH LC_ALL=C.UTF-8 TERM=dumb"
    return output(of: "exec 2>&1; \(home); timeout 60 \(command)")
      .split(separator: "\n").map(String.init)
  }
}

func isInstalled(_ program: String) -> Bool { !output(of: "command -v \(program)").isEmpty }

private func output(of command: String) -> String {
  let pipe = popen(command, "r")!
  defer { pclose(pipe) }
  var bytes: [UInt8] = []
  while case let byte = getc(pipe), byte != EOF { bytes.append(UInt8(byte)) }
  return String(decoding: bytes, as: UTF8.self)
}
