import Foundation
import TestSupport
import Testing

/// Bytes that are no text, wherever somebody can give one.
@Suite("What is not valid UTF-8")
struct EncodingTests {
  private let home: Home

  init() throws { home = try Home.alone() }

  /// Runs a command line of the shell's, in which `$memctl` is the program.
  private func shell(
    _ command: String, adding variables: [String: String] = [:]
  ) throws -> ChildProgram.Ended {
    let variables = variables.merging(["memctl": builtProduct("memctl").path]) { $1 }
    return try ChildProgram(
      URL(fileURLWithPath: "/bin/sh"), ["-c", command],
      environment: home.environment.merging(variables) { $1 }, folder: home.folder
    ).finish()
  }

  @Test("is refused as a text on the command line and on stdin, which the error names")
  func texts() throws {
    for (command, place) in [
      (#"$memctl store "$(printf 'K\366ln')""#, "argument 2"),
      (#"$memctl store ok --tags "$(printf '\377')""#, "argument 4"),
      (#"$memctl repl -c "store $(printf 'K\366ln')""#, "argument 3"),
      (#"printf 'K\366ln' | $memctl store -"#, "the text on stdin"),
      (#"printf 'store K\366ln\n' | $memctl repl"#, "line 1 of standard input"),
    ] {
      let ended = try shell(command)
      #expect(ended.status == 65, "\(command)")
      #expect(ended.message.hasPrefix(place), "\(command)")
      #expect(ended.hint != nil)
      #expect(!ended.errors.contains("ln"))
    }
    #expect(try home.memctl("list").output == "")
  }

  @Test("is refused at the prompt, which goes on")
  func prompt() throws {
    let prompt = try home.prompt()
    try prompt.wait(forCursorAfter: "memctl (no key)> ")
    prompt.type(Array("store K".utf8) + [0xF6] + Array("ln".utf8) + [0xC3] + Array("\r".utf8))
    try prompt.wait(forText: "the line is not valid UTF-8, so nothing was done")
    try prompt.wait(forCursorAfter: "memctl (no key)> ")
    prompt.enter("store Köln")
    try prompt.wait(forCursorAfter: "memctl (1 pending, no key)> ")
    #expect(try prompt.leave() == 0)
    #expect(home.history == ["store Köln"])
  }

  @Test("is refused as the name of a file, so that two files are never taken for one")
  func paths() throws {
    let ended = try shell(#"$memctl --db "$(printf '\351.db')" store x"#)
    #expect(ended.status == 65)
    #expect(ended.message.hasPrefix("argument 2 is not valid UTF-8"))
    let variable = try shell(#"MEMORY_DB="$(printf '\351.db')" $memctl store x"#)
    #expect(variable.status == 78)
    #expect(variable.message == "the environment variable MEMORY_DB is not valid UTF-8")
    let file = try shell(
      #"""
      mkdir -p .config/memctl && printf 'db = \351.db\n' > .config/memctl/config
      unset MEMORY_DB; exec $memctl store x
      """#)
    #expect(file.status == 78)
    #expect(file.message.hasSuffix("/.config/memctl/config is not valid UTF-8"))
    let names = try FileManager.default.contentsOfDirectory(atPath: home.folder.path)
    #expect(names.filter { $0.hasSuffix(".db") } == ["memory.db"])
    #expect(try home.memctl("list").output == "")
  }

  @Test("reaches what memctl starts as it is")
  func environmentOfOthers() throws {
    let ended = try shell(
      #"""
      NAME="$(printf '\351')" $memctl repl -c 'version | (printenv NAME > name)'
      printf '\351\n' | cmp - name
      """#)
    #expect(ended.status == 0)
  }

  @Test("The words of the command line are found where a library has moved the environment")
  func movedEnvironment() throws {
    try home.file(
      "library.c",
      """
      #include <stdlib.h>
      __attribute__((constructor)) static void begin(void) { setenv("SOMETHING_NEW", "1", 1); }
      """)
    let ended = try shell(
      #"""
      cc -shared -fPIC -o library.so library.c && export LD_PRELOAD="$PWD/library.so"
      $memctl version && $serve --version
      """#, adding: ["serve": builtProduct("memctl-serve").path])
    #expect(ended.output == "memctl 0.1.0\nmemctl-serve 0.1.0\n")
  }
}
